"""Who at the desk is looking at a report. A claim warns; what decides between two people is the version."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, update

from app.models import Report

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Staff

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
