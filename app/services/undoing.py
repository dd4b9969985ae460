"""Undo at the desk: the last decision is taken back before anything has gone out.

History keeps both lines; the public page shows neither.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from app.errors import N_, Conflict, NotFound
from app.models import Actor, Forwarding, Note, Notification, Rating, Report, ReportStatus, Update, UpdateKind
from app.services import forwarding, holding, informing, merging
from app.services.decisions import as_it_was, bring_back

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Staff

# The press of the button may be on its way when the seconds are over; mails that have gone decide.
GRACE = timedelta(seconds=3)

_SENT_TO_A_UNIT = {UpdateKind.FORWARDED, UpdateKind.REFERRED}
_TOO_LATE = N_("This can no longer be undone: the time is over, or somebody has gone on with it.")


def undo(
    session: Session, report: Report, *, update_id: int, by: Staff, at: datetime, undo_seconds: int
) -> Update | None:
    """Take back the decision `update_id`, if it is the last one, one's own, and nothing has gone out.

    Returns the line of history that was undone. Raises Conflict, or NotFound when it is not one's own.
    """
    decision = session.get(Update, update_id)
    if decision is None or decision.report_id != report.id or decision.staff_id != by.id:
        raise NotFound(N_("There is nothing of yours to undo here."))
    kept = decision.data.get("before")
    if kept is None or at > decision.at + timedelta(seconds=undo_seconds) + GRACE:
        raise Conflict(_TOO_LATE)
    _check_last(session, decision)
    before = {**as_it_was(report), **kept}  # What the decision did not change stays as it is by now.
    first, first_before = report.duplicate_of_id, before["duplicate_of_id"]
    holding.hold_to_undo(session, report, first_before=first_before, made=decision.at)
    sent = _its_forwarding(session, decision)
    if sent is not None:
        forwarding.cancel(session, sent, by=by, at=at)
    else:
        _cancel_mails(session, decision)
        _take_back(report, decision, before_status=before["status"], by=by, at=at)
    bring_back(report, before)  # Before anything is asked: a status and what belongs to it are written as one.
    informing.cancel(session, decision, at=at)
    _hide(session, decision)
    # Somebody was quick to say how satisfied they are with an end that was none.
    session.execute(delete(Rating).where(Rating.report_id == report.id, Rating.at >= decision.at))
    session.flush()  # Somebody who went on in this very moment wins here.
    if first != first_before:
        merging.came_apart(session, report, first, at=at)
        merging.came_together(session, report, ended=decision.at)
    return decision


def _check_last(session: Session, decision: Update) -> None:
    newer = select(Update.id).where(Update.report_id == decision.report_id, Update.id > decision.id).limit(1)
    if session.scalar(newer) is not None:
        raise Conflict(_TOO_LATE)


def _its_forwarding(session: Session, decision: Update) -> Forwarding | None:
    if decision.kind not in _SENT_TO_A_UNIT:
        return None
    query = select(Forwarding).where(
        Forwarding.report_id == decision.report_id,
        Forwarding.unit_code == decision.unit_code,
        Forwarding.at == decision.at,
        ~Forwarding.for_information,
    )
    return session.scalar(query.order_by(Forwarding.id.desc()).limit(1))


def _cancel_mails(session: Session, decision: Update) -> None:
    """Locked, so that a worker either sees our decision or has made its own before we look."""
    query = select(Notification).where(Notification.update_id == decision.id).with_for_update()
    for notification in session.scalars(query.execution_options(populate_existing=True)):
        notification.cancel()


def _take_back(report: Report, decision: Update, *, before_status: str, by: Staff, at: datetime) -> None:
    actor = Actor.of(by)
    if decision.to_status is None:
        report.record(UpdateKind.UNDONE, actor=actor, at=at, of=decision.id)
        return
    report.undo(ReportStatus(before_status), unit_code=report.unit_code, actor=actor, at=at)


def _hide(session: Session, decision: Update) -> None:
    decision.public = False
    decision.data = {**decision.data, "undone": True}
    note = session.scalar(select(Note).where(Note.update_id == decision.id))
    if note is not None:
        note.public = False
