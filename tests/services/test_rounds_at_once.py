"""Planners, a crew and the desk at one round in the same moment: nobody waits in a ring, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import transaction
from app.errors import Conflict
from app.models import Actor, Report, RouteList, Staff, StaffUnit, Stop, StopOutcome, StopReport
from app.planning.travel import StraightWays
from app.queries import crews as crew_queries
from app.queries.rounds import rounds_of
from app.services import field, round_handover, round_orders, round_stops
from app.services.drafts import ReportDraft
from app.services.driving import Driver
from app.services.reporting import submit_report
from app.services.round_measuring import Planner, measure
from tests.application import STORGATA
from tests.services.rounds_at_bydrift import NORTH, a_stop

pytestmark = pytest.mark.realdb


@pytest.fixture
def office(real_session_factory, rules, clock):
    """Two released rounds of six stops, one waiting report, and two people of Bydrift: (transactions, planner)."""
    with transaction(real_session_factory) as session:
        people = []
        for name, role in (("Per", "crew"), ("Ola", "unit")):
            person = Staff(
                email=f"{name}@tromso.example", name=name, role=role, created_at=clock(), active=True, language="nb",
                memberships=[StaffUnit(unit_code="bydrift")],
            )  # fmt: skip
            session.add(person)
            people.append(person)
        session.flush()
        lists = []
        for east in (0.0, 0.01):
            route_list = RouteList(
                name="North", unit_code="bydrift", created_at=clock(), start_lat=STORGATA[0], start_lon=STORGATA[1],
                returns=True, day=clock().date(), starts_at=clock(), released_at=clock(),
            )  # fmt: skip
            session.add(route_list)
            session.flush()
            for number in range(1, 7):
                report = _waiting(session, rules, clock, people[0], number, east)
                report.schedule(actor=Actor.of(people[0]), at=clock(), route_list_id=route_list.id)
                a_stop(session, route_list, report)
            driven = rounds_of(session, people[0], [route_list.id])[route_list.id]
            measure(
                driven,
                sorted(driven.stops, key=lambda stop: stop.id),
                Planner(staff=people[0], rules=rules, ways=StraightWays(), at=clock()),
            )
            lists.append(route_list.id)
        extra = _waiting(session, rules, clock, people[0], 9, 0.0).reference
        ids = [person.id for person in people]

    def planner(session, who):
        staff = session.get_one(Staff, ids[who])
        return Planner(staff=staff, rules=rules, ways=StraightWays(), at=clock() + timedelta(minutes=5))

    return real_session_factory, planner, lists, extra


def _waiting(session, rules, clock, per, number, east):
    draft = ReportDraft(category="lamp_dark", lat=STORGATA[0] + number * NORTH, lon=STORGATA[1] + east)
    report = submit_report(session, draft, rules=rules, at=clock())
    report.forward("bydrift", actor=Actor.of(per), at=clock())
    return report


def left_on(session, who, planner, route_list_id):
    return [stop.id for stop in rounds_of(session, planner(session, who).staff, [route_list_id])[route_list_id].left]


def test_a_stop_ticked_off_while_the_order_changes_stays_ticked_off_and_nobody_waits_for_ever(office):
    factory, planner, (first, _second), _extra = office
    with transaction(factory) as session:
        stops = left_on(session, 0, planner, first)

    def tick(stop_id):
        with transaction(factory) as session:
            who = planner(session, 0)
            route_list = crew_queries.route_list_for(session, who.staff, first)
            field.complete(
                session, Driver(staff=who.staff), route_list, stop_id=stop_id, outcome=StopOutcome.DONE,
                key=f"tap-{stop_id}", rules=who.rules, at=who.at,
            )  # fmt: skip

    def turn(times):
        for _ in range(times):
            with transaction(factory) as session:
                now = left_on(session, 1, planner, first)
                round_orders.set_order(session, first, now[::-1], version=None, planner=planner(session, 1))

    with ThreadPoolExecutor(3) as pool:
        waits = [pool.submit(turn, 4), *(pool.submit(tick, stop_id) for stop_id in stops[:4])]
        for one in waits:
            one.result(timeout=60)
    with factory() as session:
        done = session.scalars(select(Stop.id).where(Stop.outcome == "done")).all()
        assert sorted(done) == stops[:4]
        assert session.scalar(select(func.count()).where(Report.status == "fixed")) == 4
        numbers = session.scalars(select(Stop.sort_order).where(Stop.route_list_id == first)).all()
        assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_stops_given_both_ways_at_once_are_each_on_one_round(office):
    factory, planner, lists, _extra = office

    def give(source, target, who):
        for _ in range(3):
            with transaction(factory) as session:
                stops = left_on(session, who, planner, source)[:2]
                round_handover.hand_over(
                    session, source, stops, target_id=target, version=None, planner=planner(session, who)
                )

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(give, *lists, 0), pool.submit(give, *lists[::-1], 1)]:
            one.result(timeout=60)
    with factory() as session:
        both = [left_on(session, 0, planner, one) for one in lists]
        assert len(set(both[0] + both[1])) == len(both[0]) + len(both[1]) == 12
        assert session.scalar(select(func.count()).where(StopReport.active)) == 12


def test_one_report_goes_on_one_of_two_rounds(office):
    factory, planner, lists, extra = office

    def add(who):
        try:
            with transaction(factory) as session:
                round_stops.add_report(session, lists[who], extra, planner=planner(session, who))
        except Conflict:
            return "refused"
        return "added"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == ["added", "refused"]
    with factory() as session:
        held = select(func.count()).select_from(StopReport).join(StopReport.report).where(Report.reference == extra)
        assert session.scalar(held.where(StopReport.active)) == 1


def test_a_breakdown_while_the_other_round_is_reordered_loses_no_stop(office):
    factory, planner, (first, second), _extra = office

    def turn():
        for _ in range(3):
            with transaction(factory) as session:
                now = left_on(session, 1, planner, second)
                round_orders.set_order(session, second, now[::-1], version=None, planner=planner(session, 1))

    def stand_still():
        with transaction(factory) as session:
            round_handover.break_down(session, first, planner=planner(session, 0))

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(turn), pool.submit(stand_still)]:
            one.result(timeout=60)
    with factory() as session:
        assert len(left_on(session, 0, planner, second)) == 12
        assert session.get_one(RouteList, first).closed_at is not None
