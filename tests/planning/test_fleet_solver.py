from random import Random

from app.planning.fleet import Shift, Visit
from app.planning.fleet_day import Day
from app.planning.fleet_detours import drop_detours, take_on_the_way
from app.planning.fleet_draft import Draft
from app.planning.fleet_search import empty_rounds, own_rounds, value
from app.planning.fleet_solver import solve
from tests.planning.test_fleet import EIGHT, HOUR, line, plane, shift


def steps(count):
    """Enough after so many steps."""
    left = iter(range(count))
    return lambda _: next(left, None) is None


def never():
    return False


def solved(travel, visits, shifts, *, first=None, detour=300):
    day = Day(travel, visits, shifts)
    return solve(first or empty_rounds(day), steps(200), detour=detour, seed=1)


def stops(rounds):
    return [draft.stops for draft in rounds]


def scattered(count, *, seed=1, side=5000):
    random = Random(seed)
    return plane([(random.random() * side, random.random() * side) for _ in range(count + 1)])


def test_it_leaves_out_the_lightest_when_the_shift_is_too_short():
    visits = [Visit(place=1, service=HOUR, weight=weight) for weight in (3, 1, 5, 2, 4)]
    (draft,) = solved(line(0), visits, [shift(hours=3)])
    assert set(draft.stops) == {0, 2, 4}


def test_it_sends_lifts_to_lamps_and_bound_visits_to_their_shift():
    travel = scattered(20)
    visits = [Visit(place=at, lift=at % 2 == 0, shift=1 if at % 5 == 0 else None) for at in range(1, 21)]
    found = solved(travel, visits, [shift(), shift(lift=True), shift(lift=True)])
    assert found is not None
    assert sorted(stop for one in stops(found) for stop in one) == list(range(20))
    assert not any(visits[stop].lift for stop in found[0].stops)


def test_it_begins_after_what_is_locked():
    visits = [Visit(place=2, service=HOUR), Visit(place=1, service=HOUR), Visit(place=3, service=HOUR)]
    (draft,) = solved(line(100, 200, 300), visits, [shift(hours=3.2, first=(0,))])
    assert draft.stops == [0, 2, 1]


def test_it_takes_a_may_do_for_its_detour_only():
    travel = plane([(0, 0), (1000, 0), (500, 100), (500, 400)])
    visits = [Visit(place=1), Visit(place=2, must=False), Visit(place=3, must=False)]
    assert set(solved(travel, visits, [shift()], detour=60)[0].stops) == {0, 1}


def test_it_has_no_answer_where_nothing_can_be_done():
    assert solved(line(60), [Visit(place=1, lift=True)], [shift()]) is None


def test_it_goes_on_from_rounds_that_are_there_and_is_never_worse():
    day = Day(scattered(60), [Visit(place=at, service=300) for at in range(1, 61)], [shift(), shift(), shift()])
    own = own_rounds(day, expired=never, steps=0, budget=1, seed=1)
    before = stops(own)
    found = solve(own, steps(100), detour=0, seed=1)
    assert value(found, detour=0) > value(own, detour=0)
    assert stops(own) == before


def test_a_must_that_was_left_out_comes_in_for_may_dos():
    visits = [Visit(place=1, service=HOUR, must=False), Visit(place=1, service=HOUR)]
    rounds = empty_rounds(Day(line(0), visits, [shift(hours=1)]))
    rounds[0].put([0])
    assert take_on_the_way(rounds, detour=300, expired=never)
    assert rounds[0].stops == [1]


def test_a_detour_is_dropped_from_a_round_and_what_is_on_the_way_stays():
    travel = plane([(0, 0), (1000, 0), (500, 100), (500, 700)])
    day = Day(travel, [Visit(place=1), Visit(place=2, must=False), Visit(place=3, must=False)], [shift()])
    draft = Draft(day, 0)
    draft.put([1, 2, 0])
    assert drop_detours(draft, 60)
    assert draft.stops == [1, 0]


def test_a_round_that_needs_its_may_do_to_be_in_time_is_left_as_it_is():
    travel = line(100, 200)
    travel.seconds[0, 2] = 5000  # The way by the may-do place is the short one.
    visits = [Visit(place=1, must=False), Visit(place=2, window=(EIGHT, EIGHT + 300))]
    draft = Draft(Day(travel, visits, [Shift(start=0, end=None, begins=EIGHT, ends=9 * HOUR)]), 0)
    draft.put([0, 1])
    assert drop_detours(draft, 60)
    assert draft.stops == [0, 1]
    assert not drop_detours(draft, -10_000)
    assert draft.stops == [0, 1]
