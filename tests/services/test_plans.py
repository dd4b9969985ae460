"""Plans: asked for, worked out by whoever's turn it is, answered with drafts that hold their reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.errors import Conflict, Forbidden, Invalid
from app.models import PlanState, RouteList, RoutePlan, Stop, StopReport
from app.planning.fleet import FleetPlan, plan_fleet
from app.queries import crews as crew_queries
from app.services import plan_working, plans
from app.services.plan_solving import BrokenError, TooLongError, solve_apart
from app.services.plan_wanted import WindowWanted
from tests.services.rounds_here import HOUR, shift


def solve(made, budget, progress):
    """In this process, so that a test need not start another one."""
    progress(0.5)
    return plan_fleet(made.travel, made.visits, made.shifts, detour=made.detour, budget=0.05)


@pytest.fixture
def answered(session, office, rules, clock, ola):
    """`answered(wanted)`: the plan, worked out."""

    def ask(wanted, *, by=ola):
        plan = plans.ask(session, wanted, rules=rules, by=by, at=clock())
        session.commit()
        plan_working.work_out(office, plan.id, search=solve)
        session.refresh(plan)
        return plan

    return ask


def lists(session):
    return session.scalars(select(RouteList).order_by(RouteList.id)).all()


def stops(session, route_list):
    return session.scalars(select(Stop).where(Stop.route_list_id == route_list.id).order_by(Stop.sort_order)).all()


def test_a_question_waits_with_its_job_until_a_worker_comes(session, asked_for, rules, clock, ola):
    plan = plans.ask(session, asked_for(), rules=rules, by=ola, at=clock())
    session.commit()
    job = session.execute(text("SELECT queue_name, args FROM procrastinate_jobs WHERE task_name = 'plan'")).one()
    assert (plan.state, plan.progress) == (PlanState.WAITING.value, 0)
    assert tuple(job) == ("plans", {"plan_id": plan.id})


def test_only_the_unit_and_the_desk_ask(session, asked_for, rules, clock, kari, per, eva):
    with pytest.raises(Forbidden):
        plans.ask(session, asked_for(), rules=rules, by=eva, at=clock())
    for one in (kari, per):
        assert plans.ask(session, asked_for(), rules=rules, by=one, at=clock()).asked_by_id == one.id


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"shifts": [shift(ends=7 * HOUR)]}, "crew"),
        ({"shifts": [shift() for _ in range(13)]}, "crew"),
        ({"most_stops": 0}, "most"),
        ({"windows": (WindowWanted(opens=HOUR, closes=HOUR),)}, "windows"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(session, asked_for, rules, clock, ola, given, field):
    with pytest.raises(Invalid) as refused:
        plans.ask(session, asked_for(**given), rules=rules, by=ola, at=clock())
    assert list(refused.value.fields) == [field]


def test_the_answer_is_a_draft_with_times_lines_and_reasons(
    session, reports_waiting, asked_for, answered, rules, tomorrow
):
    reports_waiting(3)
    plan = answered(asked_for(name="North"))
    (made,) = lists(session)
    first, *_ = driven = stops(session, made)
    assert (plan.state, plan.progress, made.plan_id, made.day) == ("done", 100, plan.id, tomorrow)
    assert (made.name, made.is_draft, made.way_by, len(driven)) == ("North", True, "straight", 3)
    assert made.starts_at == datetime(tomorrow.year, tomorrow.month, tomorrow.day, 6, 0, tzinfo=UTC)
    arrives = made.starts_at + timedelta(seconds=round(first.leg_seconds))
    assert abs((first.arrives_at - arrives).total_seconds()) <= 1
    gap = driven[1].arrives_at - first.arrives_at
    assert gap.total_seconds() == pytest.approx(first.service_seconds + driven[1].leg_seconds, abs=2)
    assert made.back_metres > 0
    assert made.total_metres == pytest.approx(sum(stop.leg_metres for stop in driven) + made.back_metres)
    assert (first.leg_line[0], first.rank is not None, bool(first.why)) == ([18.9553, 69.6492], True, True)
    assert first.service_seconds == 60 * rules.rounds.service_minutes("lamp_dark")


def test_a_draft_holds_its_reports_and_leaves_their_status(
    session, reports_waiting, asked_for, answered, rules, clock, ola
):
    reports = reports_waiting(2)
    answered(asked_for())
    assert crew_queries.plannable(session, unit_code="bydrift") == []
    for report in reports:
        session.refresh(report)
    assert {report.status for report in reports} == {"forwarded"}
    second = answered(asked_for())
    assert (second.state, second.said["codes"], len(lists(session))) == ("done", ["nothing_waits"], 1)


def test_two_crews_share_the_work(session, reports_waiting, asked_for, answered, lamp_crew):
    reports_waiting(4)
    reports_waiting(4, east=0.3, first=1)
    east = shift(start_lon=18.9553 + 0.3, name="East", ends=9 * HOUR)
    answered(asked_for(shifts=[shift(name="Lamp crew 1", crew_id=lamp_crew.id, ends=9 * HOUR), east]))
    made = lists(session)
    assert [one.name for one in made] == ["Lamp crew 1", "East"]
    assert {one.crew_id for one in made} == {lamp_crew.id, None}
    for route_list, lon in zip(made, (18.9553, 19.2553), strict=True):
        assert {round(stop.lon, 3) for stop in stops(session, route_list)} == {round(lon, 3)}


def test_what_is_left_out_says_why(session, reports_waiting, asked_for, answered):
    reports_waiting(3)
    plan = answered(asked_for(shifts=[shift(lift=False)]))
    assert (lists(session), plan.said["codes"]) == ([], ["nothing_fits"])
    assert [one["why"] for one in plan.said["left_out"]] == ["no_lift"] * 3
    assert all(one["must"] and one["reports"] for one in plan.said["left_out"])


def test_a_day_too_short_gets_the_best_plan_and_a_sentence(session, reports_waiting, asked_for, answered):
    reports_waiting(6)
    plan = answered(asked_for(shifts=[shift(ends=7 * HOUR + 60 * 75)]))
    (made,) = lists(session)
    assert 1 <= len(stops(session, made)) < 6
    assert plan.said["codes"] == ["day_too_short"]
    assert plan.said["left_out_count"] + plan.said["stops"] == 6


def test_a_shift_too_short_for_anything_is_told(session, reports_waiting, asked_for, answered):
    reports_waiting(1)
    plan = answered(asked_for(shifts=[shift(ends=7 * HOUR + 60)]))
    assert (plan.state, plan.said["codes"], lists(session)) == ("done", ["shift_too_short"], [])


def test_named_reports_must_and_the_rest_is_taken_along_on_the_way(session, reports_waiting, asked_for, answered):
    near, far = reports_waiting(4), reports_waiting(1, east=0.4, first=9)
    plan = answered(asked_for(references=(near[3].reference,), take_along=True, detour_minutes=5))
    (made,) = lists(session)
    musts = [stop.must for stop in stops(session, made)]
    assert sorted(musts) == [False, False, False, True]
    assert [one["why"] for one in plan.said["left_out"]] == ["detour"]
    assert plan.said["left_out"][0]["reports"] == [far[0].id]


def test_a_time_window_is_kept(session, reports_waiting, asked_for, answered, rules):
    reports_waiting(2)
    answered(asked_for(windows=(WindowWanted(category_code="lamp_dark", opens=10 * HOUR, closes=11 * HOUR),)))
    first, second = stops(session, lists(session)[0])
    assert first.window_from.astimezone(rules.timezone).hour == 10
    assert second.arrives_at >= first.window_from + timedelta(seconds=first.service_seconds)


def test_the_figures_compare_with_other_orders(session, reports_waiting, asked_for, answered):
    reports_waiting(2, first=2)
    reports_waiting(2, first=-3)
    said = answered(asked_for()).said
    assert 0 < said["planned_metres"] <= said["nearest_metres"] + 1
    assert said["metres"] == pytest.approx(said["planned_metres"])
    assert said["arrival_metres"] >= said["planned_metres"] - 1


def test_a_report_closed_while_the_search_ran_is_left_off(
    session, reports_waiting, asked_for, rules, clock, ola, office
):
    from app.models import Actor

    reports = reports_waiting(3)

    def slow(made, budget, progress):
        reports[0].reject(actor=Actor.of(ola), at=clock(), words="It is lit.")
        session.commit()
        return solve(made, budget, progress)

    plan = plans.ask(session, asked_for(), rules=rules, by=ola, at=clock())
    session.commit()
    plan_working.work_out(office, search=slow)
    session.refresh(plan)
    assert (plan.state, plan.said["taken"], plan.said["codes"]) == ("done", 1, ["some_taken"])
    assert len(stops(session, lists(session)[0])) == 2
    assert reports[0].id not in set(session.scalars(select(StopReport.report_id)))


def test_a_search_without_end_is_told_and_its_reports_stay_free(
    session, reports_waiting, asked_for, rules, clock, ola, office
):
    def endless(made, budget, progress):
        raise TooLongError

    reports_waiting(2)
    plan = plans.ask(session, asked_for(), rules=rules, by=ola, at=clock())
    session.commit()
    plan_working.work_out(office, search=endless)
    session.refresh(plan)
    assert (plan.state, plan.said["codes"]) == ("failed", ["took_too_long"])
    assert len(crew_queries.plannable(session, unit_code="bydrift")) == 2


def test_the_real_process_answers_and_is_killed_in_time(session, reports_waiting, asked_for, rules, clock):
    from app.services.plan_problem import problem
    from app.services.plan_targets import targets
    from app.services.ways import ways

    reports_waiting(4)
    asked = asked_for()
    found = targets(session, asked, rules=rules, at=clock())
    made = problem(asked, found, ways(session, rules), detour_minutes=5)
    told: list[float] = []
    plan = solve_apart(made, budget=0.2, progress=told.append)
    assert isinstance(plan, FleetPlan)
    assert sorted(plan.rounds[0].visits) == [0, 1, 2, 3]
    with pytest.raises(TooLongError):
        solve_apart(made, budget=30, progress=told.append, hard_seconds=-29.9)
    with pytest.raises(BrokenError):
        solve_apart(replace(made, visits=[replace(made.visits[0], place=99)]), budget=30, progress=told.append)


def test_whoever_dies_in_the_middle_is_followed_by_another(
    session, reports_waiting, asked_for, rules, clock, ola, office
):
    reports_waiting(2)
    plan = plans.ask(session, asked_for(), rules=rules, by=ola, at=clock())
    session.commit()

    def dies(made, budget, progress):
        raise KeyboardInterrupt

    for attempt in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            plan_working.work_out(office, search=dies)
        session.refresh(plan)
        assert (plan.state, plan.said["attempts"]) == ("working", attempt)
        assert plan_working.recover_plans(office) == 0, "it may still be at it"
        clock.pass_(minutes=10)
        assert plan_working.recover_plans(office) == 1
        session.refresh(plan)
    assert (plan.state, plan.said["codes"]) == ("failed", ["broke"])
    assert session.scalar(select(RoutePlan.id).where(RoutePlan.state == "working")) is None


def test_a_planner_with_many_plans_waits(session, asked_for, rules, clock, ola):
    for _ in range(10):
        plans.ask(session, asked_for(), rules=rules, by=ola, at=clock())
    with pytest.raises(Conflict):
        plans.ask(session, asked_for(), rules=rules, by=ola, at=clock())
