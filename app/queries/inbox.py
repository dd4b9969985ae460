"""A unit's inbox: what was forwarded to it and is not done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.models import AT_UNIT, Report, Staff
from app.queries.visible import held_by

PAGE = 50


def inbox(session: Session, staff: Staff, *, unit_code: str = "", status: str = "", after: int = 0) -> Sequence[Report]:
    """At most 51 reports at the person's units, the most urgent first; without a due date last. `after` is an offset.

    The 51st says that there is another page.
    """
    query = select(Report).where(held_by(staff), Report.status.in_([s.value for s in AT_UNIT]))
    if unit_code:
        query = query.where(Report.unit_code == unit_code)
    if status:
        query = query.where(Report.status == status)
    query = query.order_by(Report.due_at.asc().nulls_last(), Report.id).offset(after).limit(PAGE + 1)
    return session.scalars(query.options(selectinload(Report.photos))).all()


def counts(session: Session, staff: Staff) -> dict[tuple[str, str], int]:
    """(unit, status) -> how many wait there."""
    query = (
        select(Report.unit_code, Report.status, func.count())
        .where(held_by(staff), Report.status.in_([s.value for s in AT_UNIT]))
        .group_by(Report.unit_code, Report.status)
    )
    return {(unit or "", status): count for unit, status, count in session.execute(query)}
