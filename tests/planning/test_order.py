from itertools import pairwise, permutations
from math import dist, inf, nan
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.distance import matrix
from app.planning.improvement import LocalSearch
from app.planning.order import nearest_neighbour, order
from app.planning.tour import Tour


def plane(points):
    return [[dist(here, there) for there in points] for here in points]


def scattered(count, seed=7):
    random = Random(seed)
    return plane([(random.random() * 1000, random.random() * 1000) for _ in range(count)])


places = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=24)


@settings(max_examples=60, deadline=None)
@given(places, st.booleans(), st.data())
def test_every_stop_is_driven_to_once_from_the_start_and_never_longer_than_greedily(points, closed, data):
    costs = plane(points)
    start = data.draw(st.integers(0, len(points) - 1))
    found = order(costs, start=start, closed=closed, rounds=30)
    assert found.sequence[0] == start
    assert sorted(found.sequence) == list(range(len(points)))
    assert found.length <= nearest_neighbour(costs, start=start, closed=closed).length


@settings(max_examples=60, deadline=None)
@given(places, st.booleans())
def test_the_legs_are_those_of_the_sequence_and_a_round_ends_at_its_start(points, closed):
    costs = plane(points)
    found = order(costs, closed=closed, rounds=5)
    way = [*found.sequence, found.sequence[0]] if closed and len(points) > 1 else found.sequence
    assert list(found.legs) == [costs[here][there] for here, there in pairwise(way)]
    assert found.length == pytest.approx(sum(found.legs))


@pytest.mark.parametrize("closed", [True, False])
def test_nine_stops_come_out_as_short_as_trying_all_orders(closed):
    for seed in range(4):
        costs = scattered(9, seed)
        ways = ((0, *rest, 0) if closed else (0, *rest) for rest in permutations(range(1, 9)))
        shortest = min(sum(costs[here][there] for here, there in pairwise(way)) for way in ways)
        assert order(costs, closed=closed, rounds=200).length == pytest.approx(shortest)


def test_no_stops_are_an_empty_round():
    assert order([]).sequence == ()
    assert order([]).length == 0


@pytest.mark.parametrize("closed", [True, False])
def test_one_two_and_three_stops_need_no_search(closed):
    assert order([[0.0]], closed=closed).sequence == (0,)
    assert order([[0.0]], closed=closed).legs == ()
    there_and_back = order([[0.0, 5.0], [5.0, 0.0]], start=1, closed=closed)
    assert there_and_back.sequence == (1, 0)
    assert there_and_back.length == (10 if closed else 5)
    in_a_row = order(plane([(0, 0), (9, 0), (1, 0)]), closed=closed)
    assert in_a_row.length == (18 if closed else 9)


@pytest.mark.parametrize("closed", [True, False])
def test_reports_on_one_point_are_ordered_without_getting_stuck(closed):
    found = order(plane([(1, 1)] * 40), closed=closed, rounds=20)
    assert sorted(found.sequence) == list(range(40))
    assert found.length == 0


def test_a_ring_is_driven_around():
    random = Random(3)
    ring = [complex(0, 1) ** (number / 15) * 100 for number in range(60)]
    random.shuffle(ring)
    costs = [[abs(here - there) for there in ring] for here in ring]
    assert order(costs, rounds=300).length == pytest.approx(60 * abs(ring_step()), rel=1e-6)


def ring_step():
    return 100 * (complex(0, 1) ** (1 / 15) - 1)


def test_an_open_tour_along_a_street_ends_at_its_far_end():
    street = plane([(number * 10, 0) for number in range(30)])
    assert order(street, closed=False, rounds=50).sequence == tuple(range(30))
    assert order(street, closed=False, rounds=50, start=29).sequence == tuple(reversed(range(30)))


def test_an_open_tour_may_start_in_the_middle():
    street = plane([(number * 10, 0) for number in range(21)])
    found = order(street, closed=False, start=8, rounds=200)
    assert found.length == 80 + 200


def test_equal_rounds_and_seed_give_the_same_order_on_every_machine():
    costs = scattered(60)
    one, other = order(costs, rounds=200, seed=5), order(costs, rounds=200, seed=5)
    assert one == other
    assert order(costs, rounds=200, clock=lambda: pytest.fail("The clock was read.")) == order(costs, rounds=200)


def test_more_rounds_are_never_longer_and_pay():
    costs = scattered(120)
    lengths = [order(costs, rounds=rounds).length for rounds in (0, 100, 800)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[2] < 0.97 * lengths[0]
    assert lengths[2] < 0.85 * nearest_neighbour(costs).length


def test_the_budget_ends_the_search():
    ticks = iter(range(1_000))
    found = order(scattered(40), budget=12, clock=lambda: next(ticks))
    assert sorted(found.sequence) == list(range(40))
    assert 12 <= next(ticks) <= 15


def test_a_short_list_does_not_use_up_its_budget():
    read = 0

    def clock():
        nonlocal read
        read += 1
        return 0.0

    order(scattered(12), budget=1.0, clock=clock)
    assert read < 2_000


def test_two_hundred_clustered_stops_are_15_per_cent_shorter_than_by_nearest_neighbour():
    random = Random(11)
    towns = [(69.65, 18.95), (69.68, 18.97), (69.63, 18.91)]
    points = [
        (random.gauss(lat, 0.01), random.gauss(lon, 0.02)) for lat, lon in (random.choice(towns) for _ in range(200))
    ]
    metres = matrix(points)
    assert order(metres, rounds=500).length < 0.85 * nearest_neighbour(metres).length


@pytest.mark.parametrize(
    ("costs", "sentence"),
    [
        ([[0, 1], [2, 0]], "symmetric"),
        ([[0, 1]], "square"),
        ([[0, 1, 2], [1, 0], [2, 1, 0]], "square"),
        ([[0, nan], [nan, 0]], "finite"),
        ([[0, inf], [inf, 0]], "finite"),
        ([[0, -1], [-1, 0]], "negative"),
    ],
)
def test_a_matrix_that_cannot_be_planned_with_is_refused_with_a_sentence(costs, sentence):
    with pytest.raises(ValueError, match=sentence):
        order(costs)


def test_a_start_that_is_no_stop_is_refused():
    with pytest.raises(ValueError, match="start"):
        order([[0.0, 1.0], [1.0, 0.0]], start=2)


def test_rounding_in_a_matrix_is_no_one_way_street():
    costs = [list(row) for row in scattered(12)]
    costs[3][4] *= 1 + 1e-12
    assert len(order(costs, rounds=10).sequence) == 12


@given(st.integers(9, 30), st.integers(0, 1000))
def test_the_gain_the_search_reports_is_the_length_that_is_gone(count, seed):
    costs = scattered(count, seed)
    tour = Tour(Random(seed).sample(range(count), count))
    before = driven(tour, costs)
    gain = LocalSearch(tour, costs, least=1e-6).settle(range(count))
    assert sorted(tour.sequence) == list(range(count))
    assert all(tour.sequence[tour.position[stop]] == stop for stop in range(count))
    assert before - driven(tour, costs) == pytest.approx(gain, abs=1e-6)


def driven(tour, costs):
    return sum(costs[tour.sequence[at - 1]][tour.sequence[at]] for at in range(tour.size))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=24), st.data())
def test_a_round_with_an_end_of_its_own_ends_there(points, data):
    start, end = data.draw(st.permutations(range(len(points))))[:2]
    found = order(plane(points), start=start, end=end, rounds=10)
    assert (found.sequence[0], found.sequence[-1]) == (start, end)
    assert sorted(found.sequence) == list(range(len(points)))
    assert len(found.legs) == len(points) - 1


def test_nine_stops_with_an_end_come_out_as_short_as_trying_all_orders():
    for seed in range(3):
        costs = scattered(9, seed)
        ways = ((0, *rest, 5) for rest in permutations([1, 2, 3, 4, 6, 7, 8]))
        shortest = min(sum(costs[here][there] for here, there in pairwise(way)) for way in ways)
        assert order(costs, end=5, rounds=200).length == pytest.approx(shortest)


@pytest.mark.parametrize("end", [0, 3, -1])
def test_an_end_that_is_the_start_or_no_stop_is_refused(end):
    with pytest.raises(ValueError, match="The end must be"):
        order(scattered(3), end=end)
