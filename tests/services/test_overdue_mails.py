"""The daily mail about what is overdue: one a leader and working day, whatever crashes; none when nothing is late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.models import Actor, OverdueMail, Report, SendingState, StaffUnit
from app.services import overdue_mails
from tests.mail import html_of, text_of

# Thursday 17 December, 08:00 in Tromsø.
MORNING = datetime(2026, 12, 17, 7, 0, tzinfo=UTC)


@pytest.fixture
def late(make_report, session, kari, clock):
    """`late()`: a report that Bydrift has had since the end of November and should have mended by the 10th."""

    def make(unit: str = "bydrift", **given) -> Report:
        report = make_report(**given)
        report.forward(unit, actor=Actor.of(kari), at=clock())
        report.due_at = MORNING - timedelta(days=7)
        session.commit()
        return report

    return make


@pytest.fixture
def leader(ola, session):
    ola.memberships[0].leader = True
    session.commit()
    return ola


@pytest.fixture
def run(office, clock, session, postbox):
    def go(at: datetime = MORNING) -> list:
        clock.now = at
        before = len(postbox.mails)
        overdue_mails.run(office)
        session.expire_all()
        return postbox.mails[before:]

    return go


def test_the_leader_hears_once_a_day_and_the_mail_leads_to_the_list(late, leader, run):
    report = late()
    (mail,) = run()
    assert mail["To"] == "ola@tromso.example"
    assert mail["Subject"] == "1 report is overdue"
    assert report.shown_reference in text_of(mail)
    assert "7 days overdue" in text_of(mail)
    assert "http://testserver/staff/inbox?unit=bydrift&late=1" in text_of(mail)
    assert f"/staff/inbox/{report.shown_reference}" in html_of(mail)
    assert run() == []
    assert run(MORNING + timedelta(hours=5)) == []
    assert len(run(MORNING + timedelta(days=1))) == 1


def test_nothing_that_a_resident_wrote_stands_in_it(late, leader, run):
    late(email="nina@example.org", name="Nina Olsen", description="Nina Olsen here",
         address="Ring Nina, 90 00 00 00",
         lat=69.6492, lon=18.9553)  # fmt: skip
    (mail,) = run()
    for words in (text_of(mail), html_of(mail)):
        assert "Nina" not in words
        assert "90 00 00 00" not in words
        assert "nina@" not in words


def test_nothing_overdue_is_no_mail_and_what_is_due_soon_is_only_told_beside_it(late, leader, run, session):
    soon = late()
    soon.due_at = MORNING + timedelta(days=1)
    session.commit()
    assert run() == []
    late()
    (mail,) = run(MORNING + timedelta(minutes=5))
    assert mail["Subject"] == "1 report is overdue"
    assert "1 is due soon" in text_of(mail)
    assert soon.shown_reference in text_of(mail)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 12, 17, 5, 59, tzinfo=UTC),  # One minute before seven.
        datetime(2026, 12, 19, 9, 0, tzinfo=UTC),  # Saturday.
        datetime(2026, 12, 25, 9, 0, tzinfo=UTC),  # Christmas Day, a Friday.
        datetime(2027, 3, 25, 9, 0, tzinfo=UTC),  # Maundy Thursday.
        datetime(2027, 5, 17, 9, 0, tzinfo=UTC),
    ],
)
def test_nobody_is_written_to_before_the_hour_or_on_a_day_off(late, leader, run, at):
    late()
    assert run(at) == []


def test_the_hour_is_that_of_the_clock_on_the_wall_in_summer_too(late, leader, run):
    late()
    assert run(datetime(2027, 6, 1, 4, 59, tzinfo=UTC)) == []
    assert len(run(datetime(2027, 6, 1, 5, 0, tzinfo=UTC))) == 1


def test_a_report_that_waits_for_its_reporter_is_not_late(late, leader, run, session):
    late().waiting_since = MORNING - timedelta(days=10)
    session.commit()
    assert run() == []


def test_another_units_leader_hears_nothing_and_without_a_leader_all_in_the_unit_do(late, ola, eva, per, run, session):
    eva.memberships[0].leader = True
    session.commit()
    late()
    assert [mail["To"] for mail in run()] == ["ola@tromso.example"]


def test_who_leads_two_units_gets_one_mail_about_both(late, leader, session, run):
    leader.memberships.append(StaffUnit(unit_code="eiendom", leader=True))
    session.commit()
    first, second = late(), late("eiendom")
    (mail,) = run()
    assert mail["Subject"] == "2 reports are overdue"
    assert first.shown_reference in text_of(mail)
    assert second.shown_reference in text_of(mail)


def test_who_does_not_want_it_gets_none(late, leader, run, browser_of, session):
    browser = browser_of(leader)
    assert "Mails about overdue reports" in browser.look("/staff/account")
    assert browser.submit("/staff/account/mails").status_code == 303
    session.expire_all()
    late()
    assert run() == []
    assert browser.submit("/staff/account/mails", overdue_mails="1").status_code == 303
    session.expire_all()
    assert len(run(MORNING + timedelta(hours=1))) == 1


def test_the_mail_is_in_the_leaders_language(late, leader, run, session):
    leader.language = "nn"
    session.commit()
    late()
    (mail,) = run()
    assert mail["Subject"] == "1 melding er over fristen"
    assert "einingane du leier" in text_of(mail)


def test_what_was_mended_between_the_row_and_the_mail_is_not_told(late, leader, office, clock, session, postbox):
    report = late()
    clock.now = MORNING
    assert overdue_mails.begin(office) == 1
    report.fix(actor=Actor.of(leader), at=clock())
    session.commit()
    overdue_mails.run(office)
    assert postbox.mails == []
    assert session.scalar(select(OverdueMail.state)) == SendingState.CANCELLED


def test_an_attempt_that_was_cut_off_is_not_made_again_that_day(late, leader, office, clock, session, postbox):
    late()
    clock.now = MORNING
    overdue_mails.begin(office)
    row = session.scalars(select(OverdueMail)).one()
    row.start(at=clock())
    session.commit()
    clock.pass_(hours=1)
    overdue_mails.run(office)
    overdue_mails.run(office)
    session.expire_all()
    assert postbox.mails == []
    assert session.scalars(select(OverdueMail)).one().state == SendingState.UNKNOWN


def test_a_mail_of_yesterday_that_never_went_out_is_not_sent_today_as_well(late, leader, office, clock, session, run):
    late()
    clock.now = MORNING
    overdue_mails.begin(office)
    mails = run(MORNING + timedelta(days=1))
    assert len(mails) == 1
    states = session.scalars(select(OverdueMail.state).order_by(OverdueMail.day)).all()
    assert states == [SendingState.CANCELLED, SendingState.SENT]


@pytest.mark.realdb
def test_two_workers_at_once_send_one_mail(real_session_factory, office, postbox, rules):
    from app.db import transaction
    from app.models import Role, Staff
    from app.services.drafts import ReportDraft
    from app.services.reporting import submit_report

    with transaction(real_session_factory) as session:
        staff = Staff(email="ola@tromso.example", name="Ola", role=Role.UNIT.value, created_at=MORNING, language="en")
        staff.memberships = [StaffUnit(unit_code="bydrift", leader=True)]
        session.add(staff)
        session.flush()
        draft = ReportDraft(category="lamp_dark", lat=69.6492, lon=18.9553)
        report = submit_report(session, draft, rules=rules, at=MORNING - timedelta(days=30))
        report.forward("bydrift", actor=Actor.of(staff), at=MORNING - timedelta(days=29))
        report.due_at = MORNING - timedelta(days=7)
    mine = replace(office, session_factory=real_session_factory, clock=lambda: MORNING)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: overdue_mails.run(mine), range(8)))
    with transaction(real_session_factory) as session:
        assert session.scalar(select(func.count()).select_from(OverdueMail)) == 1
    assert len(postbox.mails) == 1
