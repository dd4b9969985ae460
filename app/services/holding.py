"""Locking the reports that one decision touches: all of them first, in the order of their ids.

So two people wait for each other once and never in a ring. What ties reports together is read again under the locks,
and may bring in one with a lower id than what is held already, by this decision or an earlier one of the transaction:
nobody waits for that. It is locked where it is free; else the second is told to look again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from app.errors import N_, Conflict
from app.models import Merge, Report, ReportStatus
from app.services.decisions import STALE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session, SessionTransaction

BUSY = N_("Somebody else is merging one of these reports just now. Look at them again before you decide.")
# The highest id that a transaction has locked so far.
_reached: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


@dataclass(frozen=True)
class Held:
    """A locked row: what a merge rests on, as it is now."""

    id: int
    reference: str
    version: int
    status: str
    duplicate_of_id: int | None
    due_at: datetime | None
    for_all: bool


def hold(session: Session, ids: Iterable[int]) -> dict[int, Held]:
    """Lock these reports until the transaction ends; lines of history can still be added by others.

    Raises Conflict when somebody else holds one with a lower id than what this transaction holds already.
    """
    wanted = set(ids)
    before = {one for one in wanted if one < reached(session)}
    held = _lock(session, before, wait=False) | _lock(session, wanted - before, wait=True)
    if before - held.keys():
        raise Conflict(BUSY)
    note_held(session, held)
    return held


def reached(session: Session) -> int:
    """The highest id of a report that the session's transaction has locked; 0 before the first."""
    transaction = session.get_transaction()
    return 0 if transaction is None else _reached.get(transaction, 0)


def note_held(session: Session, ids: Iterable[int]) -> None:
    """These reports are locked, in the order of their ids, by a query of the caller."""
    transaction = session.get_transaction()
    if transaction is not None:
        _reached[transaction] = max((reached(session), *ids))


def _lock(session: Session, ids: Collection[int], *, wait: bool) -> dict[int, Held]:
    if not ids:
        return {}
    for_all = (~Report.private & Report.hidden_at.is_(None)).label("for_all")
    columns = (Report.id, Report.reference, Report.version, Report.status, Report.duplicate_of_id, Report.due_at)
    rows = session.execute(
        select(*columns, for_all)
        .where(Report.id.in_(ids))
        .order_by(Report.id)
        .with_for_update(key_share=True, of=Report, skip_locked=not wait)
    )
    return {row.id: Held(*row) for row in rows}


def hold_all(
    session: Session,
    ids: Collection[int],
    *,
    others: Iterable[int] = (),
    tied: Iterable[int] | None = None,
    ended: datetime | None = None,
) -> dict[int, Held]:
    """Lock `ids` with what they are part of, what is part of them and what went along; and `others` without theirs.

    `tied` is what the caller has just read of it. With `ended` also what a merge that ended at that moment tied
    together. Raises Conflict as `hold`.
    """
    asked: set[int] = set()
    held: dict[int, Held] = {}
    wanted = {*ids, *others, *(tied if tied is not None else _tied(session, ids, ended=ended))}
    while new := wanted - asked:
        held |= hold(session, new)
        asked |= new
        wanted = _tied(session, ids, ended=ended)
    return held


def hold_with(session: Session, report: Report) -> None:
    """Lock it with the one that it is part of and those that went along. Raises Conflict when it is no longer so."""
    if report.duplicate_of_id is None:
        return
    if hold_all(session, [report.id])[report.id].duplicate_of_id != report.duplicate_of_id:
        raise Conflict(STALE)


def hold_to_undo(session: Session, report: Report, *, first_before: int | None, made: datetime) -> None:
    """Lock all that is touched when it is no longer, or once more, part of another one.

    Raises Conflict when that one has gone into another meanwhile.
    """
    if report.duplicate_of_id is None and first_before is None:
        return
    held = hold_all(session, [report.id], others=[first_before] if first_before else [], ended=made)
    if held[report.id].duplicate_of_id != report.duplicate_of_id:
        raise Conflict(STALE)
    if first_before is not None and report.duplicate_of_id is None and held[first_before].duplicate_of_id is not None:
        raise Conflict(STALE)


def is_part_of(report_id: int) -> ColumnElement[bool]:
    """Whether a report is merged into this one."""
    return (Report.duplicate_of_id == report_id) & (Report.status == ReportStatus.DUPLICATE.value)


def _tied(session: Session, ids: Collection[int], *, ended: datetime | None) -> set[int]:
    part = aliased(Report)
    parts = select(func.array_agg(part.id)).where(part.duplicate_of_id == Report.id).scalar_subquery()
    then = [Merge.ended_at == ended] if ended is not None else []
    query = (
        select(Report.duplicate_of_id, Merge.into_id, Merge.along, parts)
        .outerjoin(Merge, (Merge.report_id == Report.id) & or_(Merge.ended_at.is_(None), *then))
        .where(Report.id.in_(ids))
    )
    tied: set[int] = set()
    for first, into, along, has in session.execute(query):
        tied |= {one for one in (first, into, *(along or ()), *(has or ())) if one is not None}
    return tied
