"""Due dates in working days, by the public holidays of the municipality's country."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

END_OF_DAY = time(16, 0)
DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def _holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))


def is_working_day(day: date, *, country: str, region: str | None = None) -> bool:
    """Monday to Friday and no public holiday there."""
    return day.weekday() < 5 and day not in _holidays(country, region, day.year)


def due_at(received: datetime, days: int, *, country: str, timezone: str, region: str | None = None) -> datetime:
    """16:00 local time on the `days`-th working day, counted from the day after receipt; returned in UTC."""
    return Calendar(country, region, timezone).due(received, days)


@dataclass(frozen=True, slots=True)
class Calendar:
    """By whose clock and holidays days are counted. Every moment that it gives is UTC."""

    country: str = "NO"
    region: str | None = None
    timezone: str = "Europe/Oslo"

    def works(self, day: date) -> bool:
        """Whether people work on that day."""
        return is_working_day(day, country=self.country, region=self.region)

    def day_of(self, moment: datetime) -> date:
        """The day that it is then, where people live."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def end_of(self, day: date) -> datetime:
        """16:00 on that day."""
        return datetime.combine(day, END_OF_DAY, ZoneInfo(self.timezone)).astimezone(UTC)

    def due(self, received: datetime, days: int) -> datetime:
        """16:00 on the `days`-th working day, counted from the day after receipt."""
        return self.end_of(self._ahead(self.day_of(received), days))

    def reply_due(self, received: datetime, days: int | None = None) -> datetime:
        """When somebody has to hear from us again at the latest: `days` days later, None: on the same day next month.

        Counted in days of the calendar, as the law counts. Where nobody works on that day, or the month has no such
        day, it is the working day before it: whoever waits shall not wait longer because of it.
        """
        day = self.day_of(received)
        last = day + timedelta(days=days) if days is not None else _next_month(day)
        while not self.works(last) and last > day:
            last -= DAY
        return self.end_of(last)

    def working_days(self, since: datetime, until: datetime) -> int:
        """Working days after the day of `since`, that of `until` included; from one hour to the next of a day none."""
        day, last = self.day_of(since), self.day_of(until)
        return sum(self.works(day + timedelta(days=n)) for n in range(1, (last - day).days + 1))

    def moved(self, moment: datetime, days: int) -> datetime:
        """The same hour of the day, `days` working days later; also where clocks were changed in between."""
        if days <= 0:
            return moment
        local = moment.astimezone(ZoneInfo(self.timezone))
        ahead = self._ahead(local.date(), days)
        return datetime.combine(ahead, local.time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def _ahead(self, day: date, days: int) -> date:
        while days > 0:
            day += DAY
            days -= self.works(day)
        return day


# Where nobody says otherwise.
NORWAY = Calendar()


def _next_month(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
