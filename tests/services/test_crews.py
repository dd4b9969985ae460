"""Route lists: planned from a unit's reports, ticked off stop by stop, given back when the day is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.db import transaction
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Actor, Report, RouteList, Staff, StaffUnit, StopReport
from app.queries import crews as crew_queries
from app.services import crews, plans
from app.services.plans import Round
from tests.application import STORGATA

ROUND = Round(unit_code="bydrift", start_lat=STORGATA[0], start_lon=STORGATA[1])


@pytest.fixture
def at_bydrift(make_report, kari, session, clock):
    """Five reports in a line to the north, two of them at the same lamp."""

    def make() -> list[Report]:
        reports = []
        for number, north in enumerate([0.001, 0.004, 0.002, 0.003, 0.0031]):
            report = make_report(lat=STORGATA[0] + north, lon=STORGATA[1], email=f"r{number}@example.com")
            report.reporter.confirm(at=clock())
            report.forward("bydrift", actor=Actor.of(kari), at=clock())
            reports.append(report)
        session.commit()
        return reports

    return make


@pytest.fixture
def planned(at_bydrift, per, session, rules, clock):
    at_bydrift()
    route_list = plans.plan(session, ROUND, rules=rules, by=per, at=clock())
    session.commit()
    return route_list


def test_stops_come_in_driving_order_and_neighbours_share_one(planned):
    assert [round(stop.lat - STORGATA[0], 3) for stop in planned.stops] in (
        [0.001, 0.002, 0.003, 0.004],
        [0.004, 0.003, 0.002, 0.001],
    )
    assert sorted(len(stop.entries) for stop in planned.stops) == [1, 1, 1, 2]


def test_the_total_is_the_legs_and_the_way_back(planned, rules):
    assert planned.total_metres == pytest.approx(sum(stop.leg_metres for stop in planned.stops) + planned.back_metres)
    assert planned.total_metres == pytest.approx(2 * 446 * rules.rounds.winding, rel=0.01)


def test_planned_reports_are_scheduled_and_on_no_other_list(planned, session, rules, per, clock):
    assert {report.status for report in session.scalars(select(Report))} == {"scheduled"}
    with pytest.raises(Invalid, match="nothing to drive to"):
        plans.plan(session, ROUND, rules=rules, by=per, at=clock())


def test_only_the_unit_s_own_people_plan_for_it(at_bydrift, eva, session, rules, clock):
    at_bydrift()
    with pytest.raises(Forbidden):
        plans.plan(session, ROUND, rules=rules, by=eva, at=clock())


def test_categories_and_areas_choose_what_is_driven_to(at_bydrift, per, session, rules, clock):
    at_bydrift()
    with pytest.raises(Invalid):
        plans.plan(session, replace(ROUND, category_codes=("pothole",)), rules=rules, by=per, at=clock())
    with pytest.raises(Invalid):
        plans.plan(session, replace(ROUND, area="kroken"), rules=rules, by=per, at=clock())


def test_a_closed_list_gives_back_what_was_not_done(planned, per, session, rules, clock):
    crews.close(crew_queries.route_list_for(session, per, planned.id), by=per, at=clock())
    session.flush()
    assert {report.status for report in session.scalars(select(Report))} == {"forwarded"}
    assert len(plans.plan(session, ROUND, rules=rules, by=per, at=clock()).stops) == 4


def test_another_unit_and_a_stranger_see_no_list(planned, eva, session):
    with pytest.raises(NotFound):
        crew_queries.route_list_for(session, eva, planned.id)


@pytest.mark.realdb
def test_two_crews_planning_at_once_never_share_a_report(real_session_factory, rules, clock):
    from app.services.drafts import ReportDraft
    from app.services.reporting import submit_report

    with transaction(real_session_factory) as session:
        per = Staff(
            email="per@tromso.example",
            name="Per",
            role="crew",
            created_at=clock(),
            active=True,
            language="nb",
            memberships=[StaffUnit(unit_code="bydrift")],
        )
        session.add(per)
        session.flush()
        for number in range(20):
            draft = ReportDraft(category="lamp_dark", lat=STORGATA[0] + number / 1000, lon=STORGATA[1])
            report = submit_report(session, draft, rules=rules, at=clock())
            report.forward("bydrift", actor=Actor.of(per), at=clock())

    def plan(_: int) -> str:
        try:
            with transaction(real_session_factory) as session:
                plans.plan(session, ROUND, rules=rules, by=session.get_one(Staff, per.id), at=clock())
        except (Invalid, Conflict):
            return "nothing left"
        return "planned"

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(plan, range(3)))
    with real_session_factory() as session:
        assert answers.count("planned") == len(session.scalars(select(RouteList)).all()) >= 1
        assert len(session.scalars(select(StopReport)).all()) == 20
