"""A tick taken back: silently while nobody has heard of it, else with an honest line for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import (
    EntryResult,
    FieldEntry,
    Notification,
    NotificationKind,
    Rating,
    Report,
    ReportStatus,
    SendingState,
    Stop,
    StopReport,
    Update,
    UpdateKind,
)
from app.models.crew_verbs import NEEDS
from app.queries import field as queries
from app.services import field_photos, notifying
from app.services.decisions import bring_back
from app.services.field_ticks import Field
from app.services.undoing import GRACE

S = ReportStatus
# Of these nobody outside was told.
_QUIET = {SendingState.PENDING.value, SendingState.CANCELLED.value, SendingState.FAILED.value}


def take_back(field: Field, stop_id: int | None, row: FieldEntry) -> tuple[EntryResult, str | None]:
    """The crew's last tick of this stop did not happen; its reports are as they were, as far as nobody has gone on."""
    session = field.session
    tick = queries.last_tick(session, field.route_list.id, stop_id) if stop_id is not None else None
    if tick is None:
        return EntryResult.CONFLICT, "nothing_to_undo"
    made = list(tick.data.get("made", ()))
    row.stop_id, row.report_id = tick.stop_id, tick.report_id
    ids = [one["report"] for one in made]
    stop_ids = {number for one in made for number in one["stops"]} | ({tick.stop_id} if tick.stop_id else set())
    stops, held = queries.hold(session, stop_ids, ids)
    reports = {report.id: report for report in held}
    back = [one for one in made if _one(field, tick, one, reports.get(one["report"]), stops)]
    tick.data = {**tick.data, "undone": row.id}
    if tick.result == EntryResult.CONFLICT and tick.seen_at is None:
        tick.seen_at = field.at  # What the crew takes back itself, nobody has to look at.
    field_photos.withdraw(session, [tick])
    if len(back) == len(made):
        _open_stop(field, stops.get(tick.stop_id or 0), tick)
        return EntryResult.APPLIED, None
    return EntryResult.CONFLICT, "gone_on"


def _one(
    field: Field, tick: FieldEntry, made: Mapping[str, Any], report: Report | None, stops: Mapping[int, Stop]
) -> bool:
    if report is None or report.status != made["after"]:
        return False
    session, actor = field.session, field.driver.actor
    updates = session.scalars(select(Update).where(Update.id.in_(made["updates"])).order_by(Update.id)).all()
    before = dict(made["before"])
    status = S(before["status"])
    if status == S.SCHEDULED and not _is_open(stops, made):
        status = S(before["status_before_scheduled"] or S.FORWARDED)
        before["status_before_scheduled"] = before["planned_for"] = None
    moved = report.status != status
    if moved and report.status == S.FIXED and _was_heard(session, field, tick, updates):
        line = report.not_mended(status, actor=actor, at=field.at)
        notifying.notify(session, report, line, kind=NotificationKind.STATUS, at=field.at, not_before=field.not_before)
    elif moved:
        _hide(session, updates)
        report.undo(status, unit_code=report.unit_code, actor=actor, at=field.at)
    else:
        _hide(session, updates)
        report.record(UpdateKind.UNDONE, actor=actor, at=field.at, of=updates[-1].id if updates else None)
    bring_back(report, before)
    _mark(report, made["needs_before"])
    session.execute(delete(Rating).where(Rating.report_id == report.id, Rating.at >= tick.received_at))
    session.flush()
    _activate(session, made, stops)
    return True


def _mark(report: Report, needs: list[str]) -> None:
    if report.needs != needs:
        report.flags = [*(flag for flag in report.flags if flag not in NEEDS), *needs]


def _is_open(stops: Mapping[int, Stop], made: Mapping[str, Any]) -> bool:
    stop = stops.get(made["on"] or 0)
    return stop is not None and stop.route_list.is_open


def _was_heard(session: Session, field: Field, tick: FieldEntry, updates: Any) -> bool:
    """Whether news of it has gone out. Where nobody is written to, the seconds for undo decide, as at the desk."""
    ids = [update.id for update in updates]
    query = select(Notification).where(Notification.update_id.in_(ids)).with_for_update()
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    if any(row.state not in _QUIET for row in rows):
        return True
    return not rows and field.at > tick.received_at + timedelta(seconds=field.undo_seconds) + GRACE


def _hide(session: Session, updates: Any) -> None:
    """History keeps the lines, the public sees none of them, and no mail tells them."""
    ids = [update.id for update in updates]
    waiting = select(Notification).where(Notification.update_id.in_(ids)).with_for_update()
    for row in session.scalars(waiting.execution_options(populate_existing=True)):
        if row.state in {SendingState.PENDING.value, SendingState.FAILED.value}:
            row.cancel()
    for update in updates:
        update.public, update.data = False, {**update.data, "undone": True}


def _activate(session: Session, made: Mapping[str, Any], stops: Mapping[int, Stop]) -> None:
    """It is on the list again from which the tick took it, unless somebody has planned it anew."""
    stop = stops.get(made["on"] or 0)
    if stop is None or not stop.route_list.is_open:
        return
    taken = select(StopReport.stop_id).where(StopReport.report_id == made["report"], StopReport.active)
    for one in stop.entries:
        if one.report_id == made["report"] and session.scalar(taken) is None:
            one.active = True
    if stop.outcome is None:
        stop.completed_at = None
    session.flush()


def _open_stop(field: Field, stop: Stop | None, tick: FieldEntry) -> None:
    if stop is None or stop.completion_key != tick.key:
        return
    stop.outcome = stop.completed_at = stop.received_at = stop.completed_by_id = stop.completed_link_id = None
    stop.completion_key = stop.minutes = stop.note = None
    stop.materials = []
    waits = any(one.active for one in stop.entries) or not stop.entries
    if not waits:  # Nobody has to go there any more for another reason.
        stop.completed_at = field.at
