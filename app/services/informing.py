"""Telling units of a report for information: they get it to read, and nothing of it becomes theirs to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.errors import N_, Conflict, Invalid
from app.models import Actor, Forwarding, Report, Update, UpdateKind
from app.services import forwarding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.routing import Rules, Unit

MOST = 20
_TOO_LATE = N_("This can no longer be undone: it has gone out, or somebody has gone on with it. Call it back instead.")


def inform(
    session: Session,
    report: Report,
    unit_codes: Sequence[str],
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int,
) -> list[Update]:
    """A Forwarding with its deliveries and a line of history for each unit; none goes out before `undo_seconds`.

    Neither the status nor the responsible unit changes. Raises Invalid (no such unit, none chosen) and Conflict
    (not placed yet, or the unit knows of it already).
    """
    codes = list(dict.fromkeys(unit_codes))[:MOST]
    if not codes:
        raise Invalid(N_("Choose a unit."), fields={"unit": N_("Choose a unit.")})
    units = [forwarding.unit_of(report, code, rules) for code in codes]
    _check_new_to_them(session, report, codes)
    sent = [_sent(report, unit, by=by, at=at, undo_seconds=undo_seconds) for unit in units]
    session.add_all(sent)
    lines = [_line(report, code, by=by, at=at) for code in codes]
    forwarding.enqueue(session, [delivery for one in sent for delivery in one.deliveries])
    return lines


def _check_new_to_them(session: Session, report: Report, codes: Sequence[str]) -> None:
    told = select(Forwarding.unit_code).where(
        Forwarding.report_id == report.id, Forwarding.for_information, Forwarding.undone_at.is_(None)
    )
    known = set(session.scalars(told)) | ({report.unit_code} if report.unit_code else set())
    if known & set(codes):
        raise Conflict(N_("A unit that you chose knows of this report already."))


def _sent(report: Report, unit: Unit, *, by: Staff, at: datetime, undo_seconds: int) -> Forwarding:
    go = at + timedelta(seconds=undo_seconds)
    made = Forwarding(
        report_id=report.id, unit_code=unit.code, by_id=by.id, at=at, corrected=False, for_information=True
    )
    made.deliveries = [forwarding.new_delivery(channel, at=at, go=go) for channel in unit.channels]
    return made


def _line(report: Report, code: str, *, by: Staff, at: datetime) -> Update:
    line = report.record(UpdateKind.INFORMED, actor=Actor.of(by), at=at)
    line.unit_code = code
    return line


def cancel(session: Session, decision: Update, *, at: datetime) -> None:
    """Undo: the units that were told in this decision are not. Raises Conflict when something has gone out."""
    if decision.kind not in {UpdateKind.FORWARDED, UpdateKind.REFERRED, UpdateKind.INFORMED}:
        return
    query = select(Forwarding).where(
        Forwarding.report_id == decision.report_id,
        Forwarding.at == decision.at,
        Forwarding.by_id == decision.staff_id,
        Forwarding.for_information,
        Forwarding.undone_at.is_(None),
    )
    told = list(session.scalars(query))
    for one in told:
        _cancel(session, one, at=at)
    if told:
        _mark(session, decision)


def _cancel(session: Session, told: Forwarding, *, at: datetime) -> None:
    try:
        for delivery in forwarding.locked_deliveries(session, told):
            delivery.cancel()
    except Conflict as error:
        raise Conflict(_TOO_LATE) from error
    told.undone_at = at


def _mark(session: Session, decision: Update) -> None:
    """The lines of the units, beside that of the decision itself."""
    lines = select(Update).where(
        Update.report_id == decision.report_id,
        Update.at == decision.at,
        Update.kind == UpdateKind.INFORMED.value,
        Update.id != decision.id,
    )
    for line in session.scalars(lines):
        line.data = {**line.data, "undone": True}
