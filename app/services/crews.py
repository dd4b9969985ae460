"""A crew on its round: stops ticked off, one by one, until the day is over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import N_, Conflict
from app.models import (
    AT_UNIT,
    Actor,
    NotificationKind,
    Photo,
    Report,
    ReportStatus,
    RouteList,
    Staff,
    Stop,
    StopOutcome,
    StopReport,
    UpdateKind,
)
from app.services import notifying
from app.services.round_changes import release


def complete_stop(
    session: Session,
    stop: Stop,
    *,
    outcome: StopOutcome,
    by: Staff,
    at: datetime,
    key: str,
    words: str = "",
    photo_ids: Sequence[uuid.UUID] = (),
    show: bool = False,
) -> Stop:
    """Tick a stop off: its reports are fixed, or go back to the unit when nothing was found.

    `key` is the tap's own; the same tap sent again changes nothing. `show` lets everybody see the crew's words and
    photos. Expects the stop as `crew_queries.stop_for` gives it.
    """
    if stop.completed_at is not None:
        if stop.completion_key == key:
            return stop
        raise Conflict(N_("This stop is already ticked off."))
    if not stop.route_list.is_open:
        raise Conflict(N_("The route list is already closed."))
    stop.outcome, stop.completed_at, stop.completed_by_id = outcome.value, at, by.id
    stop.completion_key, stop.note = key, words.strip() or None
    for entry in stop.entries:
        if entry.report.status == ReportStatus.SCHEDULED:  # The desk may have closed it while the crew drove.
            _finish(session, entry.report, stop, by=by, at=at, words=words, show=show)
    _keep_photos(session, stop, photo_ids, show=show)
    release(stop)
    return stop


def hold_stop(session: Session, report_id: int) -> Stop | None:
    """The stop that a crew still has to drive to for this report, locked, with all its reports; None if there is none.

    To be asked for before the report itself is locked: `complete_stop` takes them in that order.
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


def _finish(session: Session, report: Report, stop: Stop, *, by: Staff, at: datetime, words: str, show: bool) -> None:
    actor = Actor.of(by)
    if stop.outcome == StopOutcome.DONE:
        fixed = report.fix(actor=actor, at=at, words=words or None, words_public=show)
        notifying.notify(session, report, fixed, kind=NotificationKind.STATUS, at=at)
        return
    report.unschedule(actor=actor, at=at, route_list_id=stop.route_list_id)
    report.record(UpdateKind.NOT_FOUND, actor=actor, at=at)
    if words.strip():
        report.note(actor=actor, at=at, words=words, public=False)


def _keep_photos(session: Session, stop: Stop, photo_ids: Sequence[uuid.UUID], *, show: bool) -> None:
    """The crew's photos belong to the stop and to its first report."""
    report_id = stop.entries[0].report_id if stop.entries else None
    free = (Photo.report_id.is_(None), Photo.stop_id.is_(None))
    for place, photo_id in enumerate(photo_ids):
        session.execute(
            update(Photo)
            .where(Photo.id == photo_id, *free)
            .values(stop_id=stop.id, report_id=report_id, by_crew=True, public=show, sort_order=100 + place)
        )
