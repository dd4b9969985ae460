"""Valhalla and OSRM over HTTP: recorded shapes of answers from a real socket, and every way in which they fail."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pytest

from app.lookup.osrm import Osrm
from app.lookup.routers import Line, RouterDown, RouterWays, router_of
from app.lookup.valhalla import Valhalla, decoded
from app.planning.distance import metres
from app.planning.road_building import build
from app.planning.roads import Network, RoadWays
from app.planning.travel import UNREACHABLE_SECONDS, StraightWays
from app.services.ways import about_ways, ways
from app.settings import Settings
from tests.planning.town import CORNERS, DAY, TOWN, place
from tests.routers import FakeRouter, encoded

POINTS = [place(100.0 * i, 50.0 * (i % 7)) for i in range(130)]


@pytest.fixture
def router():
    with FakeRouter() as one:
        yield one


def source_of(router, name, *, seconds=5.0, fallback=None, **given):
    line = Line(router.url, seconds=seconds)
    return RouterWays(Valhalla(line) if name == "valhalla" else Osrm(line), fallback or StraightWays(), **given)


KINDS = pytest.mark.parametrize("name", ["valhalla", "osrm"])


@KINDS
def test_a_matrix_is_asked_for_in_pieces_that_the_service_accepts(router, name):
    source = source_of(router, name)
    travel = source.between(POINTS, day=DAY)
    assert travel.by == name and source.by == name and source.why is None
    for i, j in ((0, 129), (129, 0), (60, 3), (7, 7)):
        assert travel.metres[i, j] == pytest.approx(1.3 * metres(POINTS[i], POINTS[j]), abs=2)
        assert travel.seconds[i, j] == pytest.approx(travel.metres[i, j] / 10, abs=1)
    assert len(router.asked) == 9
    assert max(router.pairs) <= 2500 and max(router.places) <= 100


@KINDS
def test_the_line_of_every_leg_comes_back_also_beyond_what_one_question_may_hold(router, name):
    lines = source_of(router, name).lines(POINTS[:45], day=DAY)
    assert len(lines) == 44
    for line, (here, there) in zip(lines, itertools.pairwise(POINTS), strict=False):
        assert metres(line[0], here) < 1 and metres(line[-1], there) < 1 and len(line) == 3
    assert max(router.places) <= 20


def test_a_lorry_is_a_truck_to_valhalla(router):
    source_of(router, "valhalla").between(POINTS[:3], day=DAY, profile="lorry")
    assert router.asked[0][1]["costing"] == "truck"


@KINDS
def test_where_no_way_leads_the_place_is_named_and_nothing_is_thrown(router, name):
    router.island = POINTS[2]
    travel = source_of(router, name).between(POINTS[:4], day=DAY)
    assert travel.unreachable == {2}
    assert (travel.seconds[2, [0, 1, 3]] == UNREACHABLE_SECONDS).all()
    assert np.isfinite(travel.metres).all()


def test_osrm_says_how_far_a_place_lies_from_its_road(router):
    router.off[1] = 420.0
    travel = source_of(router, "osrm").between(POINTS[:4], day=DAY)
    assert travel.off_road == {1: 420.0}
    assert travel.metres[0, 1] > metres(POINTS[0], POINTS[1]) * 1.3 + 400


@KINDS
@pytest.mark.parametrize("trouble", ["500", "400", "slow", "garbage", "another shape", "too few", "negative", "closed"])
def test_a_service_that_fails_is_done_without_and_the_page_says_so(router, name, trouble):
    router.trouble = trouble
    if trouble == "closed":
        router.stop()
    source = source_of(router, name, seconds=0.5 if trouble == "slow" else 5.0)
    travel = source.between(POINTS[:4], day=DAY)
    assert travel.by == "straight" == source.by and source.why == "down"
    assert travel.seconds[0, 1] == StraightWays().between(POINTS[:4], day=DAY).seconds[0, 1]
    assert source.lines(POINTS[:4], day=DAY) == StraightWays().lines(POINTS[:4], day=DAY)
    assert about_ways(source, "nb").startswith(
        {"valhalla": "Valhalla", "osrm": "OSRM"}[name] + " svarer ikke akkurat nå. Luftlinje ganger 1,4"
    )


def test_after_a_failure_it_rests_so_that_the_next_page_does_not_wait(router):
    router.trouble = "500"
    now = [0.0]
    line = Line(router.url, seconds=5.0, clock=lambda: now[0])
    for _ in range(3):
        RouterWays(Osrm(line), StraightWays()).between(POINTS[:3], day=DAY)
    assert len(router.asked) == 1
    now[0], router.trouble = 61.0, ""
    assert RouterWays(Osrm(line), StraightWays()).between(POINTS[:3], day=DAY).by == "osrm"


def test_a_day_with_closed_roads_is_planned_on_our_own_network(router):
    own = RoadWays(Network(build(TOWN, CORNERS)))
    source = source_of(router, "osrm", fallback=own, closed=lambda day: day == DAY)
    assert source.between([place(0, 0), place(100, 0)], day=DAY).by == "roads"
    assert not router.asked
    assert "kjenner ikke de stengte vegene" in about_ways(source, "nb")
    again = source_of(router, "osrm", fallback=own, closed=lambda day: day == DAY)
    assert again.between([place(0, 0), place(100, 0)], day=date(2026, 7, 1)).by == "osrm"


def test_the_settings_say_which_service_is_asked(router, session, rules):
    given = {"_env_file": None, "router": "valhalla", "router_url": f"{router.url}/"}
    source = ways(session, rules, Settings(**given))
    assert source.between(POINTS[:3], day=DAY).by == "valhalla"
    assert about_ways(source, "en") == "Driving times on the real roads come from Valhalla."
    assert router_of(Settings(**given | {"router": "none"})) is None
    assert router_of(Settings(**given | {"router_url": ""})) is None


@pytest.mark.parametrize("line", [[(69.65, 18.95), (69.651234, 18.949999)], [(-33.9, -0.000001), (0.0, 0.0)]])
def test_a_line_with_six_decimals_is_read_as_it_was_written(line):
    assert np.allclose(decoded(encoded(line)), line, atol=1e-7)


@pytest.mark.parametrize("shape", ["_", "a b", "é"])
def test_a_line_that_is_none_is_refused(shape):
    with pytest.raises(RouterDown):
        decoded(shape)
