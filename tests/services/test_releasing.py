"""Drafts: released once, taken back while nothing went out, thrown away, and gone when their day is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.errors import Conflict, Forbidden
from app.models import Actor, Notification, Report, RouteList, StopReport, Update
from app.queries import crews as crew_queries
from app.services import plans
from app.services.plan_wanted import Wanted


@pytest.fixture
def draft(session, reports_waiting, asked_for, rules, ola, clock) -> RouteList:
    """Three confirmed reports on a draft for tomorrow."""
    reports_waiting(3)
    wanted: Wanted = asked_for(name="North")
    (made,) = plans.plan_drafts(session, wanted, rules=rules, by=ola, at=clock())
    session.commit()
    session.expire_all()
    return crew_queries.route_list_for(session, ola, made.id)


def told(session, state="pending"):
    query = select(func.count()).select_from(Notification).join(Notification.update)
    return session.scalar(query.where(Update.kind == "scheduled", Notification.state == state))


def test_a_release_schedules_for_the_day_and_tells_the_reporters(session, draft, ola, clock, tomorrow):
    plans.release(session, draft, by=ola, at=clock(), undo_seconds=10)
    session.commit()
    reports = session.scalars(select(Report)).all()
    assert {(report.status, report.planned_for) for report in reports} == {("scheduled", tomorrow)}
    assert told(session) == 3
    assert session.scalar(select(func.min(Notification.next_attempt_at)).join(Notification.update)
                          .where(Update.kind == "scheduled")) >= clock() + timedelta(seconds=10)  # fmt: skip


def test_releasing_twice_is_one(session, draft, ola, clock):
    plans.release(session, draft, by=ola, at=clock())
    released = draft.released_at
    clock.pass_(minutes=1)
    plans.release(session, draft, by=ola, at=clock())
    assert (draft.released_at, told(session)) == (released, 3)


def test_another_unit_neither_releases_nor_takes_back_nor_throws_away(session, draft, eva, clock):
    for verb in (plans.release, plans.take_back):
        with pytest.raises(Forbidden):
            verb(session, draft, by=eva, at=clock())
    with pytest.raises(Forbidden):
        plans.discard(session, draft, by=eva)


def test_what_was_closed_or_given_away_meanwhile_is_left_off(session, draft, ola, kari, clock):
    first, second, third = session.scalars(select(Report).order_by(Report.id)).all()
    first.reject(actor=Actor.of(kari), at=clock(), words="Not ours.")
    second.forward("eiendom", actor=Actor.of(kari), at=clock())
    plans.release(session, draft, by=ola, at=clock())
    session.commit()
    assert (first.status, second.status, third.status) == ("rejected", "forwarded", "scheduled")
    active = session.scalars(select(StopReport.report_id).where(StopReport.active)).all()
    assert active == [third.id]


def test_an_empty_round_and_one_of_yesterday_are_not_released(session, draft, ola, kari, clock):
    clock.pass_(days=3)
    with pytest.raises(Conflict, match="day of this round is over"):
        plans.release(session, draft, by=ola, at=clock())
    clock.pass_(days=-3)
    for report in session.scalars(select(Report)):
        report.reject(actor=Actor.of(kari), at=clock(), words="Not ours.")
    with pytest.raises(Conflict, match="nothing to release"):
        plans.release(session, draft, by=ola, at=clock())


def test_a_release_is_taken_back_while_nothing_went_out(session, draft, ola, clock):
    plans.release(session, draft, by=ola, at=clock(), undo_seconds=10)
    session.commit()
    plans.take_back(session, draft, by=ola, at=clock())
    session.commit()
    assert draft.is_draft
    assert {(report.status, report.planned_for) for report in session.scalars(select(Report))} == {("forwarded", None)}
    assert (told(session), told(session, "cancelled")) == (0, 3)
    assert not any(session.scalars(select(Update.public).where(Update.kind.in_(["scheduled", "unscheduled"]))))
    assert crew_queries.plannable(session, unit_code="bydrift") == [], "the draft holds them still"
    plans.release(session, draft, by=ola, at=clock())
    assert told(session) == 3


def test_it_is_too_late_when_a_mail_is_out_or_the_crew_has_begun(session, draft, ola, clock):
    plans.release(session, draft, by=ola, at=clock())
    session.commit()
    mail = session.scalars(select(Notification).join(Notification.update).where(Update.kind == "scheduled")).first()
    mail.start(at=clock())
    session.flush()
    with pytest.raises(Conflict, match="no longer be taken back"), session.begin_nested():
        plans.take_back(session, draft, by=ola, at=clock())
    session.refresh(mail)
    mail.state = "pending"
    draft.stops[0].completed_at = clock()
    session.flush()
    with pytest.raises(Conflict, match="no longer be taken back"):
        plans.take_back(session, draft, by=ola, at=clock())


def test_a_draft_thrown_away_frees_its_reports(session, draft, ola):
    plans.discard(session, draft, by=ola)
    session.commit()
    assert session.scalars(select(RouteList)).all() == []
    assert len(crew_queries.plannable(session, unit_code="bydrift")) == 3


def test_a_released_round_is_not_thrown_away(session, draft, ola, clock):
    plans.release(session, draft, by=ola, at=clock())
    with pytest.raises(Conflict, match="Close it instead"):
        plans.discard(session, draft, by=ola)


def test_drafts_of_days_gone_hold_no_reports(session, draft, rules, clock):
    assert plans.discard_old(session, rules=rules, at=clock()) == 0
    clock.pass_(days=1)
    assert plans.discard_old(session, rules=rules, at=clock()) == 0, "it is its day"
    clock.pass_(days=1)
    assert plans.discard_old(session, rules=rules, at=clock()) == 1
    session.commit()
    assert len(crew_queries.plannable(session, unit_code="bydrift")) == 3
