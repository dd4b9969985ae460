"""Who had a report before their eyes: one line for each person, report and kind, at most every ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.models import Seen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Report, Staff

# Who goes back and forth between pages reads the report once.
ONE_LOOK = timedelta(minutes=10)

_NOTE = text("""
    INSERT INTO report_sight (report_id, staff_id, at, what)
    SELECT :report_id, :staff_id, CAST(:at AS timestamptz), CAST(:what AS text) WHERE NOT EXISTS (
        SELECT FROM report_sight
        WHERE report_id = :report_id AND staff_id = :staff_id AND what = CAST(:what AS text) AND at > :since
    )
""")


def seen(session: Session, report: Report, staff: Staff, *, at: datetime, what: Seen | str = Seen.PAGE) -> None:
    """Somebody of the staff sees this report now. Costs one statement; loading a page ahead of time is no sight."""
    given = {"report_id": report.id, "staff_id": staff.id, "at": at, "what": Seen(what).value, "since": at - ONE_LOOK}
    session.execute(_NOTE, given)
