"""Legs, lines and times of a round on roads: what no road leads to, what lies far off, what comes too late."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.planning.travel import UNREACHABLE_SECONDS, StraightWays, Travel
from app.queries.rounds import rounds_of
from app.services.round_measuring import ends_at, leaves_at, measure


@dataclass
class Roads:
    """Roads as long as twice the straight line; `island` and `field` are places of the matrix."""

    island: int | None = None
    field: int | None = None

    @property
    def by(self):
        return "roads"

    def between(self, points, *, day, profile="car"):
        straight = StraightWays(winding=2, kmh=36).between(points, day=day)
        seconds = straight.seconds.copy()
        if self.island is not None:
            seconds[self.island, :] = seconds[:, self.island] = UNREACHABLE_SECONDS
            seconds[self.island, self.island] = 0
        return Travel(
            seconds=seconds, metres=straight.metres, by="roads",
            off_road={self.field: 300.0} if self.field else {},
            unreachable=frozenset() if self.island is None else frozenset({self.island}),
        )  # fmt: skip

    def lines(self, points, *, day, profile="car"):
        return [[here, (here[0], there[1]), there] for here, there in itertools.pairwise(points)]


@pytest.fixture
def measured(lamp_round, per, session, planner):
    def go(ways, **given):
        route_list = lamp_round([1, 2, 3], **given)
        driven = rounds_of(session, per, [route_list.id])[route_list.id]
        measure(driven, driven.left, planner(per, ways=ways))
        session.flush()
        return driven

    return go


def test_legs_have_the_line_of_the_road_and_the_list_says_what_it_rests_on(measured):
    driven = measured(Roads())
    assert driven.route_list.way_by == "roads"
    assert [len(stop.leg_line) for stop in driven.left] == [3, 3, 3]
    assert driven.left[0].leg_line[0] == [driven.route_list.start_lon, driven.route_list.start_lat]
    assert len(driven.route_list.back_line) == 3
    assert driven.route_list.total_metres == pytest.approx(1200, rel=0.01)


def test_a_round_that_ends_at_its_last_stop_has_no_way_back(measured):
    driven = measured(Roads(), returns=False)
    assert (driven.route_list.back_metres, driven.route_list.back_line) == (0, None)


def test_an_island_is_named_and_does_not_make_the_day_last_ten_days(measured):
    driven = measured(Roads(island=2))
    assert [stop.warning for stop in driven.left] == [None, "unreachable", None]
    assert ends_at(driven) - driven.route_list.starts_at < timedelta(hours=1)


def test_what_lies_far_from_roads_and_what_comes_too_late_are_named(measured):
    driven = measured(Roads(field=1), hours=0.5)
    assert [stop.warning for stop in driven.left] == ["off_road", None, "late"]
    assert ends_at(driven) > driven.route_list.ends_by


def test_a_window_is_waited_for_and_one_that_is_missed_is_named(lamp_round, per, session, planner):
    route_list = lamp_round([1, 2])
    driven = rounds_of(session, per, [route_list.id])[route_list.id]
    first, second = driven.left
    first.window_from = route_list.starts_at + timedelta(hours=1)
    second.window_until = route_list.starts_at + timedelta(minutes=30)
    measure(driven, driven.left, planner(per))
    assert first.arrives_at < first.window_from
    assert leaves_at(first) == first.window_from + timedelta(minutes=10)
    assert second.arrives_at > leaves_at(first)
    assert [stop.warning for stop in driven.left] == [None, "late"]
