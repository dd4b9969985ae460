"""Who at the desk is looking at a report. A claim warns; what decides between two people is the version."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from app.models import Report, Staff

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LASTS = timedelta(minutes=10)


def claim(session: Session, reference: str, *, by: Staff, at: datetime, take_over: bool = False) -> bool:
    """Say that this person is on it, if nobody else is; `take_over` does not ask. Whether it is theirs now.

    Written past the version, because looking at a report changes nothing that a decision rests on.
    """
    free = or_(
        Report.claimed_by_id.is_(None),
        Report.claimed_by_id == by.id,
        Report.claimed_at < at - LASTS,
    )
    statement = update(Report).where(Report.reference == reference)
    if not take_over:
        statement = statement.where(free)
    mine = session.scalar(
        statement.values(claimed_by_id=by.id, claimed_at=at).returning(Report.id),
        execution_options={"synchronize_session": False},
    )
    return mine is not None


def release(session: Session, reference: str, *, by: Staff) -> None:
    """This person has left the report; a colleague's claim stays as it is."""
    session.execute(
        update(Report)
        .where(Report.reference == reference, Report.claimed_by_id == by.id)
        .values(claimed_by_id=None, claimed_at=None),
        execution_options={"synchronize_session": False},
    )


def holder(session: Session, reference: str, *, at: datetime) -> str:
    """The name of whoever is on it; empty when nobody is."""
    query = select(Staff.name).join(Report, Report.claimed_by_id == Staff.id)
    return session.scalar(query.where(Report.reference == reference, Report.claimed_at >= at - LASTS)) or ""
