"""What the desk's corrections say about the rules, and the change of the rules file that would follow them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from app.queries import rule_figures
from app.routing import Rules, areas_at
from app.routing.editing import Edit, NotEditable, insert_rule, point_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.queries.rule_figures import Decision, RuleFigure

# Fewer corrections may be chance; and below four of five, a new rule would be wrong too often itself.
FEWEST = 5
SHARE = 0.8
Condition = tuple[str, str]


@dataclass(frozen=True)
class Lesson:
    """Most corrections of a rule went to `unit`: `hits` of the `of` reports on which all `conditions` hold.

    No conditions: the whole rule is mostly wrong. `usual` is how many corrections of the rule went there.
    """

    rule: str
    unit: str
    usual: int
    conditions: tuple[Condition, ...] | None
    hits: int
    of: int


@dataclass(frozen=True)
class Learned:
    """A rule's figures, and what is to be learned from its corrections."""

    figure: RuleFigure
    lesson: Lesson | None

    @property
    def suggests(self) -> bool:
        """Whether there is a change to propose."""
        return self.lesson is not None and self.lesson.conditions is not None


def learn(session: Session, rules: Rules, *, since: datetime) -> list[Learned]:
    """Every rule whose proposals were decided on since then, most corrected first."""
    found = rule_figures.figures(session, since=since)
    often = [one.rule for one in found if one.corrected >= FEWEST]
    made = rule_figures.decisions(session, often, since=since) if often else []
    by_rule = {name: [one for one in made if one.rule == name] for name in often}
    return [Learned(one, _lesson(by_rule.get(one.rule, []), one.rule, rules)) for one in found]


def change(lesson: Lesson, rules: Rules) -> Edit:
    """The rules file with the change, checked as it would be at start. Raises NotEditable."""
    if not lesson.conditions:
        return point_elsewhere(rules, lesson.rule, lesson.unit)
    return insert_rule(rules, lesson.rule, dict(lesson.conditions), lesson.unit)


def _lesson(made: Sequence[Decision], rule: str, rules: Rules) -> Lesson | None:
    corrected = Counter(one.unit for one in made if one.proposed is not None and one.unit != one.proposed)
    if not corrected:
        return None
    unit, usual = corrected.most_common(1)[0]
    clear = usual >= FEWEST and usual * 2 > corrected.total() and unit in rules.units
    best = _best(made, unit, rules) if clear else None
    conditions, hits, of = best or (None, usual, len(made))
    return Lesson(rule, unit, usual, conditions, hits, of)


def _best(made: Sequence[Decision], unit: str, rules: Rules) -> tuple[tuple[Condition, ...], int, int] | None:
    """The fewest conditions that most of what went to the unit has in common, and little else has."""
    inside: Counter[tuple[Condition, ...]] = Counter()
    there: Counter[tuple[Condition, ...]] = Counter()
    for one in made:
        for conditions in _descriptions(one, rules):
            inside[conditions] += 1
            there[conditions] += one.unit == unit
    good = [key for key, hits in there.items() if hits >= FEWEST and hits >= SHARE * inside[key]]
    if not good:
        return None
    key = max(good, key=lambda conditions: (there[conditions], -len(conditions), conditions))
    return key, there[key], inside[key]


def _descriptions(one: Decision, rules: Rules) -> Iterator[tuple[Condition, ...]]:
    """Nothing, each single fact, and each two of them; what is not known is no fact."""
    facts: list[Condition] = [("category", one.category)]
    facts += [(name, value) for name, value in _owners(one) if value != "unknown"]
    facts += [("area", code) for code in sorted(areas_at(rules, one.lat, one.lon))]
    yield ()
    for size in (1, 2):
        yield from combinations(facts, size)


def _owners(one: Decision) -> tuple[Condition, Condition]:
    return ("road_owner", one.road_owner), ("asset_owner", one.asset_owner)


__all__ = ["FEWEST", "Learned", "Lesson", "NotEditable", "change", "learn"]
