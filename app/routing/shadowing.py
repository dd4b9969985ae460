"""Finds rules that can never match, because rules above them take every report they could have had."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from app.routing.fields import Dates, Hours
from app.routing.rules import OWNERS_OR_UNKNOWN, Rule, When

MINUTES = 24 * 60


def shadowed_by(
    rules: Sequence[Rule],
    categories_of_rule: Sequence[frozenset[str] | None],
    *,
    all_categories: frozenset[str],
) -> dict[int, tuple[int, ...]]:
    """Rule number -> the numbers of the rules above that together leave it nothing (numbers from 0).

    A rule is left nothing where, for each of its categories, road owners and asset owners, some rule above
    takes that one whatever else the rule asks. Only what is certain is named: how polygons lie is not judged.
    """
    found: dict[int, tuple[int, ...]] = {}
    for number, rule in enumerate(rules):
        earlier = [n for n in range(number) if n not in found and _covers_the_rest(rules[n].when, rule.when)]
        culprits = _culprits(number, earlier, rules=rules, categories=categories_of_rule, everything=all_categories)
        if culprits:
            found[number] = culprits
    return found


def _culprits(
    number: int,
    earlier: Sequence[int],
    *,
    rules: Sequence[Rule],
    categories: Sequence[frozenset[str] | None],
    everything: frozenset[str],
) -> tuple[int, ...]:
    own = categories[number]
    when = rules[number].when
    # "" stands for a category that has left the file: a rule without a category takes it, others do not.
    wanted = everything | {""} if own is None else own
    used: set[int] = set()
    for one in product(sorted(wanted), when.road_owner or OWNERS_OR_UNKNOWN, when.asset_owner or OWNERS_OR_UNKNOWN):
        taker = next((n for n in earlier if _takes(rules[n].when, categories[n], one)), None)
        if taker is None:
            return ()
        used.add(taker)
    return tuple(sorted(used))


def _takes(when: When, categories: frozenset[str] | None, one: tuple[str, str, str]) -> bool:
    category, road_owner, asset_owner = one
    return (
        (categories is None or category in categories)
        and (when.road_owner is None or road_owner in when.road_owner)
        and (when.asset_owner is None or asset_owner in when.asset_owner)
    )


def _covers_the_rest(above: When, below: When) -> bool:
    """Whether the rule above holds wherever the one below does, as far as place, answers and time go."""
    return (
        _covers_set(above.area, below.area)
        and all(_covers_set(values, (below.answers or {}).get(q)) for q, values in (above.answers or {}).items())
        and _covers_set(above.weekdays, below.weekdays)
        and _covers_span(above.dates, below.dates)
        and _covers_span(above.hours, below.hours)
    )


def _covers_set(above: Sequence[str] | None, below: Sequence[str] | None) -> bool:
    return above is None or (below is not None and set(below) <= set(above))


def _covers_span(above: Dates | Hours | None, below: Dates | Hours | None) -> bool:
    return above is None or (below is not None and _members(below) <= _members(above))


def _members(span: Dates | Hours) -> frozenset[object]:
    """Each day or each minute of the span."""
    if isinstance(span, Dates):
        return frozenset(span.days)
    start, end = _minute(span.start), _minute(span.end)
    return frozenset(m for m in range(MINUTES) if (start <= m < end if start < end else m >= start or m < end))


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
