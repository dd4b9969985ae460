from math import dist
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.distance import metres
from app.planning.stops import gather

LAT, LON = 69.65, 18.95
METRE_NORTH = 1 / 111_500


def north(distance: float) -> tuple[float, float]:
    return LAT + distance * METRE_NORTH, LON


# A quarter of a degree in grid steps of about 11 m and 4 m: near points, far points and equal ones all occur.
spots = st.tuples(
    st.integers(0, 12).map(lambda step: LAT + step / 10_000),
    st.integers(0, 30).map(lambda s: LON + s / 10_000),
)
reports = st.lists(spots, max_size=60)


def test_no_reports_are_no_stops():
    assert gather([]) == []


def test_reports_on_one_lamp_are_one_stop():
    assert gather([north(0), north(500), north(0), north(12)]) == [[0, 2, 3], [1]]


def test_29_metres_are_one_stop_and_31_are_two():
    assert len(gather([north(0), north(29)])) == 1
    assert len(gather([north(0), north(31)])) == 2


def test_the_radius_can_be_chosen():
    assert len(gather([north(0), north(80)], radius=100)) == 1
    with pytest.raises(ValueError, match="radius"):
        gather([north(0)], radius=0)


def test_the_one_in_the_middle_is_the_anchor_and_comes_first():
    assert gather([north(0), north(25), north(50)]) == [[1, 0, 2]]


def test_a_street_of_lamps_25_metres_apart_is_many_stops_and_not_one():
    street = [north(25 * number) for number in range(40)]
    stops = gather(street)
    assert len(stops) >= 13
    assert max(metres(street[one], street[other]) for stop in stops for one in stop for other in stop) <= 60


@given(reports)
def test_each_report_goes_to_its_nearest_anchor(places):
    stops = gather(places)
    anchors = [places[stop[0]] for stop in stops]
    for stop in stops:
        for place in (places[index] for index in stop):
            nearest = min(metres(place, anchor) for anchor in anchors)
            assert metres(place, places[stop[0]]) <= nearest + 0.001


@given(reports)
def test_every_report_is_in_exactly_one_stop(places):
    assert sorted(index for stop in gather(places) for index in stop) == list(range(len(places)))


@given(reports)
def test_nobody_walks_more_than_30_metres_from_the_anchor_and_anchors_are_apart(places):
    stops = gather(places)
    for stop in stops:
        assert all(metres(places[stop[0]], places[index]) <= 30.001 for index in stop)
    anchors = [places[stop[0]] for stop in stops]
    for number, anchor in enumerate(anchors):
        assert all(metres(anchor, other) > 29.999 for other in anchors[:number])


@given(reports, st.randoms(use_true_random=False))
def test_the_order_of_the_reports_makes_no_difference(places, random):
    shuffled = places[:]
    random.shuffle(shuffled)
    one, other = ({frozenset(places[i] for i in stop) for stop in gather(places)} for places in (places, shuffled))
    assert one == other


def test_ten_thousand_reports_are_gathered_without_comparing_all_pairs(monkeypatch):
    compared = 0

    def counting(here, there):
        nonlocal compared
        compared += 1
        return dist(here, there)

    monkeypatch.setattr("app.planning.stops.dist", counting)
    random = Random(1)
    crowd = [(LAT + random.random() / 500, LON + random.random() / 200) for _ in range(9_000)]
    default_point = (42.3594, -71.0587)
    stops = gather([*crowd, *[default_point] * 1_000])
    assert sum(map(len, stops)) == 10_000
    assert len(stops[-1]) == 1_000
    assert compared < 2_000_000
