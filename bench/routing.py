"""Proposals a second on one core: 200 rules, half of them with an area, 20 areas of 200 vertices."""

import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from app.routing import Facts, Rules, load_rules, propose_unit

RULES, AREAS, VERTICES, CATEGORIES, GROUPS, UNITS = 200, 20, 200, 40, 8, 10
GOAL_PER_SECOND = 10_000
OWNERS = ("state", "county", "municipality", "private")


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One measurement: proposals a second, and the same of a plain small JSON document that is parsed."""

    name: str
    per_second: float
    baseline_per_second: float
    goal_per_second: float = GOAL_PER_SECOND

    @property
    def ratio(self) -> float:
        return self.per_second / self.baseline_per_second

    @property
    def good(self) -> bool:
        return self.per_second >= self.goal_per_second


def run(*, seconds: float = 1.5) -> list[BenchRow]:
    """Mixed: rules name categories, as real ones do. Hard: none does, so that every rule is asked."""
    document = json.dumps({"category": "c1", "lat": 69.65, "lon": 18.95, "answers": {"mast": "1234"}, "tags": [1, 2]})
    baseline = _rate(lambda _: json.loads(document), [None] * 100, seconds=seconds / 3)
    rows = []
    for name, with_categories in (("mixed", True), ("hard", False)):
        with tempfile.TemporaryDirectory() as folder:
            rules = generated_rules(Path(folder), with_categories=with_categories)
        facts = generated_facts()
        rate = _rate(lambda one, rules=rules: propose_unit(rules, one), facts, seconds=seconds)
        rows.append(BenchRow(f"routing, {name}: {len(rules.rules)} rules, {len(rules.areas)} areas", rate, baseline))
    return rows


def generated_rules(folder: Path, *, with_categories: bool) -> Rules:
    """A rules file of the bench's size, written, read and checked as any other."""
    chance = random.Random(20_261_122)
    for number in range(AREAS):
        (folder / f"a{number}.geojson").write_text(json.dumps(_blob(chance, number)))
    rules = [_rule(chance, number, with_categories=with_categories) for number in range(RULES)]
    data = {
        "municipality": {
            "names": {"en": "Bench"}, "country": "NO", "timezone": "Europe/Oslo", "languages": ["en"],
            "service_area": "a0.geojson", "map": {"lat": 69.65, "lon": 18.95, "zoom": 12},
            "outside": {"texts": {"en": "Not ours."}},
        },
        "groups": {f"g{n}": {"names": {"en": f"Group {n}"}} for n in range(GROUPS)},
        "units": {
            f"u{n}": {"names": {"en": f"Unit {n}"}, "channels": [{"kind": "inbox"}]} for n in range(UNITS)
        },
        "categories": {f"c{n}": _category(n) for n in range(CATEGORIES)},
        "areas": {f"a{n}": {"file": f"a{n}.geojson", "names": {"en": f"Area {n}"}} for n in range(AREAS)},
        "rules": rules,
        "fallback": {"name": "Fallback", "unit": "u0"},
    }  # fmt: skip
    path = folder / "rules.yaml"
    path.write_text(json.dumps(data, indent=1))
    return load_rules(path)


def _category(number: int) -> dict[str, object]:
    return {
        "names": {"en": f"Category {number}"},
        "help": {"en": "Help."},
        "group": f"g{number % GROUPS}",
        "questions": [{"code": "size", "kind": "number", "names": {"en": "Size"}}],
    }


def _rule(chance: random.Random, number: int, *, with_categories: bool) -> dict[str, object]:
    """Half have an area. Sixty days from a day of its own on, so that none shadows another."""
    first = date(2025, 1, 1) + timedelta(days=number * 365 // RULES)
    last = first + timedelta(days=59)
    when: dict[str, object] = {"dates": {"from": f"{first:%m-%d}", "to": f"{last:%m-%d}"}}
    if with_categories:
        when["category"] = [f"c{c}" for c in sorted(chance.sample(range(CATEGORIES), 6))]
    if number % 2:
        when["area"] = f"a{chance.randrange(AREAS)}"
    else:
        when["road_owner"] = chance.choice(OWNERS)
        when["answers"] = {"size": [str(n) for n in range(number % 7, RULES, 7)]}
    return {"name": f"Rule {number}", "when": when, "unit": f"u{chance.randrange(UNITS)}"}


def _blob(chance: random.Random, number: int) -> dict[str, object]:
    """A wavy ring round a place in a grid of 5 x 4."""
    lon, lat = 18.7 + 0.12 * (number % 5), 69.6 + 0.03 * (number // 5)
    phase = chance.uniform(0, 6)
    ring = []
    for vertex in range(VERTICES):
        angle = 2 * math.pi * vertex / VERTICES
        reach = 1 + 0.15 * math.sin(9 * angle + phase)
        ring.append([lon + 0.07 * reach * math.cos(angle), lat + 0.02 * reach * math.sin(angle)])
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def generated_facts(count: int = 2000) -> list[Facts]:
    """Reports all over the areas, some outside them, with and without an owner that is known."""
    chance = random.Random(7)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Facts(
            category=f"c{chance.randrange(CATEGORIES)}",
            lat=chance.uniform(69.56, 69.74),
            lon=chance.uniform(18.6, 19.3),
            road_owner=chance.choice((*OWNERS, "unknown")),
            asset_owner="unknown",
            answers={"size": chance.randrange(RULES)},
            at=start + timedelta(minutes=chance.randrange(500_000)),
        )
        for _ in range(count)
    ]


def _rate(call: Callable[[Any], object], over: list[Any], *, seconds: float) -> float:
    done, begun = 0, time.process_time()
    while time.process_time() - begun < seconds:
        for one in over:
            call(one)
        done += len(over)
    return done / (time.process_time() - begun)


def main() -> int:
    """Print the rows; 1 where one is below its goal."""
    rows = run()
    for row in rows:
        rates = f"{row.per_second:,.0f}/s (goal {row.goal_per_second:,.0f})"
        print(f"{row.name}: {rates}, {row.ratio:.3f} of json.loads at {row.baseline_per_second:,.0f}/s")
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
