"""Until which day something is kept. It goes when that day is over where people live, so days and months are whole."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def last_day(since: datetime, *, zone: ZoneInfo, months: int = 0, days: int = 0) -> date:
    """The last day on which it is still there: so many months and days after `since`.

    A month later than the 31st is the last day of a shorter month, and a year after 29 February is the 28th.
    """
    return _later(since.astimezone(zone).date(), months=months) + timedelta(days=days)


def cutoff(now: datetime, *, zone: ZoneInfo, months: int = 0, days: int = 0) -> datetime:
    """What began before this moment (UTC) has had its last day: the same rule as `last_day`, seen from today."""
    today = now.astimezone(zone).date()
    newest = _later(today, months=-months) - timedelta(days=days) + timedelta(days=3)
    # Months are of different length, so the day is looked for where it must be.
    while _later(newest, months=months) + timedelta(days=days) >= today:
        newest -= timedelta(days=1)
    return datetime.combine(newest + timedelta(days=1), time(), zone).astimezone(UTC)


def _later(day: date, *, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
