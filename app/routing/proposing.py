"""Asks the rules: which unit for this report, and why. Pure: the same facts always give the same answer."""

from __future__ import annotations

from dataclasses import dataclass

from app.routing.catalogue import Unit
from app.routing.conditions import Situation, because, checks, rest_holds
from app.routing.reasons import Because, Check, Reason
from app.routing.rules import Facts, Rules


@dataclass(frozen=True, slots=True)
class Proposal:
    """The unit, the rule that said so, and why. `matched` is False where the fallback spoke."""

    unit: Unit
    rule_name: str
    reason: Reason
    matched: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was tried, with each of its conditions; the last step is the one that decided."""

    rule_name: str
    unit: Unit
    matched: bool
    conditions: tuple[Check, ...]

    def text(self, lang: str) -> str:
        """The rule's name and one line for each condition."""
        return "\n".join([self.rule_name, *(f"  {condition.text(lang)}" for condition in self.conditions)])


FALLBACK_REASON = Reason((Because("fallback"),))


def propose_unit(rules: Rules, facts: Facts) -> Proposal:
    """The first matching rule's unit, else the fallback's. Raises ValueError if `facts.at` is naive."""
    situation = Situation(rules, facts)
    for number in rules.rule_index.of(facts.category, facts.road_owner, facts.asset_owner):
        rule = rules.rules[number]
        if rest_holds(rule.when, situation):
            return Proposal(rules.units[rule.unit], rule.name, Reason(because(rule.when, situation)))
    return Proposal(rules.units[rules.fallback.unit], rules.fallback.name, FALLBACK_REASON, matched=False)


def explain(rules: Rules, facts: Facts) -> list[Step]:
    """Every rule tried, in the file's order, up to the one that decided, with each condition's answer."""
    situation = Situation(rules, facts)
    steps: list[Step] = []
    for rule in rules.rules:
        found = checks(rule.when, situation)
        matched = all(check.matched for check in found)
        steps.append(Step(rule.name, rules.units[rule.unit], matched, found))
        if matched:
            return steps
    last = Check("fallback", matched=True, wanted=(), found=None)
    steps.append(Step(rules.fallback.name, rules.units[rules.fallback.unit], matched=True, conditions=(last,)))
    return steps


def in_service_area(rules: Rules, lat: float | None, lon: float | None) -> bool:
    """Whether the place, in degrees WGS84, is the municipality's; its border is, off the globe is not."""
    return rules.service_area.holds(lat, lon)


def areas_at(rules: Rules, lat: float | None, lon: float | None) -> set[str]:
    """The codes of the named areas that hold the place, in degrees WGS84; a border counts as inside."""
    return set(rules.area_index.at(lat, lon))
