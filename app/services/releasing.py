"""Drafts and what becomes of them: released to the crew and told to reporters, taken back, or thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict
from app.models import (
    Actor,
    FieldEntry,
    Notification,
    NotificationKind,
    Report,
    ReportStatus,
    RoundLink,
    RouteList,
    Staff,
    Stop,
    Update,
    UpdateKind,
)
from app.queries.crews import PLANNABLE
from app.routing import Rules
from app.services import notifying
from app.services.plan_asking import may_plan

A_DAY = timedelta(days=1)
_NOTHING = N_("Nothing on this round waits any more, so there is nothing to release.")
_RELEASED = N_("The round is released. Close it instead; what is not done goes back to the unit.")
_TOO_LATE = N_("The release can no longer be taken back: something has gone out, or the crew has begun.")


def release(session: Session, route_list: RouteList, *, by: Staff, at: datetime, undo_seconds: int = 0) -> RouteList:
    """The crew's from now on: reports are scheduled for its day, and reporters hear of it after the seconds for undo.

    Releasing twice is one. What was closed or given to another unit meanwhile is left off. Expects the list, held,
    with stops, entries and reports. Raises Conflict for a closed list, an empty one, and a day that is over.
    """
    may_plan(by, route_list.unit_code)
    if not route_list.is_draft:
        return route_list
    if not route_list.is_open:
        raise Conflict(N_("The route list is already closed."))
    if at > route_list.starts_at + A_DAY:
        raise Conflict(N_("The day of this round is over. Plan it for another day."))
    if not _waits(route_list):
        raise Conflict(_NOTHING)
    route_list.released_at = at
    for stop in route_list.stops:
        for entry in stop.entries:
            if entry.active:
                _schedule(session, route_list, entry.report, by=by, at=at, undo_seconds=undo_seconds)
    session.flush()  # Somebody who changed one of the reports in this moment wins here.
    return route_list


def release_together(
    session: Session, drafts: Sequence[RouteList], *, by: Staff, at: datetime, undo_seconds: int = 0
) -> None:
    """All drafts of a plan at once; those on which nothing waits any more are thrown away, for nobody drives them.

    Raises Conflict as `release` does, and where nothing waits on any of them.
    """
    waiting = [draft for draft in drafts if _waits(draft)]
    if drafts and not waiting:
        raise Conflict(_NOTHING)
    for draft in drafts:
        if draft in waiting:
            release(session, draft, by=by, at=at, undo_seconds=undo_seconds)
        else:
            discard(session, draft, by=by)


def take_back(session: Session, route_list: RouteList, *, by: Staff, at: datetime) -> RouteList:
    """A draft again, as long as nothing went out: no mail, no tick of the crew, no link. Raises Conflict afterwards."""
    may_plan(by, route_list.unit_code)
    if route_list.is_draft:
        return route_list
    if not route_list.is_open or _has_begun(session, route_list):
        raise Conflict(_TOO_LATE)
    for update in session.scalars(_releases(route_list)):
        _cancel_mails(session, update)
        update.public, update.data = False, {**update.data, "undone": True}
    for stop in route_list.stops:
        for entry in stop.entries:
            if entry.active and entry.report.status == ReportStatus.SCHEDULED:
                entry.report.unschedule(actor=Actor.of(by), at=at, route_list_id=route_list.id, told=False)
    route_list.released_at = None
    session.flush()
    return route_list


def discard(session: Session, route_list: RouteList, *, by: Staff) -> None:
    """Throw a draft away; its reports wait at the unit as before. Raises Conflict for one that is released."""
    may_plan(by, route_list.unit_code)
    if not route_list.is_draft:
        raise Conflict(_RELEASED)
    _delete(session, route_list)


def discard_old(session: Session, *, rules: Rules, at: datetime) -> int:
    """Drafts whose day is over hold no reports any longer; returns how many there were."""
    today = at.astimezone(rules.timezone).date()
    old = select(RouteList).where(RouteList.released_at.is_(None), RouteList.day < today, RouteList.closed_at.is_(None))
    found = session.scalars(old.limit(500).with_for_update(skip_locked=True)).all()
    for route_list in found:
        _delete(session, route_list)
    return len(found)


def _delete(session: Session, route_list: RouteList) -> None:
    """Stops and entries go with it in the database; one that was released in this very moment stays."""
    here = (RouteList.id == route_list.id, RouteList.released_at.is_(None))
    gone = session.execute(delete(RouteList).where(*here).execution_options(synchronize_session=False))
    if gone.rowcount == 0:  # type: ignore[attr-defined]
        raise Conflict(_RELEASED)
    session.expunge(route_list)


def _schedule(
    session: Session, route_list: RouteList, report: Report, *, by: Staff, at: datetime, undo_seconds: int
) -> None:
    scheduled = report.schedule(actor=Actor.of(by), at=at, route_list_id=route_list.id, day=route_list.day)
    later = at + timedelta(seconds=undo_seconds) if undo_seconds else None
    notifying.notify(session, report, scheduled, kind=NotificationKind.STATUS, at=at, not_before=later)


def _waits(route_list: RouteList) -> bool:
    """Whether anything is left on it, once what is gone is left off."""
    _leave_off_what_is_gone(route_list)
    return any(entry.active for stop in route_list.stops for entry in stop.entries)


def _leave_off_what_is_gone(route_list: RouteList) -> None:
    for stop in route_list.stops:
        for entry in stop.entries:
            waits = entry.report.status in PLANNABLE and entry.report.unit_code == route_list.unit_code
            entry.active = entry.active and waits


def _has_begun(session: Session, route_list: RouteList) -> bool:
    asked = (
        exists().where(FieldEntry.route_list_id == route_list.id),
        exists().where(RoundLink.route_list_id == route_list.id, RoundLink.used_at.is_not(None)),
        exists().where(Stop.route_list_id == route_list.id, Stop.completed_at.is_not(None)),
    )
    return any(session.execute(select(*asked)).one())


def _releases(route_list: RouteList) -> Select[Update]:
    return select(Update).where(
        Update.report_id.in_([entry.report_id for stop in route_list.stops for entry in stop.entries]),
        Update.kind == UpdateKind.SCHEDULED.value,
        Update.data["route_list_id"].as_integer() == route_list.id,
        Update.at >= route_list.released_at,
    )


def _cancel_mails(session: Session, update: Update) -> None:
    """Locked, so that a worker either sees our decision or has made its own before we look."""
    query = select(Notification).where(Notification.update_id == update.id).with_for_update()
    for notification in session.scalars(query.execution_options(populate_existing=True)):
        try:
            notification.cancel()
        except Conflict as gone:
            raise Conflict(_TOO_LATE) from gone
