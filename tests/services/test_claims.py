"""Who is looking at a report; and two people at the desk at once, of whom one wins."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from app.db import transaction
from app.errors import Conflict, DomainError
from app.models import Delivery, Note, Notification, Report, Role, Staff, Update
from app.queries.visible import report_for
from app.services import claims, merging, noting, triage
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import STORGATA


def test_looking_claims_and_a_colleague_does_not_take_it_away(session, make_report, make_staff, kari, clock):
    report, nils = make_report(), make_staff("Nils", Role.DESK)
    assert claims.claim(session, report.reference, by=kari, at=clock())
    assert not claims.claim(session, report.reference, by=nils, at=clock())
    clock.pass_(minutes=9)
    assert claims.claim(session, report.reference, by=kari, at=clock()), "looking again makes it last"
    clock.pass_(minutes=9)
    assert not claims.claim(session, report.reference, by=nils, at=clock())
    clock.pass_(minutes=2)
    assert claims.claim(session, report.reference, by=nils, at=clock())


def test_a_colleague_can_take_it_over(session, make_report, make_staff, kari, clock):
    report, nils = make_report(), make_staff("Nils", Role.DESK)
    claims.claim(session, report.reference, by=kari, at=clock())
    assert claims.claim(session, report.reference, by=nils, at=clock(), take_over=True)
    session.refresh(report)
    assert report.claimed_by_id == nils.id


def test_looking_does_not_change_the_version_that_decisions_rest_on(session, make_report, kari, clock):
    report = make_report()
    version = report.version
    claims.claim(session, report.reference, by=kari, at=clock())
    session.refresh(report)
    assert report.version == version


@pytest.fixture
def two_at_the_desk(real_session_factory, rules, clock):
    """A report and two people, committed for real."""
    with transaction(real_session_factory) as session:
        people = [
            Staff(
                email=f"{name}@tromso.example",
                name=name,
                role=Role.DESK.value,
                created_at=clock(),
                language="en",
            )
            for name in ("Kari", "Nils")
        ]
        session.add_all(people)
        report = submit_report(
            session,
            ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1]),
            rules=rules,
            at=clock(),
        )
    return report.reference, people


@pytest.mark.realdb
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(real_session_factory, two_at_the_desk, rules, clock):
    reference, (kari, nils) = two_at_the_desk
    both_looked, told = threading.Barrier(2), []

    def decide(staff, verb, **given):
        try:
            with transaction(real_session_factory) as session:
                report = report_for(session, staff, reference, joinedload(Report.reporter), to_act=True)
                both_looked.wait(timeout=10)
                verb(session, report, by=staff, at=clock(), undo_seconds=10, version=1, **given)
        except (DomainError, StaleDataError) as error:
            told.append(error)

    threads = [
        threading.Thread(target=decide, args=(kari, triage.forward), kwargs={"unit_code": "bydrift", "rules": rules}),
        threading.Thread(target=decide, args=(nils, triage.reject), kwargs={"words": "No."}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(told) == 1
    with transaction(real_session_factory) as session:
        report = session.scalars(select(Report)).one()
        assert report.status in {"forwarded", "rejected"}
        assert session.scalar(select(func.count()).select_from(Update)) == 2, "received, and one decision"
        assert session.scalar(select(func.count()).select_from(Delivery)) == (2 if report.status == "forwarded" else 0)
        assert session.scalar(select(func.count()).select_from(Notification)) == 0


@pytest.mark.realdb
def test_two_who_marry_each_others_reports_make_no_circle(real_session_factory, two_at_the_desk, rules, clock):
    one, (kari, nils) = two_at_the_desk
    with transaction(real_session_factory) as session:
        other = submit_report(
            session,
            ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1]),
            rules=rules,
            at=clock(),
        ).reference
    both_looked, told = threading.Barrier(2), []

    def marry(staff, mine, theirs):
        try:
            with transaction(real_session_factory) as session:
                report = report_for(session, staff, mine, joinedload(Report.reporter), to_act=True)
                both_looked.wait(timeout=10)
                merging.mark_duplicate(session, report, typed=theirs, by=staff, at=clock(), undo_seconds=10, version=1)
        except (DomainError, StaleDataError) as error:
            told.append(error)

    threads = [
        threading.Thread(target=marry, args=(kari, one, other)),
        threading.Thread(target=marry, args=(nils, other, one)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(told) == 1
    assert isinstance(told[0], (Conflict, DomainError, StaleDataError))
    with transaction(real_session_factory) as session:
        assert sorted(session.scalars(select(Report.status))) == ["duplicate", "new"]


@pytest.mark.realdb
def test_of_notes_written_at_once_none_is_lost(real_session_factory, two_at_the_desk, clock):
    reference, people = two_at_the_desk
    all_looked = threading.Barrier(6)

    def write(number):
        with transaction(real_session_factory) as session:
            staff = people[number % 2]
            report = report_for(session, staff, reference, joinedload(Report.reporter), to_act=True)
            all_looked.wait(timeout=10)
            noting.note(
                session,
                report,
                words=f"Note {number}",
                public=False,
                by=staff,
                at=clock() + timedelta(seconds=number + 1),
                undo_seconds=10,
            )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with transaction(real_session_factory) as session:
        assert sorted(session.scalars(select(Note.body))) == [f"Note {number}" for number in range(6)]
