"""ISO weeks as the archive's addresses name them, and the months that they lie in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.errors import N_, NotFound

NO_SUCH_WEEK = N_("There is no such week. A year has 52 weeks, and some years have 53.")
NO_SUCH_YEAR = N_("There is no such year in the archive.")
_EARLIEST, _LATEST = 1900, 9998


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week by its Monday; `year` and `number` are ISO 8601's, so that week 1 may begin in December."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Week:
        """The week that a day lies in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, year: str, number: str) -> Week:
        """From an address; raises NotFound."""
        try:
            return cls(date.fromisocalendar(read_year(year), _digits(number, most=2), 1))
        except ValueError as error:
            raise NotFound(NO_SUCH_WEEK) from error

    @property
    def year(self) -> int:
        """The year that it counts to."""
        return self.monday.isocalendar().year

    @property
    def number(self) -> int:
        """1 to 53."""
        return self.monday.isocalendar().week

    @property
    def thursday(self) -> date:
        """The day whose year, and month, it counts to."""
        return self.monday + timedelta(days=3)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def path(self) -> str:
        """Where its reports stand."""
        return f"/archive/{self.year}/{self.number}"

    def next(self, weeks: int = 1) -> Week:
        """That many weeks later."""
        return Week(self.monday + timedelta(weeks=weeks))


def read_year(text: str) -> int:
    """The year in an address; raises NotFound."""
    try:
        year = _digits(text, most=4)
    except ValueError as error:
        raise NotFound(NO_SUCH_YEAR) from error
    if not _EARLIEST <= year <= _LATEST:
        raise NotFound(NO_SUCH_YEAR)
    return year


def weeks_of_year(year: int) -> list[Week]:
    """All of them, 52 or 53."""
    first, after = Week(date.fromisocalendar(year, 1, 1)), Week(date.fromisocalendar(year + 1, 1, 1))
    return [first.next(number) for number in range((after.monday - first.monday).days // 7)]


def _digits(text: str, *, most: int) -> int:
    if not re.fullmatch(rf"[1-9][0-9]{{0,{most - 1}}}", text, re.ASCII):
        raise ValueError(text)
    return int(text)
