"""One mailbox is one person, however its address is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.delivery import DeliveryFailed
from app.delivery.letter import address_of
from app.models import Notification, PlaceFollow, Reporter, ResidentLink, ResidentSession, Support
from app.models.address import ascii_address
from app.queries.mine import reports_of
from app.services.drafts import ReporterDraft, check_reporter
from app.services.limits import counted_address

SPELLINGS = ["bomb@a.no", "bomb@ａ.no", "bomb@𝐚.no", "bomb@Ⓐ.no", "bomb@A.NO", "bomb@a。no", " bomb@ａ．ＮＯ "]
# Letters that stand for others, beside those that are letters of their own in a domain.
LETTERS = st.text(st.sampled_from("abzABZæøåÆØÅ１２ａＺⒶ𝐚𝓑ﬁ²ßé-"), min_size=1, max_size=12)


@pytest.mark.parametrize("typed", SPELLINGS)
def test_all_spellings_of_a_domain_are_one_address_and_counted_as_one(typed):
    assert ascii_address(typed) == "bomb@a.no"
    assert counted_address(typed) == "bomb@a.no"


@given(LETTERS, LETTERS)
def test_two_spellings_that_mail_sends_to_one_mailbox_count_as_one(one, other):
    def sent_to(label: str) -> str | None:
        try:
            return str(address_of(f"bomb@{label}.no").domain).lower()
        except DeliveryFailed:
            return None

    if sent_to(one) is None:
        return
    kept = ascii_address(f"bomb@{one}.no")
    assert kept == f"bomb@{sent_to(one)}" == ascii_address(kept)
    same = sent_to(one) == sent_to(other)
    assert (counted_address(f"bomb@{one}.no") == counted_address(f"BOMB@{other}.no")) == same


@pytest.mark.parametrize("email", ["a@b.no。", "a@b＠c.no", f"a@{'æ' * 60}.no", "a@b。。no", "a@xn--a-ecp.ru.no\u2024"])
def test_an_address_that_cannot_be_encoded_is_refused_with_the_known_sentence(email):
    assert check_reporter(ReporterDraft(email=email)) == {
        "email": "The e-mail address must look like name@example.com."
    }


@pytest.mark.parametrize("table", [Reporter, Support, PlaceFollow, ResidentLink, ResidentSession])
def test_every_table_keeps_the_one_spelling(table):
    row = table(email="Bomb@Ⓐ.no")
    assert row.email == "Bomb@a.no"
    row.email = "ola@BLÅBÆR.no"
    assert row.email == "ola@xn--blbr-roah.no"


def test_a_report_with_another_spelling_is_found_with_the_others_and_sends_no_second_mail(make_report, session):
    first = make_report(email="bomb@a.no")
    for spelling in ("bomb@ａ.no", "bomb@Ⓐ.no", "BOMB@𝐚.no"):
        make_report(email=spelling)
    assert session.scalar(select(func.count()).select_from(Notification)) == 1
    for report in session.scalars(select(Reporter)):
        report.confirmed_at = first.created_at
    session.commit()
    assert len(reports_of(session, "bomb@Ⓐ.no")) == len(reports_of(session, "bomb@a.no")) == 4
