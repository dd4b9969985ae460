"""A unit's inbox: what was forwarded to it and is not done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, selectinload

from app.models import AT_UNIT, ActorKind, Report, ReportStatus, Staff, Update, UpdateKind
from app.queries.mentions import mentions
from app.queries.visible import held_by

PAGE = 50
_NEWS = (UpdateKind.REPLIED.value, UpdateKind.CORRECTED.value, UpdateKind.PHOTO_ADDED.value)


def inbox(
    session: Session,
    staff: Staff,
    *,
    unit_code: str = "",
    status: str = "",
    after: int = 0,
    late_at: datetime | None = None,
) -> Sequence[Report]:
    """At most 51 reports at the person's units, the most urgent first; without a due date last.

    `after` is an offset, `late_at`: only what is over its due date then.

    The 51st says that there is another page.
    """
    query = select(Report).where(held_by(staff), Report.status.in_([s.value for s in AT_UNIT]))
    if unit_code:
        query = query.where(Report.unit_code == unit_code)
    if status:
        query = query.where(Report.status == status)
    if late_at is not None:
        query = query.where(Report.due_at < late_at, Report.waiting_since.is_(None))
    query = query.order_by(Report.due_at.asc().nulls_last(), Report.id).offset(after).limit(PAGE + 1)
    return session.scalars(query.options(selectinload(Report.photos))).all()


def with_news(session: Session, reports: Sequence[Report]) -> set[int]:
    """The ids of those about which the reporter has told something since anybody of the staff did something."""
    by_reporter = func.max(Update.id).filter(Update.kind.in_(_NEWS), Update.actor_kind == ActorKind.REPORTER.value)
    by_staff = func.max(Update.id).filter(Update.actor_kind == ActorKind.STAFF.value)
    query = select(Update.report_id).where(Update.report_id.in_([report.id for report in reports]))
    return set(session.scalars(query.group_by(Update.report_id).having(by_reporter > func.coalesce(by_staff, 0))))


def naming(session: Session, staff: Staff, reports: Sequence[Report]) -> set[int]:
    """The ids of those in which somebody has called this person by name, and that the person has not opened since."""
    ids = [report.id for report in reports]
    return set(session.scalars(select(Report.id).where(Report.id.in_(ids), mentions(staff))))


def still_broken(session: Session, staff: Staff, *, since: datetime) -> Sequence[Report]:
    """What the person's units had closed, and what its reporter opened again after `since`; the desk has it now."""
    if not staff.unit_codes:
        return ()
    reopened = exists().where(
        Update.report_id == Report.id, Update.kind == UpdateKind.REOPENED.value, Update.at > since
    )
    mine = (Report.status == ReportStatus.NEW.value, Report.unit_code.in_(staff.unit_codes), reopened)
    return session.scalars(select(Report).where(*mine).order_by(Report.changed_at.desc()).limit(PAGE)).all()


def counts(session: Session, staff: Staff) -> dict[tuple[str, str], int]:
    """(unit, status) -> how many wait there."""
    query = (
        select(Report.unit_code, Report.status, func.count())
        .where(held_by(staff), Report.status.in_([s.value for s in AT_UNIT]))
        .group_by(Report.unit_code, Report.status)
    )
    return {(unit or "", status): count for unit, status, count in session.execute(query)}
