"""Days of the year on which a road is closed, as OpenStreetMap writes them: "no @ (Nov-Apr)", "no @ (Oct 15-Jun 01)".

Hours and weekdays are not obeyed: a round is planned for a day, and roads that close for an hour are few.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MonthDay = tuple[int, int]
Span = tuple[MonthDay, MonthDay]

WINTER: Span = ((11, 1), (4, 30))
SUMMER: Span = ((6, 1), (9, 30))
ICE: Span = ((1, 1), (3, 31))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = r"(?:(\d{4})\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+(\d{1,2}))?"
_SPAN = re.compile(rf"^{_DAY}(?:\s*[-–]\s*(?:{_DAY}|(\d{{1,2}})))?$", re.IGNORECASE)
_CLAUSE = re.compile(r"([^;@]+?)\s*@\s*(\([^)]*\)|[^;]+)")
_CLOSED = frozenset({"no", "private", "closed", "agricultural", "forestry", "emergency"})
_OPEN = frozenset({"yes", "designated", "permissive", "destination"})
_WORDS: dict[str, Span] = {"winter": WINTER, "snow": WINTER, "summer": SUMMER}
# February has 29 days here: a span is about days of any year.
_LAST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Season:
    """Spans of days of the year, both ends counting, that may go over new year. `opens`: open in them, else closed."""

    spans: tuple[Span, ...]
    opens: bool = False

    def closed_on(self, day: date) -> bool:
        """Whether the road is closed on a day."""
        this = (day.month, day.day)
        return any(_within(this, span) for span in self.spans) != self.opens


def _within(this: MonthDay, span: Span) -> bool:
    first, last = span
    return first <= this <= last if first <= last else this >= first or this <= last


def season_of(conditional: str, *, shut: bool) -> Season | None:
    """What a `...:conditional` says about days of the year; None: nothing that is understood.

    `shut`: without the condition the road may not be driven on, so that only what opens it matters.
    """
    wanted = _OPEN if shut else _CLOSED
    spans: list[Span] = []
    for value, condition in _CLAUSE.findall(conditional):
        if value.strip().lower() in wanted:
            spans += _spans(condition.strip().strip("()"))
    return Season(tuple(spans), opens=shut) if spans else None


def _spans(condition: str) -> list[Span]:
    """One part that is not understood (an hour, a weekday, a weight) makes the whole condition no matter of days."""
    found = []
    for part in re.split(r"[,;]", condition):
        span = _span(part.strip())
        if span is None:
            return []
        found.append(span)
    return found


def _span(words: str) -> Span | None:
    if words.lower() in _WORDS:
        return _WORDS[words.lower()]
    match = _SPAN.match(words)
    if match is None or match[1] or match[4]:  # A year of its own: it was, or will be, once.
        return None
    first = _MONTHS.index(match[2][:3].lower()) + 1
    last = _MONTHS.index(match[5][:3].lower()) + 1 if match[5] else first
    from_day = int(match[3] or 1)
    until = match[6] or match[7] or (None if match[5] or not match[3] else match[3])
    until_day = int(until or _LAST[last - 1])
    if not (1 <= from_day <= _LAST[first - 1] and 1 <= until_day <= _LAST[last - 1]):
        return None
    return (first, from_day), (last, until_day)
