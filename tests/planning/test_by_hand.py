"""Orders made by people: moves are found, two people's moves are put together, locked stops stay."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from app.planning.by_hand import moved, put_together, settle_around, with_fixed
from app.planning.travel import Travel


def line(*metres: float) -> Travel:
    """Places on a line, one second a metre."""
    places = np.array(metres, dtype=np.float64)
    between = np.abs(places[:, None] - places[None, :])
    return Travel(seconds=between, metres=between, by="straight")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], set()),
        ([1, 2, 3, 4], [4, 1, 2, 3], {4}),
        ([1, 2, 3, 4], [2, 3, 4, 1], {1}),
        ([], [], set()),
        ([1, 2], [7, 1, 2], set()),
    ],
)
def test_the_fewest_stops_count_as_moved(before, after, expected):
    assert moved(before, after) == expected


def test_moves_applied_to_the_order_they_were_made_on_give_the_order_that_was_wanted():
    some = random.Random(1)
    for _ in range(300):
        before = list(range(some.randint(0, 12)))
        after = some.sample(before, len(before))
        assert put_together(before, after, moved(before, after)) == after


def test_two_people_s_moves_of_different_stops_are_both_kept():
    base = [1, 2, 3, 4, 5, 6]
    ada, ben = [2, 1, 3, 4, 5, 6], [1, 2, 3, 6, 4, 5]
    both = put_together(ada, ben, moved(base, ben))
    assert both == [2, 1, 3, 6, 4, 5]


def test_what_is_gone_stays_gone_and_what_is_new_stays_where_it_was_put():
    assert put_together([1, 9, 3, 4], [4, 1, 2, 3], {4, 2}) == [4, 1, 9, 3]


def test_nothing_is_lost_or_doubled_whatever_is_put_together():
    some = random.Random(2)
    for _ in range(300):
        base = list(range(10))
        now = some.sample(range(14), some.randint(0, 14))
        wanted = some.sample(base, 10)
        assert sorted(put_together(now, wanted, moved(base, wanted))) == sorted(now)


def length(travel, stops):
    return sum(travel.seconds[here, there] for here, there in itertools.pairwise([0, *stops, 0]))


def test_locked_stops_keep_their_places_and_the_rest_gets_shorter():
    travel = line(0, 50, 10, 40, 20, 30)
    found = settle_around(travel, [1, 2, 3, 4, 5], {2}, start=0, end=0)
    assert found[2] == 3
    assert sorted(found) == [1, 2, 3, 4, 5]
    assert length(travel, found) < length(travel, [1, 2, 3, 4, 5])


def test_fixed_ones_are_put_back_where_they_stood():
    for count in range(6):
        stops = list(range(count))
        for held in itertools.chain.from_iterable(itertools.combinations(stops, n) for n in range(count + 1)):
            free = [stop for stop in stops if stop not in held]
            assert with_fixed(free, [(stop, stop) for stop in held]) == stops
