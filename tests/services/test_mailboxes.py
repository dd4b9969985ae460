"""Mails to addresses that anybody can type: one a day, and their owner says what is theirs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.db import transaction
from app.models import Notification
from app.queries.mailboxes import is_confirmed
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.mailboxes import confirm_report, may_ask, may_write_to
from app.services.reporting import submit_report
from tests.application import STORGATA


def mails(session) -> int:
    return session.scalar(select(func.count(Notification.id)))


def test_the_second_report_of_a_day_sends_no_mail_to_an_address_that_nobody_confirmed(make_report, session, clock):
    make_report(email="nina@example.com")
    clock.pass_(hours=23)
    make_report(email="NINA@Example.com")
    assert mails(session) == 1
    clock.pass_(hours=1, seconds=1)
    make_report(email="nina@example.com")
    assert mails(session) == 2


@pytest.mark.parametrize("other", ["nina+2@example.com", " Nina+anything@EXAMPLE.com"])
def test_a_plus_in_the_address_is_no_other_mailbox(session, clock, other):
    assert may_write_to(session, "nina+1@example.com", at=clock())
    assert not may_write_to(session, other, at=clock())
    assert not may_write_to(session, "nina@example.com", at=clock())
    assert may_write_to(session, "odd@example.com", at=clock())


def test_neighbours_get_their_own_mail(make_report, session):
    for name in ("nina", "odd"):
        make_report(email=f"{name}@example.com")
    assert mails(session) == 2


def test_a_confirmed_address_gets_each_receipt_for_a_year(make_report, session, clock):
    first = make_report(email="nina@example.com")
    confirm_report(first, at=clock())
    session.commit()
    for _ in range(2):
        make_report(email="Nina@example.com")
    assert mails(session) == 3
    clock.pass_(days=364)
    assert is_confirmed(session, "nina@example.com", at=clock())
    clock.pass_(days=2)
    assert not is_confirmed(session, "nina@example.com", at=clock())


def test_who_confirms_is_asked_again_the_same_day_but_strangers_gain_nothing(make_report, session, clock):
    report = make_report(email="nina@example.com")
    assert not may_ask(session, "nina@example.com", at=clock())
    confirm_report(report, at=clock())
    session.commit()
    assert may_ask(session, "nina@example.com", at=clock()), "its owner asks for something else"
    assert not may_ask(session, "nina@example.com", at=clock())
    confirm_report(report, at=clock())
    session.commit()
    assert not may_ask(session, "nina@example.com", at=clock()), "the same button again is no new answer"


def test_no_more_than_three_turns_come_back_in_a_day(make_report, session, clock):
    asked = 0
    for _ in range(6):
        report = make_report(email="nina@example.com")
        confirm_report(report, at=clock())
        session.commit()
        asked += may_ask(session, "nina@example.com", at=clock())
    assert asked == 3


def test_a_mail_that_was_rolled_back_uses_up_no_turn(session, clock):
    with session.begin_nested() as savepoint:
        assert may_write_to(session, "nina@example.com", at=clock())
        savepoint.rollback()
    assert may_write_to(session, "nina@example.com", at=clock())
    assert not may_write_to(session, "nina@example.com", at=clock())


@pytest.mark.realdb
def test_six_reports_at_once_with_one_address_are_six_reports_and_one_mail(real_session_factory, rules, clock):
    together = Barrier(6)

    def send(number: int) -> None:
        draft = ReportDraft(
            category="sweeping", lat=STORGATA[0], lon=STORGATA[1], description=str(number),
            reporter=ReporterDraft(email="nina@example.com"),
        )  # fmt: skip
        together.wait()
        with transaction(real_session_factory) as session:
            submit_report(session, draft, rules=rules, at=clock())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(6)))
    with transaction(real_session_factory) as session:
        assert mails(session) == 1
