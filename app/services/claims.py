"""Who at the desk is looking at a report. A claim warns; what decides between two people is the version."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, text, update

from app.models import Report, Seen, Staff
from app.services.sight import ONE_LOOK

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LASTS = timedelta(minutes=10)
# Both at once, because they are said each time that a report comes in front.
_LOOK = text("""
    WITH mine AS (
        UPDATE report SET claimed_by_id = :staff_id, claimed_at = :at
        WHERE reference = :reference
          AND (claimed_by_id IS NULL OR claimed_by_id = :staff_id OR claimed_at < :lapsed)
        RETURNING id
    ), sight AS (
        INSERT INTO report_sight (report_id, staff_id, at, what)
        SELECT id, :staff_id, CAST(:at AS timestamptz), CAST(:what AS text) FROM report
        WHERE reference = :reference AND NOT EXISTS (
            SELECT FROM report_sight
            WHERE report_id = report.id AND staff_id = :staff_id AND what = CAST(:what AS text) AND at > :since
        )
    )
    SELECT count(*) FROM mine
""")


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


def look(session: Session, reference: str, *, by: Staff, at: datetime) -> bool:
    """Somebody has the report in front: `claim` and `sight.seen` in one statement. Whether the claim is theirs now."""
    given = {"reference": reference, "staff_id": by.id, "at": at, "what": Seen.PAGE.value}
    return bool(session.scalar(_LOOK, {**given, "lapsed": at - LASTS, "since": at - ONE_LOOK}))


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
