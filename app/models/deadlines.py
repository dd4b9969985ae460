"""Due dates in working days, by the public holidays of the municipality's country."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

END_OF_DAY = time(16, 0)


@lru_cache(maxsize=64)
def _holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))


def is_working_day(day: date, *, country: str, region: str | None = None) -> bool:
    """Monday to Friday and no public holiday there."""
    return day.weekday() < 5 and day not in _holidays(country, region, day.year)


def due_at(received: datetime, days: int, *, country: str, timezone: str, region: str | None = None) -> datetime:
    """16:00 local time on the `days`-th working day, counted from the day after receipt; returned in UTC."""
    zone = ZoneInfo(timezone)
    day = received.astimezone(zone).date()
    while days > 0:
        day += timedelta(days=1)
        if is_working_day(day, country=country, region=region):
            days -= 1
    return datetime.combine(day, END_OF_DAY, zone).astimezone(UTC)
