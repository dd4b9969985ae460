from dataclasses import replace
from itertools import pairwise
from math import dist
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.fleet import Round, Shift, Visit, arrivals, insert_cheapest, plan_fleet
from app.planning.travel import UNREACHABLE_SECONDS, Travel

HOUR = 3600
EIGHT = 8 * HOUR


def plane(points, *, unreachable=()):
    """Places on a plane with a second a metre; those named cannot be driven to."""
    ways = np.array([[float(dist(here, there)) for there in points] for here in points]).reshape(len(points), -1)
    for place in unreachable:
        ways[place, :] = ways[:, place] = UNREACHABLE_SECONDS
        ways[place, place] = 0
    return Travel(seconds=ways, metres=10 * ways, by="straight", unreachable=frozenset(unreachable))


def line(*seconds):
    """Places along one road, so many seconds from the first."""
    return plane([(at, 0) for at in (0, *seconds)])


def shift(hours=8.0, **changes):
    return replace(Shift(start=0, end=0, begins=EIGHT, ends=EIGHT + int(hours * HOUR)), **changes)


def plan(travel, visits, shifts, *, steps=60, **more):
    return plan_fleet(travel, visits, shifts, steps=steps, **more)


def taken(found):
    return [set(one.visits) for one in found.rounds]


def seconds(travel, one, visits, ordered):
    way = [one.start, *(visits[stop].place for stop in ordered)]
    way += [] if one.end is None else [one.end]
    return sum(travel.seconds[here, there] for here, there in pairwise(way))


def test_no_visits_are_empty_rounds_and_nobody_drives():
    found = plan(line(), [], [shift(), shift()])
    assert found.rounds == (Round(visits=(), arrivals=(), back_at=EIGHT, drive_seconds=0, drive_metres=0),) * 2
    assert found.left_out == ()


def test_one_visit_is_driven_to_and_back_with_the_time_it_is_reached():
    (found,) = plan(line(600), [Visit(place=1, service=900)], [shift()]).rounds
    assert found.visits == (0,)
    assert found.arrivals == (EIGHT + 600,)
    assert (found.back_at, found.drive_seconds, found.drive_metres) == (EIGHT + 2100, 1200, 12000)


def test_without_a_shift_all_is_left_out_for_want_of_time():
    assert plan(line(1, 2), [Visit(place=1), Visit(place=2)], []).left_out == ((0, "no_time"), (1, "no_time"))


@pytest.mark.parametrize("ends", [EIGHT, EIGHT - HOUR])
def test_a_shift_without_length_leaves_all_out_for_want_of_time(ends):
    found = plan(line(60, 120), [Visit(place=1), Visit(place=2)], [shift(ends=ends)])
    assert found.rounds[0].visits == ()
    assert found.left_out == ((0, "no_time"), (1, "no_time"))


def test_where_no_road_leads_is_left_out_as_unreachable_and_the_rest_is_planned():
    travel = plane([(0, 0), (60, 0), (90, 0)], unreachable=[2])
    found = plan(travel, [Visit(place=1), Visit(place=2)], [shift()])
    assert taken(found) == [{0}]
    assert found.left_out == ((1, "unreachable"),)


def test_a_crew_on_an_island_gets_an_answer_too():
    travel = plane([(0, 0), (60, 0), (90, 0)], unreachable=[0])
    found = plan(travel, [Visit(place=1), Visit(place=2)], [shift()])
    assert found.left_out == ((0, "unreachable"), (1, "unreachable"))


def test_a_shift_too_short_leaves_out_the_lightest():
    visits = [Visit(place=1, service=HOUR, weight=weight) for weight in (3, 1, 5, 2, 4)]
    found = plan(line(0), visits, [shift(hours=3)])
    assert taken(found) == [{0, 2, 4}]
    assert found.left_out == ((1, "no_time"), (3, "no_time"))


def test_two_heavy_ones_are_worth_more_than_a_heavier_one_that_takes_their_time():
    visits = [Visit(place=1, service=2 * HOUR, weight=3), *(Visit(place=1, service=HOUR, weight=2) for _ in range(2))]
    assert taken(plan(line(0), visits, [shift(hours=2)])) == [{1, 2}]


def test_lamps_wait_for_the_crew_with_the_lift():
    visits = [Visit(place=1, lift=True), Visit(place=2)]
    found = plan(line(60, 3000), visits, [shift(), shift(start=2, end=2, lift=True)])
    assert 0 in taken(found)[1]
    assert found.left_out == ()


def test_without_a_lift_a_lamp_is_left_out_and_says_so():
    assert plan(line(60), [Visit(place=1, lift=True)], [shift()]).left_out == ((0, "no_lift"),)


def test_a_visit_bound_to_a_shift_is_in_that_one_or_none():
    travel = line(60, 5000)
    visits = [Visit(place=1, shift=1), Visit(place=1, shift=0)]
    assert taken(plan(travel, visits, [shift(), shift(start=2, end=2)])) == [{1}, {0}]
    assert plan(travel, [Visit(place=1, shift=1)], [shift()]).left_out == ((0, "no_time"),)


def test_a_lamp_bound_to_a_crew_without_a_lift_is_left_out_for_want_of_one():
    found = plan(line(60), [Visit(place=1, lift=True, shift=0)], [shift(), shift(lift=True)])
    assert found.left_out == ((0, "no_lift"),)


def test_what_the_car_has_is_used_for_the_heaviest_and_the_rest_says_what_is_missing():
    visits = [Visit(place=1, weight=weight, needs={"led": 1}) for weight in (1, 3, 2)]
    found = plan(line(60), visits, [shift(stock={"led": 2})])
    assert taken(found) == [{1, 2}]
    assert found.left_out == ((0, "no_stock"),)


def test_stock_of_two_cars_is_not_one_stock():
    visits = [Visit(place=1, needs={"led": 1.5}) for _ in range(4)]
    found = plan(line(60), visits, [shift(stock={"led": 2}), shift(stock={"led": 4, "fuse": 1})])
    assert [len(one) for one in taken(found)] == [1, 2]


def test_a_car_without_a_stock_list_has_all_that_is_needed():
    assert plan(line(60), [Visit(place=1, needs={"led": 99})], [shift(stock=None)]).left_out == ()
    assert plan(line(60), [Visit(place=1, needs={"led": 1})], [shift(stock={})]).left_out == ((0, "no_stock"),)


def test_a_window_is_waited_for():
    visits = [Visit(place=1, service=60, window=(10 * HOUR, 11 * HOUR))]
    (found,) = plan(line(600), visits, [shift()]).rounds
    assert found.arrivals == (EIGHT + 600,)
    assert found.waits == (2 * HOUR - 600,)
    assert found.back_at == 10 * HOUR + 660


def test_windows_decide_the_order_where_driving_would_have_it_otherwise():
    visits = [Visit(place=1, window=(12 * HOUR, 13 * HOUR)), Visit(place=2, window=(8 * HOUR, 9 * HOUR))]
    assert plan(line(60, 120), visits, [shift()]).rounds[0].visits == (1, 0)


def test_a_window_outside_the_shift_is_the_reason_given():
    visits = [Visit(place=1, window=(5 * HOUR, 6 * HOUR)), Visit(place=1, window=(20 * HOUR, 21 * HOUR))]
    assert plan(line(60), visits, [shift()]).left_out == ((0, "window"), (1, "window"))


def test_two_that_want_the_same_minute_leave_one_out_for_its_window():
    visits = [Visit(place=1, service=1800, window=(9 * HOUR, 9 * HOUR + 60)) for _ in range(2)]
    assert [why for _, why in plan(line(60), visits, [shift()]).left_out] == ["window"]


def test_may_do_is_taken_on_the_way_and_not_off_it():
    travel = plane([(0, 0), (1000, 0), (500, 100), (500, 200)])
    visits = [Visit(place=1), Visit(place=2, must=False), Visit(place=3, must=False)]
    found = plan(travel, visits, [shift()], detour=60)
    assert taken(found) == [{0, 1}]
    assert found.left_out == ((2, "detour"),)


def test_three_lamps_on_one_spot_six_minutes_off_are_no_five_minutes_detour():
    travel = plane([(0, 0), (1000, 0), (1000, 360)])
    visits = [Visit(place=1), *(Visit(place=2, must=False) for _ in range(3))]
    assert taken(plan(travel, visits, [shift(end=1)], detour=300)) == [{0}]
    assert taken(plan(travel, visits, [shift(end=1)], detour=720)) == [{0, 1, 2, 3}]


def test_may_do_never_takes_the_time_of_a_must():
    visits = [*(Visit(place=1, service=HOUR, must=False, weight=99) for _ in range(3)), Visit(place=2, service=HOUR)]
    found = plan(line(0, 1), visits, [shift(hours=2)])
    assert 3 in taken(found)[0]


def test_locked_visits_come_first_in_their_order_whatever_that_costs():
    visits = [Visit(place=at) for at in (1, 2, 3, 4)]
    found = plan(line(100, 200, 300, 400), visits, [shift(first=(3, 0, 2))])
    assert found.rounds[0].visits[:3] == (3, 0, 2)
    assert found.left_out == ()


def test_locked_visits_stay_in_a_shift_that_is_too_short_for_them_and_it_says_by_how_much():
    visits = [Visit(place=1, service=HOUR), Visit(place=1, service=60)]
    (found,) = (one := plan(line(0), visits, [shift(hours=0.5, first=(0,))])).rounds
    assert found.visits == (0,)
    assert found.over == 1800
    assert one.left_out == ((1, "no_time"),)


def test_the_rest_of_a_day_is_planned_from_where_the_crew_is_now():
    visits = [Visit(place=1), Visit(place=3)]
    rest = Shift(start=2, end=0, begins=12 * HOUR, ends=16 * HOUR)
    (found,) = plan(line(1000, 2000, 3000), visits, [rest]).rounds
    assert found.visits == (1, 0)
    assert found.arrivals == (12 * HOUR + 1000, 12 * HOUR + 3000)


def test_an_open_round_ends_at_its_last_visit():
    (found,) = plan(line(100, 300), [Visit(place=2), Visit(place=1)], [shift(end=None)]).rounds
    assert found.visits == (1, 0)
    assert found.drive_seconds == 300


def test_a_circle_of_twelve_is_driven_round():
    angles = [2 * np.pi * at / 13 for at in range(13)]
    travel = plane([(1000 * np.cos(angle), 1000 * np.sin(angle)) for angle in angles])
    order = Random(3).sample(range(1, 13), 12)
    (found,) = plan(travel, [Visit(place=place) for place in order], [shift()]).rounds
    ways = [order[stop] for stop in found.visits]
    assert ways in (list(range(1, 13)), list(range(12, 0, -1)))


def test_two_crews_share_two_villages_so_that_nobody_drives_between_them():
    villages = [(0, 0), *((at, 0) for at in range(10)), *((9000 + at, 0) for at in range(10)), (9000, 0)]
    visits = [Visit(place=place) for place in Random(5).sample(range(1, 21), 20)]
    found = plan(plane(villages), visits, [shift(), shift(start=21, end=21)])
    places = [{visits[stop].place for stop in one.visits} for one in found.rounds]
    assert places == [set(range(1, 11)), set(range(11, 21))]


def test_ways_that_are_one_way_are_driven_in_their_direction():
    ring = np.array([[float((there - here) % 6) for there in range(6)] for here in range(6)])
    travel = Travel(seconds=ring, metres=ring, by="roads")
    (found,) = plan(travel, [Visit(place=place) for place in (4, 2, 5, 1, 3)], [shift()]).rounds
    assert found.drive_seconds == 6


def test_the_same_question_has_the_same_answer():
    travel, visits, shifts = some_day(11, visits=30, crews=3)
    one, other = (plan(travel, visits, shifts, seed=4) for _ in range(2))
    assert (one.rounds, one.left_out) == (other.rounds, other.left_out)


def test_progress_is_told_and_ends_with_all():
    told = []
    plan(line(60, 90), [Visit(place=1), Visit(place=2)], [shift()], progress=told.append)
    assert told[-1] == 1
    assert told == sorted(told)


def test_a_budget_of_nothing_has_an_answer():
    travel, visits, shifts = some_day(3, visits=40, crews=2)
    found = plan_fleet(travel, visits, shifts, budget=0.0)
    left = {visit for visit, _ in found.left_out}
    assert left | set().union(*taken(found)) == set(range(40))


@pytest.mark.parametrize(
    "wrong", [{"visits": [Visit(place=9)]}, {"shifts": [shift(start=9)]}, {"shifts": [shift(first=(7,))]}]
)
def test_a_place_or_visit_that_does_not_exist_is_refused(wrong):
    with pytest.raises(ValueError, match="counted from 0"):
        plan_fleet(line(60), **{"visits": [Visit(place=1)], "shifts": [shift()], **wrong})


def test_a_visit_cannot_be_locked_twice():
    with pytest.raises(ValueError, match="once only"):
        plan(line(60), [Visit(place=1)], [shift(first=(0,)), shift(first=(0,))])


def some_day(seed, *, visits, crews):
    """A made-up day with everything at once."""
    random = Random(seed)
    points = [(random.random() * 4000, random.random() * 4000) for _ in range(visits + 3)]
    wanted = [
        Visit(
            place=at + 3,
            service=random.choice([0, 300, 900]),
            must=random.random() < 0.7,
            weight=random.choice([0.5, 1, 2, 10]),
            window=random.choice([None, None, None, (EIGHT, EIGHT + 3600), (10 * HOUR, 11 * HOUR)]),
            lift=random.random() < 0.2,
            needs=random.choice([{}, {"led": 1}, {"led": 2, "fuse": 0.5}]),
            shift=random.choice([None, None, None, 0, crews]),
        )
        for at in range(visits)
    ]
    lockable = random.sample(range(visits), min(visits, 3))
    shifts = [
        Shift(
            start=random.randrange(3),
            end=random.choice([None, 0, 1]),
            begins=EIGHT,
            ends=EIGHT + random.choice([0, 3600, 3 * HOUR, 6 * HOUR]),
            lift=random.random() < 0.5,
            stock=random.choice([None, {"led": 5, "fuse": 1}, {"led": 2}]),
            first=lockable if number == 0 and random.random() < 0.4 else (),
        )
        for number in range(crews)
    ]
    unreachable = [visits + 2] if visits and random.random() < 0.3 else []
    travel = plane(points, unreachable=unreachable)
    one_way = travel.seconds * np.array([[random.uniform(1, 1.3) for _ in points] for _ in points])
    return replace(travel, seconds=np.minimum(one_way, UNREACHABLE_SECONDS)), wanted, shifts


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 25), st.integers(0, 3))
def test_every_promise_of_a_plan_holds(seed, visits, crews):
    travel, wanted, shifts = some_day(seed, visits=visits, crews=crews)
    found = plan(travel, wanted, shifts, detour=400, steps=15)
    done = [stop for one in found.rounds for stop in one.visits]
    left = [visit for visit, _ in found.left_out]
    assert sorted([*done, *left]) == list(range(visits))
    for number, (one, its_shift) in enumerate(zip(found.rounds, shifts, strict=True)):
        held(travel, wanted, its_shift, one, number)
        on_the_way(travel, wanted, its_shift, one, detour=400)


def held(travel, visits, its_shift, one, number):
    locked, free = its_shift.first, one.visits[len(its_shift.first) :]
    assert one.visits[: len(locked)] == tuple(locked)
    assert one.drive_seconds == pytest.approx(seconds(travel, its_shift, visits, one.visits) if one.visits else 0)
    assert arrivals(travel, visits, its_shift, one.visits) == one
    assert not set(one.late) & set(free)
    if free:
        assert one.back_at <= its_shift.ends
        assert one.drive_seconds < UNREACHABLE_SECONDS
    for stop in free:
        assert its_shift.lift or not visits[stop].lift
        assert visits[stop].shift in (None, number)
        for code in visits[stop].needs if its_shift.stock is not None else ():
            assert sum(visits[other].needs.get(code, 0) for other in one.visits) <= its_shift.stock.get(code, 0)


def on_the_way(travel, visits, its_shift, one, *, detour):
    """The may-do visits can be added to the others one by one, the cheapest first, none above the detour."""
    ordered, locked = list(one.visits), set(its_shift.first)
    kept = [stop for stop in ordered if visits[stop].must or stop in locked]
    while len(kept) < len(ordered):
        before = seconds(travel, its_shift, visits, kept)
        tries = [[stop for stop in ordered if stop in {*kept, more}] for more in set(ordered) - set(kept)]
        added, kept = min((seconds(travel, its_shift, visits, tried) - before, tried) for tried in tries)
        assert added <= detour + 0.01


def test_an_order_by_hand_gets_its_times_and_says_what_is_late():
    visits = [Visit(place=1, service=600), Visit(place=2, window=(EIGHT, EIGHT + 60))]
    found = arrivals(line(100, 200), visits, shift(hours=0.25), [0, 1])
    assert found.arrivals == (EIGHT + 100, EIGHT + 800)
    assert found.late == (1,)
    assert found.over == 100


def test_an_order_by_hand_keeps_even_what_no_road_leads_to():
    found = arrivals(plane([(0, 0), (5, 5)], unreachable=[1]), [Visit(place=1)], shift(), [0])
    assert found.visits == (0,)
    assert found.over > 0


def test_one_more_visit_goes_where_it_costs_least():
    visits = [Visit(place=1), Visit(place=3), Visit(place=2)]
    assert insert_cheapest(line(100, 200, 300), visits, shift(end=None), [0, 1], 2) == 1


def test_one_more_visit_comes_after_what_is_locked():
    visits = [Visit(place=1), Visit(place=3), Visit(place=2)]
    assert insert_cheapest(line(100, 200, 300), visits, shift(first=(0, 1)), [0, 1], 2) == 2


def test_one_more_visit_goes_where_its_window_is_kept_though_that_is_further():
    visits = [Visit(place=1, service=2 * HOUR), Visit(place=2), Visit(place=1, window=(EIGHT, 9 * HOUR))]
    assert insert_cheapest(line(100, 2000), visits, shift(), [0, 1], 2) == 0


def test_one_more_visit_has_a_place_in_a_full_round_too():
    visits = [Visit(place=1, service=HOUR), Visit(place=2)]
    assert insert_cheapest(line(100, 200), visits, shift(hours=0.1), [0], 1) in (0, 1)
