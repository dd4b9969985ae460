"""Which reports wait for words of ours, the first ones or the next ones: conditions for lists and counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists

from app.models import OPEN, Report, Reporter
from app.models.deadlines import NORWAY, Calendar
from app.queries.statuses import is_one_of

# How long before the time is up the interim reply is proposed, in working days.
PROPOSED_BEFORE = 5


def soon(at: datetime, calendar: Calendar = NORWAY) -> datetime:
    """What must be said before then is proposed now: the end of the fifth working day from today."""
    return calendar.due(at, PROPOSED_BEFORE)


def words_due(at: datetime, calendar: Calendar = NORWAY) -> ColumnElement[bool]:
    """Open reports whose reporter must hear from us within five working days, or should have, and can be written to."""
    return and_(_silent(at, calendar), _hears())


def nobody_to_tell(at: datetime, calendar: Calendar = NORWAY) -> ColumnElement[bool]:
    """The same, but nobody left an address that works: what we write stands on the report's page only."""
    return and_(_silent(at, calendar), ~_hears())


def unanswered(at: datetime) -> ColumnElement[bool]:
    """Open, and no person has answered in the time that the rules file gives for it."""
    return and_(is_one_of(OPEN), Report.first_answered_at.is_(None), Report.first_answer_due_at < at)


def _silent(at: datetime, calendar: Calendar) -> ColumnElement[bool]:
    return and_(is_one_of(OPEN), Report.interim_due_at <= soon(at, calendar), Report.waiting_since.is_(None))


def _hears() -> ColumnElement[bool]:
    return exists().where(
        Reporter.report_id == Report.id,
        Reporter.email.is_not(None),
        Reporter.confirmed_at.is_not(None),
        Reporter.stopped_at.is_(None),
        Reporter.bounced_at.is_(None),
    )


def needs_words(report: Report, *, at: datetime) -> bool:
    """The same of one report that is at hand, whether anybody can be told or not."""
    due = report.interim_due_at
    return report.is_open and report.waiting_since is None and due is not None and due <= soon(at, report.calendar)
