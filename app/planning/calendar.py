"""On which days a round is driven: RFC 5545 recurrence rules, read by dateutil, within a season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

from app.errors import N_, Invalid

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# A rule is asked for some days ahead only; more than this many within them is no round, but a mistake.
MOST_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """An RRULE counted from `since`; `season` is ("MM-DD", "MM-DD"), both included, also over New Year."""

    rule: str
    since: date
    season: tuple[str, str] | None = None

    def days(self, first: date, last: date) -> list[date]:
        """The days from `first` to `last`, both included."""
        begun = datetime.combine(self.since, time(12))
        found = rrulestr(self.rule, dtstart=begun).between(
            datetime.combine(first, time(0)), datetime.combine(last, time(23, 59)), inc=True
        )
        return [moment.date() for moment in islice(found, MOST_DAYS) if self.in_season(moment.date())]

    def next_days(self, after: date, count: int = 3) -> list[date]:
        """The next `count` days from `after` on, at most a year ahead."""
        return self.days(after, after + timedelta(days=366))[:count]

    def in_season(self, day: date) -> bool:
        """Whether the round is driven at this time of the year."""
        if self.season is None:
            return True
        (first, last), today = self.season, f"{day:%m-%d}"
        return first <= today <= last if first <= last else today >= first or today <= last


def make_rule(weekdays: Sequence[str], *, every: int = 1, until: date | None = None) -> str:
    """A rule of the form's fields: weekdays as MO to SU, each or each n-th week. Raises Invalid."""
    known = [day for day in WEEKDAYS if day in weekdays]
    if not known:
        sentence = N_("Choose at least one day of the week.")
        raise Invalid(sentence, fields={"weekdays": sentence})
    if not 1 <= every <= 52:
        sentence = N_("Write how many weeks there are between two rounds: 1 to 52.")
        raise Invalid(sentence, fields={"every": sentence})
    parts = ["FREQ=WEEKLY", f"BYDAY={','.join(known)}"]
    if every > 1:
        parts.insert(1, f"INTERVAL={every}")
    if until is not None:
        parts.append(f"UNTIL={until:%Y%m%d}T235959")
    return ";".join(parts)


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """What the form shows of a rule that it has made."""

    weekdays: tuple[str, ...]
    every: int
    until: date | None


def read_rule(rule: str) -> WeeklyRule:
    """The form's fields again."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    until = parts.get("UNTIL")
    return WeeklyRule(
        tuple(parts.get("BYDAY", "").split(",")),
        int(parts.get("INTERVAL", "1")),
        datetime.strptime(until[:8], "%Y%m%d").date() if until else None,  # noqa: DTZ007  (a day has no zone)
    )
