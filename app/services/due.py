"""Another due date, and the interim reply: whoever waits is told that it takes longer, why, and until when.

Nothing of this is ever sent by a clock: a person reads the words first. `report.reporter` must be loaded. Raises
Conflict (somebody was first, it is closed, or its dates stand still) and Invalid.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from app.errors import N_, Conflict, Invalid
from app.models import Actor, NotificationKind, Report, Update
from app.services.decisions import as_it_was, check_version, settle, tell_reporter

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Staff

# Nobody can promise anything for a later day.
MOST_DAYS = 730
CLOSED = N_("The report is closed, so it has no due date any more. Reopen it first.")
WAITS = N_("The date stands still while we wait for the reporter's answer. Set another one when the answer is here.")
NO_DAY = N_("Choose a day.")
PAST = N_("Choose today or a later day.")
TOO_FAR = N_("Choose a day within two years.")
SAME = N_("It is due on this day already. Choose another one.")
WHY = N_("Write why. If the date is later than before, the reporter reads it.")
SAY = N_("Write what the reporter is to know: why it takes longer, and what happens next.")


def set_due(
    session: Session,
    report: Report,
    day: date | None,
    *,
    by: Staff,
    at: datetime,
    words: str,
    undo_seconds: int = 0,
    version: int | None = None,
) -> Update:
    """It should be done at the end of `day`, a day where people live. Of a later date than before the reporter hears,
    with the words; an earlier one is between colleagues, as nobody has to prepare for it.
    """
    check_version(report, version)
    _check_open(report)
    due_at = _moment(report, day, at=at)
    if due_at == report.due_at:
        raise Invalid(SAME, fields={"due": SAME})
    if not words.strip():
        raise Invalid(WHY, fields={"words": WHY})
    before, later = as_it_was(report), is_later(report, due_at)
    update = report.set_due(due_at, actor=Actor.of(by), at=at, words=words, public=later)
    settle(session, report, update, before=before)
    if later:
        tell_reporter(session, report, update, kind=NotificationKind.STATUS, at=at, undo_seconds=undo_seconds)
    return update


def reply_meanwhile(
    session: Session,
    report: Report,
    *,
    words: str,
    by: Staff,
    at: datetime,
    day: date | None = None,
    undo_seconds: int = 0,
    version: int | None = None,
) -> Update:
    """The interim reply: it is not done yet, why, and by when it should be. One mail; the next words are due a month
    later. `day`: a new due date, told in the same mail; None: the date stays.
    """
    check_version(report, version)
    _check_open(report)
    if not words.strip():
        raise Invalid(SAY, fields={"words": SAY})
    due_at = _moment(report, day, at=at) if day is not None else None
    before = as_it_was(report)
    update = report.tell_meanwhile(actor=Actor.of(by), at=at, words=words, due_at=due_at)
    settle(session, report, update, before=before)
    tell_reporter(session, report, update, kind=NotificationKind.STATUS, at=at, undo_seconds=undo_seconds)
    return update


def is_later(report: Report, due_at: datetime) -> bool:
    """Whether somebody who trusts in the date of now would wait in vain; a first date is news as well."""
    return report.due_at is None or due_at > report.due_at


def expected_day(report: Report, *, at: datetime) -> date:
    """What an interim reply may promise: the date as it is, or where that is over, ten working days from now."""
    calendar = report.calendar
    if report.due_at is not None and report.due_at > at:
        return calendar.day_of(report.due_at)
    return calendar.day_of(calendar.due(at, 10))


def _check_open(report: Report) -> None:
    if not report.is_open:
        raise Conflict(CLOSED)
    if report.waiting_since is not None:
        raise Conflict(WAITS)


def _moment(report: Report, day: date | None, *, at: datetime) -> datetime:
    today = report.calendar.day_of(at)
    problem = None
    if day is None:
        problem = NO_DAY
    elif day < today:
        problem = PAST
    elif day > today + timedelta(days=MOST_DAYS):
        problem = TOO_FAR
    if day is None or problem is not None:
        raise Invalid(problem or NO_DAY, fields={"due": problem or NO_DAY})
    return report.calendar.end_of(day)
