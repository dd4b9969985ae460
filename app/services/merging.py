"""Merging: one report goes into another that is about the same fault, which stays; and taking them apart again.

Nothing is copied. Whoever sent the one, and those who said "mine too" to it, hear of what happens to the other from
then on; its photos are shown there. `report.reporter` must be loaded. Raises Conflict (somebody was first, or not in
this status) and Invalid. services/holding.py locks the rows, so that two people never wait for each other in a ring.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from app.errors import N_, Conflict, Invalid
from app.models import OPEN, Actor, Merge, NotificationKind, Report
from app.models.reference import parse_reference, show_reference
from app.services import holding, supporting
from app.services.decisions import as_it_was, check_version, settle, tell_reporter
from app.services.holding import BUSY, Held, hold_all, is_part_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.models import Staff, Update

STATUS = NotificationKind.STATUS
NO_SUCH = N_("There is no report with this reference. Check the digits.")
ITSELF = N_("A report cannot be merged with itself. Choose another one.")
GOES_ROUND = N_("These two are merged already. Take them apart first if the other one should stay.")
OTHER_CLOSED = N_("%(reference)s is closed. Reopen it first, or choose a report that is open.")
CLOSED = N_("This report is closed. Reopen it before you merge it.")
IN_ANOTHER = N_("This report is merged into another one already.")
NOT_FOR_ALL = N_("%(reference)s is not public, so who sent this one could not follow it. Merge the other way round.")
MOST_STEPS = 20


@dataclass(frozen=True)
class Chain:
    """What a reference leads to: the report that was typed, the one that stays for it, and what goes along."""

    typed: int
    first: int
    along: tuple[int, ...]


def mark_duplicate(
    session: Session,
    report: Report,
    *,
    typed: str,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> Update:
    """Merge it into the report with this reference; where that one was merged itself, into the one that stays."""
    check_version(report, version)
    before = as_it_was(report)
    chain, kept = _both(session, report, typed)
    merged = Merge(
        report_id=report.id, into_id=kept.id, along=list(chain.along), due_before=kept.due_at, at=at, by_id=by.id,
        due_after=min(filter(None, (kept.due_at, report.due_at)), default=None),
    )  # fmt: skip
    found = report.mark_duplicate(kept, actor=Actor.of(by), at=at)
    found.data = {**found.data, "typed": chain.typed} if chain.typed != kept.id else found.data
    session.add(merged)
    settle(session, report, found, before=before)
    _point(session, merged.along, to=kept.id, held=report.id)
    if merged.made_due_earlier:
        _set_due(session, kept.id, merged.due_after)
    supporting.recount(session, kept.id, locked=True)
    tell_reporter(session, report, found, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return found


def split(
    session: Session,
    report: Report,
    *,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> Update:
    """Take it apart from the report that it went into: it was another thing, and the desk decides anew."""
    check_version(report, version)
    before = as_it_was(report)
    holding.hold_with(session, report)
    found = settle(session, report, report.split(actor=Actor.of(by), at=at), before=before)
    came_apart(session, report, before["duplicate_of_id"], at=at)
    tell_reporter(session, report, found, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return found


def came_apart(session: Session, report: Report, first: int | None, *, at: datetime) -> None:
    """What a report that is open again brought with it goes with it: those that went along, and the due date's pull."""
    if first is None:
        return
    row = _standing(session, report.id)
    if row is not None:
        row.ended_at = at
        _give_back(session, row, first=first)
        for one in {report.id, row.into_id} - {first}:
            supporting.recount(session, one, locked=True)
    supporting.recount(session, first, locked=True)


def came_together(session: Session, report: Report, *, ended: datetime) -> None:
    """That they came apart at this moment is undone; what has gone into it since goes along. All are locked."""
    if report.duplicate_of_id is None:
        return
    query = select(Merge).where(Merge.report_id == report.id, Merge.ended_at == ended).order_by(Merge.id.desc())
    row = session.scalars(query.limit(1)).first()
    along = list(session.scalars(select(Report.id).where(is_part_of(report.id)).order_by(Report.id)))
    _point(session, along, to=report.duplicate_of_id, held=report.id)
    if row is not None:
        row.ended_at, row.along = None, along
        if row.made_due_earlier:
            _set_due(session, row.into_id, row.due_after, only_if=row.due_before)
    if along:
        supporting.recount(session, report.id, locked=True)
    supporting.recount(session, report.duplicate_of_id, locked=True)


def _both(session: Session, report: Report, typed: str) -> tuple[Chain, Held]:
    """Both rows are locked with all that goes along, and looked at again: between two people the second is told."""
    chain = _chain(session, report, typed)
    if chain.typed == report.id:
        raise Invalid(ITSELF, fields={"duplicate_of": ITSELF})
    held = hold_all(session, [report.id], others=[report.id, chain.first], tied=chain.along)
    kept, mine = held[chain.first], held[report.id]
    check_version(report, mine.version)
    if mine.duplicate_of_id is not None:
        raise Conflict(IN_ANOTHER)
    if mine.status not in OPEN:
        raise Conflict(CLOSED)
    if kept.id == report.id:
        raise Conflict(GOES_ROUND)
    if kept.duplicate_of_id is not None:
        raise Conflict(BUSY)
    if kept.status not in OPEN:
        raise Conflict(OTHER_CLOSED, reference=show_reference(kept.reference))
    if mine.for_all and not kept.for_all:
        raise Conflict(NOT_FOR_ALL, reference=show_reference(kept.reference))
    parts = sorted(one.id for one in held.values() if one.duplicate_of_id == report.id)
    return replace(chain, along=tuple(parts)), kept


def _chain(session: Session, report: Report, typed: str) -> Chain:
    """From what was typed along the merges to the report that stays; at most MOST_STEPS, so a circle ends too."""
    start = (
        select(Report.id, Report.duplicate_of_id, literal(0).label("step"))
        .where(Report.reference == (parse_reference(typed) or ""))
        .cte("chain", recursive=True)
    )
    following = aliased(Report)
    chain = start.union_all(
        select(following.id, following.duplicate_of_id, start.c.step + 1)
        .where(following.id == start.c.duplicate_of_id)
        .where(start.c.step < MOST_STEPS)
    )
    along = select(func.array_agg(Report.id)).where(is_part_of(report.id)).scalar_subquery()
    rows = session.execute(select(chain.c.id, along).order_by(chain.c.step)).all()
    if not rows:
        raise Invalid(NO_SUCH, fields={"duplicate_of": NO_SUCH})
    return Chain(rows[0][0], rows[-1][0], tuple(sorted(rows[0][1] or ())))


def _standing(session: Session, report_id: int) -> Merge | None:
    return session.scalar(select(Merge).where(Merge.report_id == report_id, Merge.ended_at.is_(None)))


def _point(session: Session, ids: Iterable[int], *, to: int, held: int) -> None:
    """Those that are part of `held` are part of `to`: what stays is always one step away."""
    moved = update(Report).where(Report.id.in_(list(ids)), Report.duplicate_of_id == held).values(duplicate_of_id=to)
    if list(ids):
        session.execute(moved.execution_options(synchronize_session="fetch"))


def _give_back(session: Session, row: Merge, *, first: int) -> None:
    _point(session, row.along, to=row.report_id, held=first)
    if not row.made_due_earlier:
        return
    later = (
        update(Merge)
        .where(Merge.into_id == row.into_id, Merge.ended_at.is_(None), Merge.id > row.id)
        .where(Merge.due_before == row.due_after)
        .values(due_before=row.due_before)
        .returning(Merge.id)
    )
    if not session.scalars(later.execution_options(synchronize_session="fetch")).all():
        _set_due(session, row.into_id, row.due_before, only_if=row.due_after)


def _set_due(session: Session, report_id: int, day: datetime | None, *, only_if: datetime | None = None) -> None:
    """By a statement of its own: nobody's decision about that report meets a conflict because another one joined it."""
    statement = update(Report).where(Report.id == report_id).values(due_at=day).returning(Report.id)
    if only_if is not None:
        statement = statement.where(func.coalesce(Report.due_at == only_if, False))
    if session.scalar(statement.execution_options(synchronize_session=False)) is None:
        return
    known = session.identity_map.get(session.identity_key(Report, report_id))
    if known is not None:
        set_committed_value(known, "due_at", day)
