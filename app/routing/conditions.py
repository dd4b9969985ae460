"""A rule's conditions: does each hold, what is there instead. Unknown facts match no condition on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from app.routing.catalogue import Question
from app.routing.reasons import (
    Because,
    Check,
    Value,
    nowhere_value,
    owner_value,
    plain_value,
    quoted_value,
    span_value,
    weekday_value,
)
from app.routing.rules import WEEKDAYS, Facts, Rules, When


class Situation:
    """The facts and what follows from them, worked out once for each report and only if a rule asks."""

    def __init__(self, rules: Rules, facts: Facts) -> None:
        if facts.at is not None and facts.at.tzinfo is None:
            raise ValueError("Facts.at needs a time zone.")
        self.rules = rules
        self.facts = facts

    @cached_property
    def areas(self) -> frozenset[str]:
        lat, lon = self.facts.lat, self.facts.lon
        return frozenset(code for code, area in self.rules.areas.items() if area.polygons.holds(lat, lon))

    @property
    def placed(self) -> bool:
        return self.facts.lat is not None and self.facts.lon is not None

    @cached_property
    def local(self) -> datetime | None:
        return self.facts.at.astimezone(self.rules.timezone) if self.facts.at else None

    @cached_property
    def group(self) -> str | None:
        category = self.rules.categories.get(self.facts.category)
        return category.group if category else None


def holds(when: When, situation: Situation) -> bool:
    """Whether every condition holds; the cheap ones are asked first."""
    facts = situation.facts
    return (
        (when.category is None or facts.category in when.category)
        and (when.group is None or situation.group in when.group)
        and (when.road_owner is None or facts.road_owner in when.road_owner)
        and (when.asset_owner is None or facts.asset_owner in when.asset_owner)
        and (when.answers is None or _answers_hold(when, facts))
        and _time_holds(when, situation)
        and (when.area is None or not situation.areas.isdisjoint(when.area))
    )


def answers_given(facts: Facts, question: str) -> tuple[str, ...]:
    """The answer as words to compare: none where there is no answer, several for a list."""
    answer = facts.answers.get(question)
    if answer is None or answer == "":
        return ()
    several = answer if isinstance(answer, (list, tuple, set, frozenset)) else (answer,)
    return tuple(_word(one) for one in several if one is not None)


def _word(answer: object) -> str:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    return str(answer).strip()


def _answers_hold(when: When, facts: Facts) -> bool:
    wanted = when.answers or {}
    return all(
        not set(answers_given(facts, question)).isdisjoint(values) for question, values in wanted.items()
    )


def _time_holds(when: When, situation: Situation) -> bool:
    if when.dates is None and when.weekdays is None and when.hours is None:
        return True
    local = situation.local
    if local is None:
        return False
    return _dates_hold(when, local) and _weekdays_hold(when, local) and _hours_hold(when, local)


def _dates_hold(when: When, local: datetime) -> bool:
    if when.dates is None:
        return True
    first, last = when.dates.first, when.dates.last
    today = f"{local.month:02}-{local.day:02}"
    return first <= today <= last if first <= last else today >= first or today <= last


def _weekdays_hold(when: When, local: datetime) -> bool:
    return when.weekdays is None or WEEKDAYS[local.weekday()] in when.weekdays


def _hours_hold(when: When, local: datetime) -> bool:
    if when.hours is None:
        return True
    start, end = when.hours.start, when.hours.end
    now = f"{local.hour:02}:{local.minute:02}"
    return start <= now < end if start < end else now >= start or now < end


def because(when: When, situation: Situation) -> tuple[Because, ...]:
    """The conditions of a rule that matched, with what was there."""
    return tuple(Because(c.code, c.found or c.wanted, c.question) for c in checks(when, situation))


def checks(when: When, situation: Situation) -> tuple[Check, ...]:
    """Each condition of the rule with its answer, in the order the file's documentation lists them."""
    return (
        *_category_checks(when, situation),
        *_area_checks(when, situation),
        *_owner_checks(when, situation.facts),
        *_answer_checks(when, situation),
        *_time_checks(when, situation),
    )


def _category_checks(when: When, situation: Situation) -> Iterable[Check]:
    rules, code = situation.rules, situation.facts.category
    category = rules.categories.get(code)
    if when.category is not None:
        wanted = tuple(quoted_value(rules.categories[c].names) for c in when.category)
        name = quoted_value(category.names) if category else plain_value(code)
        yield Check("category", code in when.category, wanted, (name,))
    if when.group is not None:
        wanted = tuple(quoted_value(rules.groups[g].names) for g in when.group)
        found = (quoted_value(rules.groups[category.group].names),) if category else None
        yield Check("group", situation.group in when.group, wanted, found)


def _area_checks(when: When, situation: Situation) -> Iterable[Check]:
    if when.area is None:
        return
    areas = situation.rules.areas
    wanted = tuple(areas[code].names for code in when.area)
    matched = [code for code in when.area if code in situation.areas]
    if matched:
        found: tuple[Value, ...] | None = tuple(areas[code].names for code in matched)
    elif not situation.placed:
        found = None
    else:
        found = tuple(areas[code].names for code in areas if code in situation.areas) or (nowhere_value(),)
    yield Check("area", bool(matched), wanted, found)


def _owner_checks(when: When, facts: Facts) -> Iterable[Check]:
    for code, owners, owner in (
        ("road_owner", when.road_owner, facts.road_owner),
        ("asset_owner", when.asset_owner, facts.asset_owner),
    ):
        if owners is not None:
            found = None if owner == "unknown" else (owner_value(owner),)
            yield Check(code, owner in owners, tuple(owner_value(one) for one in owners), found)


def _answer_checks(when: When, situation: Situation) -> Iterable[Check]:
    for code, wanted in (when.answers or {}).items():
        given = answers_given(situation.facts, code)
        question = _question(situation, when, code)
        yield Check(
            "answers",
            not set(given).isdisjoint(wanted),
            tuple(_option(question, value) for value in wanted),
            tuple(_option(question, value) for value in given) or None,
            quoted_value(question.names) if question else plain_value(code),
        )


def _question(situation: Situation, when: When, code: str) -> Question | None:
    """As the report's category asks it, else as the first category does that the rule is about."""
    categories = situation.rules.categories
    for name in (situation.facts.category, *(when.category or ()), *categories):
        category = categories.get(name)
        if category and (question := category.question(code)):
            return question
    return None


def _option(question: Question | None, value: str) -> Value:
    option = next((o for o in question.options if o.code == value), None) if question else None
    return quoted_value(option.names) if option else plain_value(value)


def _time_checks(when: When, situation: Situation) -> Iterable[Check]:
    local = situation.local
    if when.dates is not None:
        span = (span_value(when.dates.first, when.dates.last),)
        today = (plain_value(f"{local.month:02}-{local.day:02}"),) if local else None
        yield Check("dates", bool(local and _dates_hold(when, local)), span, today)
    if when.weekdays is not None:
        days = tuple(weekday_value(day) for day in when.weekdays)
        day = (weekday_value(WEEKDAYS[local.weekday()]),) if local else None
        yield Check("weekdays", bool(local and _weekdays_hold(when, local)), days, day)
    if when.hours is not None:
        span = (span_value(when.hours.start, when.hours.end),)
        clock = (plain_value(f"{local.hour:02}:{local.minute:02}"),) if local else None
        yield Check("hours", bool(local and _hours_hold(when, local)), span, clock)
