"""Stops are put on a round, taken off, given to others, saved from a broken car, and planned anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.errors import Conflict, Invalid, NotFound
from app.models import (
    Actor,
    Forwarding,
    Notification,
    Report,
    RouteList,
    RouteListChange,
    Stop,
    StopReport,
    Update,
    Vehicle,
)
from app.queries.rounds import near_the_way, rounds_of
from app.services import round_handover, round_orders, round_replanning, round_stops
from app.services.round_replanning import Here
from app.services.round_stops import PhonedIn
from tests.application import STORGATA
from tests.services.rounds_at_bydrift import NORTH, a_crew, ids, places, waiting


def driven_of(session, staff, route_list):
    return rounds_of(session, staff, [route_list.id])[route_list.id]


def told(session, kind="scheduled"):
    query = select(func.count()).select_from(Notification).join(Notification.update)
    return session.scalar(query.where(Update.kind == kind))


def test_an_added_report_goes_where_it_costs_least_and_its_reporter_hears_the_day(
    lamp_round, make_report, kari, per, session, planner, clock
):
    route_list = lamp_round([1, 3, 5], released=True)
    (report,) = waiting(make_report, kari, clock, [4])
    stop = round_stops.add_report(session, route_list.id, report.shown_reference, planner=planner(per))
    assert places(session, per, route_list.id) in ([1, 3, 4, 5], [1, 3, 5, 4])
    assert (report.status, report.planned_for) == ("scheduled", route_list.day)
    assert told(session) == 1
    assert stop.arrives_at is not None
    with pytest.raises(Conflict, match="on a round already"):
        round_stops.add_report(session, route_list.id, report.reference, planner=planner(per))


def test_in_a_draft_nobody_hears_anything(lamp_round, make_report, kari, per, session, planner, clock):
    route_list = lamp_round([1, 3])
    (report,) = waiting(make_report, kari, clock, [2])
    stop = round_stops.add_report(session, route_list.id, report.reference, planner=planner(per))
    assert report.status == "forwarded"
    round_stops.remove(session, route_list.id, [stop.id], version=None, planner=planner(per))
    session.flush()
    assert (report.status, told(session)) == ("forwarded", 0)
    assert session.scalars(select(StopReport).where(StopReport.report_id == report.id)).all() == []
    assert [one.reference for one in near_the_way(session, driven_of(session, per, route_list))] == [report.reference]


def test_what_lies_at_a_stop_already_joins_it(lamp_round, make_report, kari, per, session, planner, clock):
    route_list = lamp_round([1, 3])
    (report,) = waiting(make_report, kari, clock, [1.1])
    stop = round_stops.add_report(session, route_list.id, report.reference, planner=planner(per))
    assert len(stop.entries) == 2
    assert places(session, per, route_list.id) == [1, 3]


def test_a_stop_taken_off_a_released_round_gives_its_reports_back(lamp_round, per, session, planner):
    route_list = lamp_round([1, 2, 3], released=True)
    before = route_list.total_metres
    _one, two, three = ids(driven_of(session, per, route_list))
    round_stops.remove(session, route_list.id, [three], version=None, planner=planner(per))
    assert places(session, per, route_list.id) == [1, 2]
    assert route_list.total_metres == pytest.approx(before * 2 / 3, rel=0.01)
    assert sorted(session.scalars(select(Report.status))) == ["forwarded", "scheduled", "scheduled"]
    with pytest.raises(Conflict, match="no longer on the round"):
        round_stops.remove(session, route_list.id, [three], version=None, planner=planner(per))
    assert session.get_one(Stop, two).sort_order == 2


def test_only_what_waits_at_the_unit_can_be_added(lamp_round, make_report, kari, per, session, planner, clock):
    route_list = lamp_round([1])
    other = make_report(lat=STORGATA[0], lon=STORGATA[1])
    for reference in (other.reference, "2026000000", "", "hello"):
        with pytest.raises(NotFound):
            round_stops.add_report(session, route_list.id, reference, planner=planner(per))
    (report,) = waiting(make_report, kari, clock, [2])
    report.reject(actor=Actor.of(kari), at=clock(), words="Not ours.")
    session.commit()
    with pytest.raises(Conflict):
        round_stops.add_report(session, route_list.id, report.reference, planner=planner(per))


def test_what_is_phoned_in_is_a_real_report_at_the_unit_and_a_stop_and_only_once(lamp_round, per, session, planner):
    route_list = lamp_round([1, 3], released=True)
    phoned = PhonedIn(category="lamp_dark", lat=STORGATA[0] + 2 * NORTH, lon=STORGATA[1], words="Dark", key="call-1")
    stop = round_stops.add_phoned_in(session, route_list.id, phoned, planner=planner(per))
    again = round_stops.add_phoned_in(session, route_list.id, phoned, planner=planner(per))
    report = stop.entries[0].report
    assert again.id == stop.id
    assert (report.channel, report.unit_code, report.status, report.entered_by_id) == (
        "phone", "bydrift", "scheduled", per.id,
    )  # fmt: skip
    assert session.scalar(select(func.count()).select_from(Forwarding)) == 1
    assert places(session, per, route_list.id) in ([1, 2, 3], [1, 3, 2])
    with pytest.raises(Invalid):
        round_stops.add_phoned_in(
            session, route_list.id, PhonedIn(category="", lat=STORGATA[0], lon=STORGATA[1]), planner=planner(per)
        )


def test_stops_given_to_another_crew_keep_their_day_and_nobody_is_told_again(lamp_round, per, session, planner):
    source, target = lamp_round([1, 2, 3], released=True), lamp_round([2.5, 4], released=True)
    one, two, three = ids(driven_of(session, per, source))
    round_handover.hand_over(
        session, source.id, [three, two], target_id=target.id, version=source.version, planner=planner(per)
    )
    session.flush()
    assert places(session, per, source.id) == [1]
    assert sorted(places(session, per, target.id)) == [2, 2, 3, 4]
    assert set(session.scalars(select(Report.status))) == {"scheduled"}
    assert told(session) == 0
    kinds = session.scalars(select(RouteListChange.kind).order_by(RouteListChange.id)).all()
    assert kinds == ["given", "taken_over"]
    assert session.get_one(Stop, one).route_list_id == source.id


def test_a_new_round_for_another_crew_begins_where_that_crew_begins(lamp_round, per, session, planner):
    source = lamp_round([1, 2, 3], released=True, day=1)
    crew = a_crew(session)
    stops = ids(driven_of(session, per, source))[1:]
    made = round_handover.new_list(session, source.id, crew_id=crew.id, planner=planner(per))
    round_handover.hand_over(session, source.id, stops, target_id=made.id, version=None, planner=planner(per))
    assert (made.name, made.vehicle_id, made.day, made.is_draft) == ("South", crew.vehicle_id, source.day, False)
    assert sorted(places(session, per, made.id)) == [2, 3]
    assert made.total_metres > 0


def test_a_crew_whose_shift_is_over_gets_no_stops(lamp_round, per, session, planner, clock):
    source = lamp_round([1, 2], released=True)
    evening = planner(per, at=clock().replace(hour=20))
    with pytest.raises(Conflict, match="shift of South is over"):
        round_handover.new_list(session, source.id, crew_id=a_crew(session).id, planner=evening)


def test_drafts_given_to_a_released_round_are_told_and_never_the_other_way(lamp_round, per, session, planner):
    draft, released = lamp_round([1, 2]), lamp_round([3], released=True)
    one, _two = ids(driven_of(session, per, draft))
    round_handover.hand_over(session, draft.id, [one], target_id=released.id, version=None, planner=planner(per))
    session.flush()
    assert told(session) == 1
    (stop, *_rest) = ids(driven_of(session, per, released))
    with pytest.raises(Conflict, match="draft"):
        round_handover.hand_over(session, released.id, [stop], target_id=draft.id, version=None, planner=planner(per))


def test_stops_go_to_no_other_day_unit_or_to_the_same_round(lamp_round, per, eva, session, planner):
    source, tomorrow = lamp_round([1], released=True), lamp_round([2], released=True, day=1)
    (one,) = ids(driven_of(session, per, source))
    for target in (tomorrow.id, source.id):
        with pytest.raises(Conflict):
            round_handover.hand_over(session, source.id, [one], target_id=target, version=None, planner=planner(per))
    with pytest.raises(NotFound):
        round_handover.hand_over(session, source.id, [one], target_id=tomorrow.id, version=None, planner=planner(eva))


def test_a_broken_car_s_stops_go_where_they_fit_and_the_rest_back_to_the_unit(lamp_round, per, session, planner, clock):
    source = lamp_round([1, 2, 3, 4], released=True)
    near, short = lamp_round([5], released=True, hours=1), lamp_round([2.5], released=True, hours=0.2)
    first, _two, _three, last = ids(driven_of(session, per, source))
    done = session.get_one(Stop, first)
    done.outcome, done.completed_at = "done", clock()
    session.get_one(Stop, last).needs_lift = True
    low = Vehicle(unit_code="bydrift", name="Van", lift=False)
    session.add(low)
    session.flush()
    near.vehicle_id = short.vehicle_id = low.id
    session.commit()
    made = round_handover.break_down(session, source.id, planner=planner(per))
    session.flush()
    assert [(one.id, count) for one, count in made.given] == [(near.id, 2)]
    assert made.back == 1
    assert not source.is_open
    assert sorted(places(session, per, near.id)) == [2, 3, 5]
    assert places(session, per, short.id) == [2]
    states = dict(session.execute(select(Stop.id, Report.status).join(Stop.entries).join(StopReport.report)).all())
    assert states[last] == "forwarded"
    assert session.get_one(Stop, first).outcome == "done"


def test_the_rest_is_planned_anew_with_what_is_driven_and_locked_in_its_place(lamp_round, per, session, planner, clock):
    route_list = lamp_round([1, 9, 3, 7, 5, 2], released=True)
    stops = ids(driven_of(session, per, route_list))
    done = session.get_one(Stop, stops[0])
    done.outcome, done.completed_at = "done", clock()
    round_orders.lock(session, route_list.id, stops[3], locked=True, version=None, planner=planner(per))
    before = route_list.total_metres
    made = round_replanning.replan(session, route_list.id, planner=planner(per), budget=0.3)
    order = places(session, per, route_list.id)
    assert order[2] == 7
    assert sorted(order) == [2, 3, 5, 7, 9]
    assert route_list.total_metres < before
    assert made.saved_metres == pytest.approx(before - route_list.total_metres)
    assert made.ordered.driven.past[0].id == stops[0]


def test_planned_anew_from_here_and_now_it_still_ends_where_it_would_have_ended(
    lamp_round, per, session, planner, clock
):
    route_list = lamp_round([1, 2, 3, 4], released=True)
    here = (STORGATA[0] + 6 * NORTH, STORGATA[1])
    now = clock() + timedelta(hours=3)
    round_replanning.replan(session, route_list.id, planner=planner(per), here=Here(place=here, at=now), budget=0.3)
    driven = driven_of(session, per, route_list)
    assert places(session, per, route_list.id) == [4, 3, 2, 1]
    assert driven.left[0].arrives_at > now
    assert (route_list.returns, route_list.end_lat) == (False, STORGATA[0])
    assert route_list.back_metres == pytest.approx(140, rel=0.02)


def test_nobody_goes_on_from_the_south_pole(lamp_round, per, session, planner):
    route_list = lamp_round([1, 2])
    for place in ((-90.0, 180.0), (STORGATA[1], STORGATA[0])):
        with pytest.raises(Invalid, match="latitude and longitude"):
            round_replanning.replan(session, route_list.id, planner=planner(per), here=Here(place=place), budget=0.2)
    assert route_list.start_lat == STORGATA[0]


def test_an_empty_round_is_planned_anew_without_fuss(lamp_round, per, session, planner):
    route_list = lamp_round([1])
    (one,) = ids(driven_of(session, per, route_list))
    round_stops.remove(session, route_list.id, [one], version=None, planner=planner(per))
    session.flush()
    round_replanning.replan(session, route_list.id, planner=planner(per), budget=0.2)
    assert session.get_one(RouteList, route_list.id).total_metres == 0
