"""The order of a round is changed by hand, by two at once, and measured anew; nobody's change is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import Conflict, NotFound
from app.models import RouteListChange, Stop
from app.queries.rounds import changes_of, rounds_of
from app.services import round_orders, round_stops
from app.services.round_log import Overtaken
from tests.services.rounds_at_bydrift import ids, places


def driven_of(session, staff, route_list):
    return rounds_of(session, staff, [route_list.id])[route_list.id]


def test_a_new_order_is_driven_numbered_and_timed(lamp_round, per, session, planner):
    route_list = lamp_round([1, 2, 3])
    one, two, three = ids(driven_of(session, per, route_list))
    made = round_orders.set_order(
        session, route_list.id, [three, one, two], version=route_list.version, planner=planner(per)
    )
    assert places(session, per, route_list.id) == [3, 1, 2]
    assert [stop.sort_order for stop in made.driven.left] == [1, 2, 3]
    assert [round(stop.leg_metres / 140) for stop in made.driven.left] == [3, 2, 1]
    first, second = made.driven.left[:2]
    assert first.arrives_at == route_list.starts_at + timedelta(seconds=round(first.leg_seconds))
    assert (second.arrives_at - first.arrives_at).total_seconds() == pytest.approx(600 + second.leg_seconds, abs=1)
    assert route_list.total_metres == pytest.approx(8 * 140, rel=0.01)


def test_two_who_move_different_stops_both_get_their_way_and_are_told(lamp_round, per, ola, session, planner):
    route_list = lamp_round([1, 2, 3, 4, 5, 6])
    seen, stops = route_list.version, ids(driven_of(session, per, route_list))
    one, two, three, four, five, six = stops
    order = [two, one, three, four, five, six]
    round_orders.set_order(session, route_list.id, order, version=seen, planner=planner(per))
    made = round_orders.set_order(
        session, route_list.id, [one, two, three, six, four, five], version=seen, planner=planner(ola)
    )
    assert places(session, per, route_list.id) == [2, 1, 3, 6, 4, 5]
    assert made.meanwhile == ("Per",)


def test_two_who_move_the_same_stop_are_not_mixed(lamp_round, per, ola, session, planner):
    route_list = lamp_round([1, 2, 3, 4])
    seen, (one, two, three, four) = route_list.version, ids(driven_of(session, per, route_list))
    round_orders.set_order(session, route_list.id, [four, one, two, three], version=seen, planner=planner(per))
    with pytest.raises(Overtaken, match="Per"):
        round_orders.set_order(session, route_list.id, [one, four, two, three], version=seen, planner=planner(ola))
    assert places(session, per, route_list.id) == [4, 1, 2, 3]


def test_an_order_made_while_a_stop_was_taken_off_and_another_ticked_off_holds_for_the_rest(
    lamp_round, per, ola, session, planner, clock
):
    route_list = lamp_round([1, 2, 3, 4, 5], released=True)
    seen, (one, two, three, four, five) = route_list.version, ids(driven_of(session, per, route_list))
    round_stops.remove(session, route_list.id, [three], version=seen, planner=planner(per))
    driven = session.get_one(Stop, two)
    driven.outcome, driven.completed_at = "done", clock() + timedelta(minutes=20)
    session.flush()
    made = round_orders.set_order(
        session, route_list.id, [five, one, two, three, four], version=seen, planner=planner(ola)
    )
    assert places(session, per, route_list.id) == [5, 1, 4]
    assert made.driven.past[0].id == two
    assert made.driven.past[0].outcome == "done"
    assert made.meanwhile == ("Per",)


def test_what_is_left_is_timed_from_where_and_when_the_crew_ticked_off_last(lamp_round, per, session, planner, clock):
    route_list = lamp_round([1, 2, 3], released=True)
    one, two, three = ids(driven_of(session, per, route_list))
    done = session.get_one(Stop, three)
    done.outcome, done.completed_at = "done", route_list.starts_at + timedelta(hours=2)
    session.flush()
    made = round_orders.set_order(session, route_list.id, [two, one], version=None, planner=planner(per))
    first = made.driven.left[0]
    assert first.leg_metres == pytest.approx(140, rel=0.01)
    assert first.arrives_at == done.completed_at + timedelta(seconds=round(first.leg_seconds))
    assert [stop.sort_order for stop in made.driven.left] == [2, 3]


def test_a_change_that_changes_nothing_makes_no_line_and_no_version(lamp_round, per, session, planner):
    route_list = lamp_round([1, 2])
    before = route_list.version
    round_orders.set_order(
        session, route_list.id, ids(driven_of(session, per, route_list)), version=before, planner=planner(per)
    )
    session.flush()
    assert route_list.version == before
    assert session.scalars(select(RouteListChange)).all() == []


def test_ids_of_other_lists_and_of_nothing_change_nothing(lamp_round, per, session, planner):
    route_list, other = lamp_round([1, 2, 3]), lamp_round([7, 8])
    mine, theirs = ids(driven_of(session, per, route_list)), ids(driven_of(session, per, other))
    round_orders.set_order(session, route_list.id, [*theirs, 99, *mine[::-1]], version=None, planner=planner(per))
    assert places(session, per, route_list.id) == [3, 2, 1]
    assert places(session, per, other.id) == [7, 8]


def test_locks_and_musts_are_kept_with_who_said_so(lamp_round, per, ola, session, planner):
    route_list = lamp_round([1, 2])
    seen, (one, two) = route_list.version, ids(driven_of(session, per, route_list))
    round_orders.lock(session, route_list.id, one, locked=True, version=seen, planner=planner(per))
    round_orders.say_must(session, route_list.id, two, must=False, version=seen, planner=planner(ola))
    assert session.get_one(Stop, one).locked
    assert not session.get_one(Stop, two).must
    assert [(change.kind, change.staff.name) for change in changes_of(session, route_list.id)] == [
        ("must", "Ola"),
        ("lock", "Per"),
    ]
    with pytest.raises(Overtaken):
        round_orders.say_must(session, route_list.id, one, must=False, version=seen, planner=planner(ola))


def test_nobody_changes_what_is_closed_ticked_off_or_another_unit_s(lamp_round, per, eva, session, planner, clock):
    route_list = lamp_round([1, 2], released=True)
    one, two = ids(driven_of(session, per, route_list))
    with pytest.raises(NotFound):
        round_orders.set_order(session, route_list.id, [two, one], version=None, planner=planner(eva))
    session.get_one(Stop, one).completed_at = clock()
    session.flush()
    with pytest.raises(Conflict, match="ticked off"):
        round_orders.lock(session, route_list.id, one, locked=True, version=None, planner=planner(per))
    route_list.close(at=clock())
    session.flush()
    with pytest.raises(Conflict, match="closed"):
        round_orders.set_order(session, route_list.id, [two], version=None, planner=planner(per))
