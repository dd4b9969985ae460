"""A round that is on the road: a stop that nobody needs to drive to any more, and the end of the day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import AT_UNIT, Actor, Report, ReportStatus, RouteList, Staff, Stop, StopReport


def hold_stop(session: Session, report_id: int) -> Stop | None:
    """The stop that a crew still has to drive to for this report, locked, with all its reports; None if there is none.

    To be asked for before the report itself is locked: services/field.py takes them in that order.
    """
    query = (
        select(Stop)
        .join(Stop.entries)
        .where(StopReport.report_id == report_id, StopReport.active, Stop.completed_at.is_(None))
        .options(joinedload(Stop.route_list, innerjoin=True), selectinload(Stop.entries).joinedload(StopReport.report))
        .with_for_update(of=Stop)
    )
    return session.scalars(query).unique().first()


def leave_stop(stop: Stop, *, report_id: int, at: datetime) -> None:
    """A report is closed while a crew drives. Where nothing else is to be mended at its stop, nobody goes there.

    The stop stays on the list, with the reason, so that the numbers on paper and in the cab stay the same.
    """
    for entry in stop.entries:
        if entry.report_id == report_id:
            entry.active = False
    if not any(entry.active and _is_theirs(entry.report, stop) for entry in stop.entries):
        stop.completed_at = at


def _is_theirs(report: Report, stop: Stop) -> bool:
    """Whether the list's unit still has to mend it; on a draft it is not yet scheduled."""
    return report.status in AT_UNIT and report.unit_code == stop.route_list.unit_code


def held_to_close(session: Session, route_list: RouteList) -> RouteList:
    """The list with all that closing it changes, locked."""
    query = (
        select(RouteList)
        .where(RouteList.id == route_list.id)
        .options(selectinload(RouteList.stops).selectinload(Stop.entries).joinedload(StopReport.report))
        .with_for_update(of=RouteList, key_share=True)
    )
    return session.scalars(query.execution_options(populate_existing=True)).one()


def close(route_list: RouteList, *, by: Staff | Actor, at: datetime) -> None:
    """End of the day: what was not done goes back to the unit."""
    actor = by if isinstance(by, Actor) else Actor.of(by)
    route_list.close(at=at)
    for stop in route_list.stops:
        if stop.completed_at is None:
            give_back(stop, actor=actor, at=at)


def give_back(stop: Stop, *, actor: Actor, at: datetime) -> None:
    """Nobody goes there on this round: its reports are again what they were before."""
    for entry in stop.entries:
        if entry.report.status == ReportStatus.SCHEDULED and entry.active:
            entry.report.unschedule(actor=actor, at=at, route_list_id=stop.route_list_id)
        entry.active = False
