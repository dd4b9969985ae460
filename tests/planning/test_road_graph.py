"""The graph of a network: how it is built and packed, and that its ways are those of a plain search."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from app.planning.distance import metres
from app.planning.road_building import build
from app.planning.road_graph import NotPacked, RoadGraph
from app.planning.road_search import Search
from app.planning.road_seasons import Season, season_of
from app.planning.roads import Network, RoadWays
from tests.planning.town import BOTH, CORNERS, DAY, THERE, TOWN, place, street, ways_on


def test_points_between_two_corners_are_shape_and_no_corners():
    graph = build([street(1, *range(300, 321))], {300 + i: place(10.0 * i, 0) for i in range(21)})
    assert (graph.nodes, graph.edges, len(graph.lat)) == (2, 1, 21)
    assert graph.metres[0] == pytest.approx(200, abs=0.5)


def test_a_graph_comes_out_of_the_database_as_it_went_in():
    graph = build([replace(TOWN[0], season=Season((((11, 1), (4, 30)),))), *TOWN[1:]], CORNERS)
    again = RoadGraph.unpack(graph.pack())
    assert again.seasons == graph.seasons and again.nodes == graph.nodes
    for name in ("start", "end", "shape_at", "lat", "lon", "way", "kmh", "open", "season"):
        assert np.array_equal(getattr(again, name), getattr(graph, name)), name


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 not quite", b"\x00" * 1000])
def test_what_is_no_graph_is_refused(junk):
    with pytest.raises(NotPacked):
        RoadGraph.unpack(junk)


def test_the_metres_on_the_network_are_geodesic():
    graph = build(TOWN, CORNERS)
    line = [(lat / 1e7, lon / 1e7) for lat, lon in zip(graph.lat[:2].tolist(), graph.lon[:2].tolist(), strict=True)]
    assert graph.along[1] == pytest.approx(metres(*line), abs=1e-4)


def test_eight_threads_get_the_same_answer():
    source, stops, found = ways_on(), [place(20, 5), place(390, 98), place(110, 195)], []
    threads = [threading.Thread(target=lambda: found.append(source.between(stops, day=DAY))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(np.array_equal(one.seconds, found[0].seconds) for one in found)


# No corner lies on a street between two others.
UNEVEN = {n: place(100.0 * (n % 3) + n * n * 17 % 29, 100.0 * (n // 3) + n * n * n * 7 % 31) for n in range(9)}


@st.composite
def towns(draw):
    """Streets between random pairs of corners, some for one way only, at several speeds."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=4, max_size=20))
    kinds = st.tuples(st.sampled_from([BOTH, THERE, (False, True)]), st.sampled_from([10.0, 30.0, 60.0]))
    return [
        street(number, one, two, way=way, kmh=kmh)
        for number, ((one, two), (way, kmh)) in enumerate((pair, draw(kinds)) for pair in pairs)
        if one != two
    ]


@settings(max_examples=60, deadline=None)
@given(towns())
def test_the_seconds_are_those_of_a_plain_search_on_the_uncontracted_map(streets):
    if not streets:
        return
    seconds = np.full((9, 9), np.inf)
    for one in streets:
        here, there = one.points
        cost = metres(UNEVEN[here], UNEVEN[there]) / (one.kmh / 3.6)
        if one.car[0]:
            seconds[here, there] = min(seconds[here, there], cost)
        if one.car[1]:
            seconds[there, here] = min(seconds[there, here], cost)
    plain = dijkstra(csr_array(np.where(np.isfinite(seconds), seconds, 0)))
    network = Network(build(streets, UNEVEN))
    day = network.on(DAY, "car")
    on = [
        n
        for n in sorted({end for one in streets for end in one.points})
        if (found := day.snap(UNEVEN[n])) is not None and found.off < 0.1
    ]
    travel = RoadWays(network).between([UNEVEN[n] for n in on], day=DAY)
    for i, one in enumerate(on):
        for j, two in enumerate(on):
            if i not in travel.unreachable and j not in travel.unreachable:
                assert travel.seconds[i, j] == pytest.approx(plain[one, two], rel=0.001, abs=0.05)


@settings(max_examples=60, deadline=None)
@given(towns(), st.permutations(range(9)), st.integers(2, 6))
def test_what_is_left_out_of_a_large_network_changes_no_way(streets, corners, count):
    if not streets:
        return
    day, points = Network(build(streets, UNEVEN)).on(DAY, "car"), [UNEVEN[n] for n in corners[:count]]
    whole, cut = Search(day, points, worth_cutting=10**9), Search(day, points, worth_cutting=0)
    (seconds, metres_), (cut_seconds, cut_metres) = whole.matrix(), cut.matrix()
    together = np.isfinite(seconds[0]) & np.isfinite(seconds[:, 0])
    pairs = np.ix_(together, together)
    assert np.allclose(seconds[pairs], cut_seconds[pairs])
    assert np.allclose(metres_[pairs], cut_metres[pairs])
    for j in np.flatnonzero(together):
        assert whole.line(0, j) == cut.line(0, j)


@pytest.mark.parametrize(
    ("words", "closed", "open_"),
    [
        ("no @ (Nov-Apr)", "11-01 04-30 01-15", "05-01 10-31"),
        ("no @ (Oct 15-Jun 01)", "10-15 06-01 12-24", "06-02 10-14"),
        ("no @ Nov 01 - Apr 8", "11-01 04-08", "04-09 10-31"),
        ("no @ (Dec 24-26)", "12-24 12-26", "12-23 12-27"),
        ("no @ (Nov 15-Dec 10, Jan)", "11-15 12-10 01-31", "12-11 02-01 11-14"),
        ("no @ winter", "12-01 02-29", "07-01"),
        ("destination @ (May-Aug); no @ (Dec-Mar)", "12-01 03-31", "06-01 04-01"),
    ],
)
def test_days_of_the_year_on_which_a_road_is_closed(words, closed, open_):
    season = season_of(words, shut=False)
    for day in closed.split():
        assert season.closed_on(date.fromisoformat(f"2028-{day}")), day
    for day in open_.split():
        assert not season.closed_on(date.fromisoformat(f"2028-{day}")), day


def test_a_road_that_is_shut_opens_in_its_season():
    season = season_of("yes @ (Jun 15-Sep)", shut=True)
    assert season.closed_on(date(2026, 6, 14)) and not season.closed_on(date(2026, 6, 15))
    assert season.closed_on(date(2026, 10, 1)) and not season.closed_on(date(2026, 9, 30))


@pytest.mark.parametrize(
    "words",
    [
        "no @ (07:00-10:00); no @ (15:00-18:00)", "no @ (Mo-Fr)", "no @ (weight>12)", "no @ (2019 Nov 01-2020 Jan 02)",
        "no @ (Nov-Apr 22:00-06:00)", "no @ (Feb 30-Mar 01)", "60 @ (Nov 01 - Apr 8)", "no", "@", "",
    ],
)  # fmt: skip
def test_what_is_no_matter_of_days_closes_nothing(words):
    assert season_of(words, shut=False) is None
