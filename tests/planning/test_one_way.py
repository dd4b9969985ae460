from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.one_way import order_one_way
from app.planning.order import order


def directed(count, seed):
    """Ways in a made-up town: about as long there as back, but not quite."""
    random = Random(seed)
    points = [(random.random() * 1000, random.random() * 1000) for _ in range(count)]
    return [
        [
            0.0 if here == there else (abs(here[0] - there[0]) + abs(here[1] - there[1])) * random.uniform(1, 1.6)
            for there in points
        ]
        for here in points
    ]


def length(costs, way):
    return sum(costs[here][there] for here, there in pairwise(way))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(0, 999), st.data())
def test_every_stop_is_driven_to_once_from_start_to_end(count, seed, data):
    costs = directed(count, seed)
    start = data.draw(st.integers(0, count - 1))
    end = data.draw(st.sampled_from([None, *(stop for stop in range(count) if stop != start)]))
    found = order_one_way(costs, start=start, end=end, closed=data.draw(st.booleans()), rounds=20)
    assert sorted(found.sequence) == list(range(count))
    assert found.sequence[0] == start
    assert end is None or found.sequence[-1] == end
    assert list(found.legs[: count - 1]) == [costs[here][there] for here, there in pairwise(found.sequence)]


@pytest.mark.parametrize(("closed", "end"), [(True, None), (False, None), (False, 4)])
def test_nine_stops_come_out_as_short_as_trying_all_orders(closed, end):
    for seed in range(3):
        costs = directed(9, seed)
        others = [stop for stop in range(1, 9) if stop != end]
        last = [0] if closed else [] if end is None else [end]
        shortest = min(length(costs, (0, *rest, *last)) for rest in permutations(others))
        assert order_one_way(costs, end=end, closed=closed, rounds=300).length == pytest.approx(shortest)


def test_a_ring_of_one_way_streets_is_driven_in_their_direction():
    ring = [[float((there - here) % 40) for there in range(40)] for here in range(40)]
    shuffled = Random(2).sample(range(40), 40)
    costs = [[ring[here][there] for there in shuffled] for here in shuffled]
    assert order_one_way(costs, rounds=200).length == 40


def test_it_beats_the_order_that_takes_both_ways_for_the_same():
    costs = directed(60, 5)
    mean = [[(costs[i][j] + costs[j][i]) / 2 for j in range(60)] for i in range(60)]
    blind = order(mean, rounds=300).sequence
    assert order_one_way(costs, rounds=300).length < length(costs, [*blind, blind[0]])


def test_the_same_question_has_the_same_answer():
    costs = directed(40, 1)
    assert order_one_way(costs, rounds=50, seed=3) == order_one_way(costs, rounds=50, seed=3)


def test_no_stops_are_an_empty_order():
    assert order_one_way([]).sequence == ()


@pytest.mark.parametrize("wrong", [[[0, 1]], [[0, -1], [1, 0]], [[0, float("inf")], [1, 0]]])
def test_what_is_no_matrix_of_ways_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        order_one_way(wrong)


def test_an_end_that_is_the_start_is_refused():
    with pytest.raises(ValueError, match="not the start"):
        order_one_way(directed(3, 1), end=0)
