"""Orders made by people: moves are found, two people's moves are put together, one more stop goes where it costs least."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from app.planning.by_hand import HandRound, cheapest, moved, put_together, settle_around, with_fixed
from app.planning.travel import StraightWays, Travel

DAY = None


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
        ([1, 2, 3], [3, 2], {2}),
        ([], [], set()),
        ([1, 2], [7, 1, 2], set()),
    ],
)
def test_the_fewest_stops_count_as_moved(before, after, expected):
    found = moved(before, after)
    assert len(found) == len(expected)
    assert not expected or found == expected or len(before) == 3


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


def test_one_more_stop_goes_where_it_costs_least():
    travel = line(0, 10, 20, 30, 12)
    driven = HandRound(start=0, stops=(1, 2, 3), service=(0, 0, 0), end=0)
    assert cheapest(travel, driven, 4, service=0).position in {1, 3}
    assert cheapest(travel, driven, 4, service=0).extra == 0
    assert cheapest(travel, driven, 4, service=0, not_before=2).position == 3


def test_a_stop_that_makes_the_day_too_long_is_said_not_to_fit():
    travel = line(0, 10, 100)
    driven = HandRound(start=0, stops=(1,), service=(5,), end=0, begins=0, ends=30)
    assert cheapest(travel, driven, 1, service=5).fits
    assert not cheapest(travel, driven, 2, service=0).fits
    assert driven.is_back(travel) == 25


def test_an_empty_round_takes_its_first_stop():
    fit = cheapest(line(0, 7), HandRound(start=0, stops=(), service=(), end=None), 1, service=0)
    assert (fit.position, fit.extra) == (0, 7)


def test_locked_stops_keep_their_places_and_the_rest_gets_shorter():
    travel = line(0, 50, 10, 40, 20, 30)
    driven = HandRound(start=0, stops=(1, 2, 3, 4, 5), service=(0,) * 5, end=0)
    found = settle_around(travel, driven, {2})
    assert found[2] == 3
    assert sorted(found) == [1, 2, 3, 4, 5]
    after = HandRound(start=0, stops=found, service=(0,) * 5, end=0)
    assert after.is_back(travel) < driven.is_back(travel)


def test_fixed_ones_are_put_back_where_they_stood():
    for count in range(6):
        stops = list(range(count))
        for held in itertools.chain.from_iterable(itertools.combinations(stops, n) for n in range(count + 1)):
            free = [stop for stop in stops if stop not in held]
            assert with_fixed(free, [(stop, stop) for stop in held]) == stops


def test_straight_ways_can_be_asked_for_a_round():
    travel = StraightWays().between([(69.65, 18.95), (69.66, 18.95)], day=DAY)
    assert HandRound(start=0, stops=(1,), service=(60,), end=0).is_back(travel) > 60
