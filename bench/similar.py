"""The search for reports of the same fault: at a million reports beside ten thousand, with the same number nearby."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.db import PROJECT, make_engine
from app.queries.similar import similar
from app.routing import Category, RulesFile
from bench.filling import NEAR, fill
from bench.harness import Environment, Row, milliseconds, seconds_in_turn

SMALL, LARGE = 10_000, 1_000_000
GROWTH, TIMES = 1.3, 60
KINDS = ("ice", "snow", "lamp_dark", "sign", "sweeping", "park", "other", "steps", "litter_bin", "railing")
# One search is too short to be timed alone; the places lie along the street that both databases share.
PLACES = [
    (NEAR.south + (NEAR.north - NEAR.south) * (n % 4 + 1) / 5, NEAR.west + (NEAR.east - NEAR.west) * (n + 1) / 21)
    for n in range(20)
]


def rows(environment: Environment) -> list[Row]:
    """One row; filling the large database takes most of the time, unless the map has done it."""
    urls = [environment.database(name) for name in ("small", "large")]
    for url, size in zip(urls, (SMALL, LARGE), strict=True):
        fill(url, size)
    category = RulesFile(PROJECT / "routing_rules.yaml").current.categories["sweeping"]
    # All kinds of the databases as one: which of them a place has is different in each, how many is not.
    category = category.model_copy(update={"similar_to": KINDS})
    few, many = (Session(make_engine(url)) for url in urls)
    with few, many:
        found = [_look_around(session, category) for session in (few, many)]
        assert found[0] == found[1] > len(PLACES), found
        actions = [_action(session, category) for session in (few, many)]
        seconds_in_turn(actions, times=8)
        small, large = (seconds / len(PLACES) for seconds in seconds_in_turn(actions, times=TIMES))
    ratio = large / small
    return [
        Row(
            f"similar reports within {category.similar_radius} m, {LARGE:,} reports",
            milliseconds(large),
            f"{milliseconds(small)} at {SMALL:,}",
            ratio,
            f"<= {GROWTH}",
            ratio <= GROWTH,
        )
    ]


def _action(session: Session, category: Category) -> Callable[[int], object]:
    return lambda _: _look_around(session, category)


def _look_around(session: Session, category: Category) -> int:
    """How many are found at all the places together."""
    return sum(len(similar(session, category, lat=lat, lon=lon)) for lat, lon in PLACES)
