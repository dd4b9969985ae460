"""Lamps in summer light: nobody sees a dark one, so what is reported is gathered for the round of the autumn."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.routing.rules import Rules


def lit_again(rules: Rules, category_code: str, answers: list[dict[str, Any]], *, at: datetime) -> date | None:
    """The day from which lamps are lit again, for a dark lamp while all are off; None at other times and for others.

    What can hurt somebody is never gathered.
    """
    summer, rounds = rules.rounds.summer, rules.rounds
    today = at.astimezone(rules.timezone).date()
    if summer is None or f"{today:%m-%d}" not in summer.days:
        return None
    if not rounds.is_dark(category_code, answers) or rounds.is_hazard(category_code, answers):
        return None
    month, day = (int(part) for part in summer.last.split("-"))
    # Over New Year the last day may be in the next year; 29 February is not in every one.
    last = date(today.year + (f"{today:%m-%d}" > summer.last), month, min(day, 28) if month == 2 else day)
    return last + timedelta(days=1)


def gathered_until(rules: Rules, about: Iterable[tuple[str, list[dict[str, Any]]]], *, at: datetime) -> date | None:
    """The day from which lamps are lit again, where all these reports wait for it; None where one of them does not.

    `about`: category and answers of each report of a fault.
    """
    days = {lit_again(rules, category_code, answers, at=at) for category_code, answers in about}
    return days.pop() if len(days) == 1 else None


def counted_from(rules: Rules, category_code: str, answers: list[dict[str, Any]], *, at: datetime) -> datetime:
    """From when the days are counted until it should be done: when it came, or when lamps are lit again."""
    day = lit_again(rules, category_code, answers, at=at)
    return at if day is None else datetime.combine(day, time(12), rules.timezone).astimezone(at.tzinfo)
