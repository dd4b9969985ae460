"""A rule's conditions: does each hold, what is there instead. Unknown facts match no condition on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from app.routing.answers import answer_words
from app.routing.catalogue import Question
from app.routing.fields import Dates, Hours
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


class Moment(NamedTuple):
    """The municipality's local time, in the words the rules use: MM-DD, a weekday, HH:MM."""

    day: str
    weekday: str
    clock: str


def _moment(local: datetime) -> Moment:
    day, clock = f"{local.month:02}-{local.day:02}", f"{local.hour:02}:{local.minute:02}"
    return Moment(day, WEEKDAYS[local.weekday()], clock)


class Situation:
    """The facts and what follows from them, worked out once for each report and only if a rule asks."""

    __slots__ = ("_areas", "facts", "moment", "rules")

    def __init__(self, rules: Rules, facts: Facts) -> None:
        if facts.at is not None and facts.at.tzinfo is None:
            raise ValueError("Facts.at needs a time zone.")
        self.rules = rules
        self.facts = facts
        self._areas: frozenset[str] | None = None
        self.moment = _moment(facts.at.astimezone(rules.timezone)) if facts.at else None

    @property
    def areas(self) -> frozenset[str]:
        if self._areas is None:
            self._areas = self.rules.area_index.at(self.facts.lat, self.facts.lon)
        return self._areas

    @property
    def placed(self) -> bool:
        return self.facts.lat is not None and self.facts.lon is not None

    @property
    def group(self) -> str | None:
        category = self.rules.categories.get(self.facts.category)
        return category.group if category else None


def rest_holds(when: When, situation: Situation) -> bool:
    """Whether the conditions hold that the index has not answered yet; the cheap ones are asked first."""
    moment = situation.moment
    return (
        (when.dates is None or (moment is not None and moment.day in when.dates.days))
        and (when.weekdays is None or _weekdays_hold(when.weekdays, moment))
        and (when.hours is None or _hours_hold(when.hours, moment))
        and (when.answers is None or _answers_hold(when.answers, situation.facts))
        and (when.area is None or not situation.areas.isdisjoint(when.area))
    )


def answers_given(facts: Facts, question: str) -> tuple[str, ...]:
    """The answer as words to compare: none where there is no answer, several for a list."""
    return answer_words(facts.answers.get(question))


def _answers_hold(wanted: Mapping[str, tuple[str, ...]], facts: Facts) -> bool:
    return all(any(given in values for given in answers_given(facts, question)) for question, values in wanted.items())


def _dates_hold(dates: Dates, moment: Moment | None) -> bool:
    return moment is not None and moment.day in dates.days


def _weekdays_hold(weekdays: tuple[str, ...], moment: Moment | None) -> bool:
    return moment is not None and moment.weekday in weekdays


def _hours_hold(hours: Hours, moment: Moment | None) -> bool:
    return moment is not None and hours.hold(moment.clock)


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
            any(one in wanted for one in given),
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
    moment = situation.moment
    if when.dates is not None:
        span = (span_value(when.dates.first, when.dates.last),)
        yield Check("dates", _dates_hold(when.dates, moment), span, (plain_value(moment.day),) if moment else None)
    if when.weekdays is not None:
        days = tuple(weekday_value(day) for day in when.weekdays)
        today = (weekday_value(moment.weekday),) if moment else None
        yield Check("weekdays", _weekdays_hold(when.weekdays, moment), days, today)
    if when.hours is not None:
        span = (span_value(when.hours.start, when.hours.end),)
        now = (plain_value(moment.clock),) if moment else None
        yield Check("hours", _hours_hold(when.hours, moment), span, now)
