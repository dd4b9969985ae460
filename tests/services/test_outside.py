"""What a unit outside the municipality reads of a report, in its mail and in the letter that the desk looks at."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import REPORTER, Delivery, Report
from app.services import authority_letter, parcels, triage
from tests.application import STORGATA

OUTSIDE = "statens_vegvesen"
WORDS = "Skiltet er borte. Ring 912 34 567 eller skriv til NINA@example.org, hilsen Nina Hansen. Olas nr er 77000001."
SECRETS = ("912", "nina", "hansen", "77000001", "kari", "olsen")
MAST = [{"code": "mast", "question": "Mast", "value": "den hos Nina, 91234567", "text": "den hos Nina, 91234567"}]


@pytest.fixture
def report(make_report) -> Report:
    """Whose reporter has written who she is, and who lives there, everywhere."""
    made = make_report(
        description=WORDS, address="Storgata 1 hos Kari Olsen, tlf 77000001", email="nina@example.org",
        name="Nina Hansen", lat=STORGATA[0], lon=STORGATA[1],
    )  # fmt: skip
    made.reporter.phone = "+47 91234567"
    made.answers = [*made.answers, *MAST]
    return made


@pytest.fixture
def parcel(session, report, decide, rules, office, clock):
    """What goes to the unit outside, packed by the worker."""

    def pack():
        decide(lambda *given, **named: triage.forward(*given, OUTSIDE, rules=rules, **named), report)
        session.expire_all()
        delivery = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        return parcels.pack(session, delivery, office=office, at=clock())

    return pack


def test_words_address_and_answers_go_outside_without_whom_they_name(parcel):
    sent = parcel()
    whole = str((sent.description, sent.address, sent.answers, sent.told)).lower()
    assert not [secret for secret in SECRETS if secret in whole]
    assert sent.description.startswith("Skiltet er borte. Ring […]")
    assert sent.address.startswith("Storgata 1 hos […]")
    assert "den hos […]" in str(sent.answers)
    assert sent.contact is None


def test_words_that_the_reporter_withheld_do_not_go_outside_at_all(session, report, parcel, clock):
    report.withhold(withheld=True, actor=REPORTER, at=clock())
    report.reply(actor=REPORTER, at=clock(), words="Det haster.")
    report.nearest_address = "Storgata 3"
    session.commit()
    sent = parcel()
    assert (sent.description, sent.told, sent.address) == (None, (), "Storgata 3")
    assert "mast" not in str(sent.answers).lower()


def test_the_letter_that_the_desk_looks_at_holds_what_is_sent(session, report, office, clock):
    words = "Melderen heter Nina Hansen og har 91234567. Ring oss på 77000002."
    session.refresh(report, ["photos", "reporter"])
    letter = authority_letter.preview(session, report, OUTSIDE, words=words, office=office, at=clock())
    whole = (letter.subject + letter.body).lower()
    assert not [secret for secret in SECRETS if secret in whole]
    assert "77000002" in whole, "the desk's own number is for them"


def test_a_small_word_that_is_a_first_name_too_stays(session, make_report, office, clock):
    made = make_report(description="Det er en stein per meter. Per Stein", name="Per Stein", email="p@example.org")
    session.refresh(made, ["photos", "reporter"])
    letter = authority_letter.preview(session, made, OUTSIDE, words="", office=office, at=clock())
    assert "en stein per meter. […]" in letter.body
