"""Ways on the roads of a small town."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from app.planning.distance import metres
from app.planning.road_building import build
from app.planning.road_closing import Closure
from app.planning.road_seasons import Season, season_of
from app.planning.roads import Network, RoadWays, length
from app.planning.travel import UNREACHABLE_SECONDS
from tests.planning.town import CORNERS, DAY, KMH, NEITHER, SUMMER, THERE, TOWN, place, street, ways_on


def test_the_way_follows_the_streets_and_not_the_crow():
    travel = ways_on().between([place(0, 0), place(200, 200)], day=DAY)
    assert travel.metres[0, 1] == pytest.approx(400, abs=2)
    assert travel.seconds[0, 1] == pytest.approx(400 / (KMH / 3.6), rel=0.01)
    assert travel.by == "roads" and not travel.off_road and not travel.unreachable


def test_streets_for_both_ways_are_as_long_there_as_back():
    corners = [CORNERS[n] for n in range(10)]
    travel = ways_on().between(corners, day=DAY)
    assert np.allclose(travel.seconds, travel.seconds.T)
    assert np.allclose(travel.metres, travel.metres.T)
    assert not travel.seconds.diagonal().any() and not travel.metres.diagonal().any()


def test_a_place_beside_a_street_is_met_on_it_in_both_directions():
    middle = place(50, 12)  # Twelve metres beside the middle of 0-1.
    travel = ways_on().between([middle, place(0, 0), place(100, 0)], day=DAY)
    assert travel.metres[0, 1] == pytest.approx(50, abs=1)
    assert travel.metres[0, 2] == pytest.approx(50, abs=1)
    assert not travel.off_road


def test_two_places_on_one_street_are_driven_between_directly():
    travel = ways_on().between([place(20, 3), place(70, -3), place(45, 0)], day=DAY)
    assert travel.metres[0, 1] == pytest.approx(50, abs=1)
    assert travel.metres[0, 2] + travel.metres[2, 1] == pytest.approx(travel.metres[0, 1], abs=0.1)


def test_two_places_at_one_spot_are_no_way_apart():
    source = ways_on()
    travel = source.between([place(20, 3), place(20, 3)], day=DAY)
    assert travel.metres[0, 1] == 0 and travel.seconds[0, 1] == 0
    (line,) = source.lines([place(20, 3), place(20, 3)], day=DAY)
    assert len(line) == 2


def test_a_one_way_street_is_driven_around():
    streets = [street(10, 0, 1, way=THERE), street(20, 1, 2), *TOWN[1:]]
    source = ways_on(streets)
    ahead, behind = place(70, 0), place(30, 0)
    travel = source.between([behind, ahead], day=DAY)
    assert travel.metres[0, 1] == pytest.approx(40, abs=1)
    assert travel.metres[1, 0] == pytest.approx(30 + 300 + 30, abs=2)
    there, back = source.lines([behind, ahead, behind], day=DAY)
    assert length(there) == pytest.approx(40, abs=1)
    assert length(back) == pytest.approx(travel.metres[1, 0], rel=0.001)


def test_the_line_of_each_leg_is_as_long_as_its_metres_and_goes_on_where_the_last_one_ended():
    stops = [place(20, 5), place(390, 98), place(110, 195), place(95, 40), place(205, 170)]
    source = ways_on()
    travel, lines = source.between(stops, day=DAY), source.lines(stops, day=DAY)
    for i, line in enumerate(lines):
        assert length(line) == pytest.approx(travel.metres[i, i + 1], rel=0.001)
    for one, two in itertools.pairwise(lines):
        assert metres(one[-1], two[0]) < 0.1
    for line, (here, there) in zip(lines, itertools.pairwise(stops), strict=True):
        assert metres(line[0], here) < 12 and metres(line[-1], there) < 12


def test_a_dead_end_one_way_yard_does_not_make_a_place_unreachable():
    yard = {90: place(200, -60)}
    travel = ways_on([*TOWN, street(30, 2, 90, way=THERE)], CORNERS | yard).between([place(0, 0), yard[90]], day=DAY)
    assert not travel.unreachable
    assert travel.metres[0, 1] == pytest.approx(200, abs=2)


def test_a_place_far_from_any_road_is_named_with_its_metres_and_walked_to():
    hut = place(200, 600)  # 400 m north of corner 8.
    source = ways_on()
    travel = source.between([place(0, 0), hut], day=DAY)
    assert travel.off_road == {1: pytest.approx(400, abs=3)}
    assert travel.metres[0, 1] == pytest.approx(800, abs=5)
    assert travel.seconds[0, 1] > 400 / (KMH / 3.6) + 400 / (6 / 3.6)
    (line,) = source.lines([place(0, 0), hut], day=DAY)
    assert metres(line[-1], hut) < 0.1
    assert length(line) == pytest.approx(travel.metres[0, 1], rel=0.01)


ISLAND = {50: place(100, 2000), 51: place(600, 2000), 52: place(600, 2400)}


def test_an_island_without_a_bridge_cannot_be_reached_and_nothing_is_thrown():
    source = ways_on([*TOWN, street(40, 50, 51, 52)], CORNERS | ISLAND)
    stops = [place(0, 0), place(300, 2010), place(200, 200)]
    travel = source.between(stops, day=DAY)
    assert travel.unreachable == {1}
    assert (travel.seconds[1, [0, 2]] == UNREACHABLE_SECONDS).all()
    assert (travel.seconds[[0, 2], 1] == UNREACHABLE_SECONDS).all()
    assert np.isfinite(travel.metres).all()
    assert travel.seconds[0, 2] < UNREACHABLE_SECONDS
    assert source.lines(stops, day=DAY)[0] == [stops[0], stops[1]]


def test_with_the_bridge_it_can_be():
    source = ways_on([*TOWN, street(40, 50, 51, 52), street(41, 7, 50)], CORNERS | ISLAND)
    travel = source.between([place(0, 0), place(300, 2010)], day=DAY)
    assert not travel.unreachable
    assert travel.metres[0, 1] == pytest.approx(300 + 1800 + 200, rel=0.01)


def test_nobody_drives_past_a_bollard():
    streets = [*TOWN, street(16, 5, 60, 9)]
    streets.remove(TOWN[6])
    source = ways_on(streets, CORNERS | {60: place(300, 100), 61: place(400, 300)}, barriers={60})
    free = ways_on(streets, CORNERS | {60: place(300, 100)})
    assert free.between([place(200, 100), place(395, 100)], day=DAY).metres[0, 1] == pytest.approx(195, abs=2)
    around = ways_on(
        [*streets, street(17, 9, 61, 8)], CORNERS | {60: place(300, 100), 61: place(400, 300)}, barriers={60}
    )
    travel = around.between([place(200, 100), place(350, 100)], day=DAY)
    assert travel.metres[0, 1] > 500
    # What lies beyond it and has no other way is walked to.
    beyond = source.between([place(200, 100), place(390, 100)], day=DAY)
    assert not beyond.unreachable and beyond.metres[0, 1] <= 200


def test_a_bollard_at_the_mouth_of_a_side_road_leaves_the_main_road_open():
    side = {70: place(100, -90)}
    graph = build([street(10, 0, 1, 2), street(30, 1, 70)], CORNERS | side, {1})
    travel = RoadWays(Network(graph)).between([place(0, 0), place(200, 0)], day=DAY)
    assert travel.metres[0, 1] == pytest.approx(200, abs=1)


def test_a_mountain_road_is_closed_in_winter_and_open_in_summer():
    closed = season_of("no @ (Oct 15-Jun 01)", shut=False)
    streets = [replace(one, season=closed) if one.id == 10 else one for one in TOWN]
    source, ends = ways_on(streets), [place(1, 1), place(199, 1)]
    assert source.between(ends, day=SUMMER).metres[0, 1] == pytest.approx(198, abs=2)
    assert source.between(ends, day=DAY).metres[0, 1] == pytest.approx(400, abs=4)


def test_a_road_that_opens_for_the_winter_is_closed_else():
    ice = {80: place(0, -2000), 81: place(1000, -2000)}
    streets = [*TOWN, street(20, 0, 80, season=Season((((1, 1), (3, 31)),), opens=True)), street(21, 80, 81)]
    source, ends = ways_on(streets, CORNERS | ice), [place(0, 0), place(500, -2000)]
    assert not source.between(ends, day=date(2027, 2, 1)).unreachable
    assert source.between(ends, day=SUMMER).unreachable == {1}


@pytest.mark.parametrize(
    "closure",
    [
        Closure(lines=((place(30, 4), place(70, 4)),)),
        Closure(areas=((place(40, -20), place(60, -20), place(60, 20), place(40, 20)),)),
        Closure(points=(place(50, 10),)),
        Closure(way_ids=frozenset({10})),
    ],
    ids=["line", "area", "point", "way"],
)
def test_a_closed_road_is_driven_around(closure):
    ends = [place(1, 1), place(99, 1)]
    travel = ways_on(closed=[closure]).between(ends, day=DAY)
    assert travel.metres[0, 1] == pytest.approx(300, abs=5)
    assert ways_on().between(ends, day=DAY).metres[0, 1] == pytest.approx(98, abs=2)


def test_a_line_drawn_along_a_road_leaves_those_open_that_cross_it():
    closure = Closure(lines=((place(-10, 100), place(210, 100)),))  # Along 3-4-5.
    source = ways_on(closed=[closure])
    assert source.between([place(100, 0), place(100, 200)], day=DAY).metres[0, 1] == pytest.approx(200, abs=2)
    assert source.network.shut_by([closure]) == {
        i for i in range(len(source.network.graph.way)) if source.network.graph.way[i] == 11
    } - set((source.network.graph.shape_at[1:] - 1).tolist())


def test_a_long_road_is_closed_only_where_it_is_and_driven_to_from_both_sides():
    """A pass of 3 km closed in its middle: stops on either side of the gates are still reached."""
    far = {100 + i: place(400 + 500.0 * i, 100) for i in range(1, 7)} | {120: place(3400, 900), 121: place(0, 900)}
    streets = [*TOWN, street(16, 5, 9, *range(101, 107)), street(17, 106, 120, 121, 6)]
    streets.remove(TOWN[6])
    source = ways_on(streets, CORNERS | far, closed=[Closure(points=(place(1600, 105),))])
    travel = source.between([place(200, 100), place(1000, 100), place(2300, 100)], day=DAY)
    assert not travel.unreachable and not travel.off_road
    assert travel.metres[0, 1] == pytest.approx(800, rel=0.01)
    assert travel.metres[0, 2] > 5000


def test_closures_of_one_day_leave_the_others_alone():
    network = Network(build(TOWN, CORNERS))
    source = RoadWays(network, closed=lambda day: [Closure(way_ids=frozenset({10}))] if day == DAY else [])
    ends = [place(1, 1), place(99, 1)]
    assert source.between(ends, day=DAY).metres[0, 1] > 250
    assert source.between(ends, day=SUMMER).metres[0, 1] < 100


def test_a_lorry_goes_around_what_only_a_car_may_drive_on_and_is_slower():
    streets = [street(10, 0, 1, lorry=NEITHER), street(20, 1, 2), *TOWN[1:]]
    source, ends = ways_on(streets), [place(0, 0), place(100, 0)]
    car, lorry = source.between(ends, day=DAY), source.between(ends, day=DAY, profile="lorry")
    assert car.metres[0, 1] == pytest.approx(100, abs=1)
    assert lorry.metres[0, 1] == pytest.approx(300, abs=3)
    assert lorry.seconds[0, 1] / lorry.metres[0, 1] > car.seconds[0, 1] / car.metres[0, 1]


def test_the_metres_are_those_of_the_fastest_way_and_not_of_the_shortest():
    """Round the block at 60 is faster than straight on at 10."""
    streets = [street(10, 0, 1, kmh=10.0), street(20, 0, 3, 4, 1, kmh=60.0)]
    source, ends = ways_on(streets), [place(0, 0), place(100, 0)]
    travel = source.between(ends, day=DAY)
    assert travel.metres[0, 1] == pytest.approx(300, abs=2)
    assert travel.seconds[0, 1] == pytest.approx(18, abs=0.2)
    assert length(source.lines(ends, day=DAY)[0]) == pytest.approx(300, abs=2)


def test_of_two_roads_between_the_same_corners_the_faster_is_taken():
    streets = [street(10, 0, 1, kmh=10.0), street(20, 0, 1, kmh=50.0), *TOWN[1:]]
    assert ways_on(streets).between([place(0, 0), place(100, 0)], day=DAY).seconds[0, 1] == pytest.approx(7.2, rel=0.02)


def test_a_roundabout_alone_and_a_loop_are_driven():
    ring = {200 + i: place(500 + 30 * np.cos(i), 500 + 30 * np.sin(i)) for i in range(6)}
    source = ways_on([street(50, *range(200, 206), 200, way=THERE)], ring)
    travel = source.between([ring[200], ring[203]], day=DAY)
    assert not travel.unreachable
    assert travel.metres[0, 1] + travel.metres[1, 0] == pytest.approx(
        float(source.network.graph.metres.sum()), rel=0.01
    )


@pytest.mark.parametrize("points", [[], [place(0, 0)]])
def test_no_place_and_one_place_are_answered(points):
    source = ways_on()
    assert source.between(points, day=DAY).seconds.shape == (len(points), len(points))
    assert source.lines(points, day=DAY) == []


def test_a_place_on_the_other_side_of_the_earth_is_no_leg_beside_the_road():
    here, there, hut, pole = place(0, 0), place(200, 200), place(0, 9_000), (-89.0, 180.0)
    source = ways_on()
    travel, lines = (found([here, there, hut, pole], day=DAY) for found in (source.between, source.lines))
    assert travel.unreachable == {3} and set(travel.off_road) == {2}
    assert (travel.seconds[:3, 3] == UNREACHABLE_SECONDS).all()
    assert travel.seconds[0, 1] < travel.seconds[0, 2] < UNREACHABLE_SECONDS
    assert lines[2] == [hut, pole]
