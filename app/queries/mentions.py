"""Who is named in the notes of a report, and has not read it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, select, update

from app.models import Mention, Report, Update

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff


def mentions(staff: Staff) -> ColumnElement[bool]:
    """A report in which somebody has called this person, and that the person has not opened since."""
    waiting = select(Mention.id).join(Update, Update.id == Mention.update_id)
    mine = (Mention.report_id == Report.id, Mention.staff_id == staff.id, Mention.seen_at.is_(None))
    return exists(waiting.where(*mine, ~Update.data.has_key("undone")).correlate(Report))


def acknowledge(session: Session, report: Report, staff: Staff, *, at: datetime) -> bool:
    """The person has opened the report; True when somebody had called."""
    unseen = (Mention.report_id == report.id, Mention.staff_id == staff.id, Mention.seen_at.is_(None))
    called = session.scalars(update(Mention).where(*unseen).values(seen_at=at).returning(Mention.id)).all()
    return bool(called)
