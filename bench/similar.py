"""The search for reports of the same fault: at a million reports beside ten thousand, with the same number nearby."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.orm import Session

from app.db import PROJECT, make_engine
from app.models import Report, Role, Staff
from app.queries.duplicates import candidates
from app.queries.similar import similar
from app.routing import Category, Rules, RulesFile
from bench.filling import NEAR, fill
from bench.harness import Environment, Row, milliseconds, seconds_in_turn

SMALL, LARGE = 10_000, 1_000_000
GROWTH, TIMES = 1.3, 60
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
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
    rules = RulesFile(PROJECT / "routing_rules.yaml").current
    category = rules.categories["sweeping"]
    # All kinds of the databases as one: which of them a place has is different in each, how many is not.
    category = category.model_copy(update={"similar_to": KINDS})
    few, many = (Session(make_engine(url)) for url in urls)
    with few, many:
        found = [_look_around(session, category) for session in (few, many)]
        assert found[0] == found[1] > len(PLACES), found
        actions = [_action(session, category) for session in (few, many)]
        seconds_in_turn(actions, times=8)
        small, large = (seconds / len(PLACES) for seconds in seconds_in_turn(actions, times=TIMES))
        beside = _likely_rows([few, many], rules)
    ratio = large / small
    return [
        Row(
            f"similar reports within {category.similar_radius} m, {LARGE:,} reports",
            milliseconds(large),
            f"{milliseconds(small)} at {SMALL:,}",
            ratio,
            f"<= {GROWTH}",
            ratio <= GROWTH,
        ),
        beside,
    ]


def _likely_rows(sessions: list[Session], rules: Rules) -> Row:
    """The desk's likely duplicates with their scores, of all kinds of a group and twice as far."""
    found = [_look_for_likely(session, rules) for session in sessions]
    assert min(found) > 0, found
    actions = [partial(_look_for_likely, session, rules) for session in sessions]
    small, large = (seconds / len(PLACES) for seconds in seconds_in_turn([_once(one) for one in actions], times=TIMES))
    ratio = large / small
    return Row(
        f"likely duplicates at the desk, {LARGE:,} reports",
        milliseconds(large),
        f"{milliseconds(small)} at {SMALL:,}",
        ratio,
        f"<= {GROWTH}",
        ratio <= GROWTH,
    )


def _once(action: Callable[[], object]) -> Callable[[int], object]:
    return lambda _: action()


def _look_for_likely(session: Session, rules: Rules) -> int:
    """How many are found for a report at each of the places together."""
    desk = Staff(role=Role.DESK.value)
    asked = [
        Report(id=0, category_code="sweeping", lat=lat, lon=lon, created_at=AT, description="The same words in each.")
        for lat, lon in PLACES
    ]
    return sum(len(candidates(session, report, rules=rules, staff=desk)) for report in asked)


def _action(session: Session, category: Category) -> Callable[[int], object]:
    return lambda _: _look_around(session, category)


def _look_around(session: Session, category: Category) -> int:
    """How many are found at all the places together."""
    return sum(len(similar(session, category, lat=lat, lon=lon)) for lat, lon in PLACES)
