"""Twenty planners at once: everybody is served, in a fair order, one solve at a time. Counted, not timed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Role, RoutePlan
from app.planning.fleet import plan_fleet
from app.queries import route_plans
from app.services import plan_working, plans


@pytest.fixture
def planners(make_staff):
    return [make_staff(f"Planner{number}", Role.UNIT, "bydrift") for number in range(20)]


@pytest.fixture
def ask(session, asked_for, rules, clock):
    def one(by):
        clock.pass_(seconds=1)
        plan = plans.ask(session, asked_for(), rules=rules, by=by, at=clock())
        session.commit()
        return plan

    return one


@pytest.fixture
def serve(office, session):
    """Work one plan out; who asked for it, and how many were being solved meanwhile."""

    def once():
        at_work = []

        def search(made, budget, progress):
            at_work.append(len(session.scalars(select(RoutePlan.id).where(RoutePlan.state == "working")).all()))
            return plan_fleet(made.travel, made.visits, made.shifts, detour=0, budget=0.01)

        plan_id = plan_working.work_out(office, search=search)
        return plan_id, at_work

    return once


def test_twenty_planners_at_once_are_served_in_the_order_in_which_they_asked(ask, serve, planners, session):
    asked = [ask(planner).id for planner in planners]
    assert [route_plans.ahead_of(session, session.get_one(RoutePlan, one)) for one in asked] == list(range(20))
    served = [serve() for _ in asked]
    assert [plan_id for plan_id, _ in served] == asked
    assert all(at_work == [1] for _, at_work in served), "a plan is solved alone"
    session.expire_all()
    assert {plan.state for plan in session.scalars(select(RoutePlan))} == {"done"}
    assert serve()[0] is None


def test_a_planner_s_second_plan_waits_behind_the_others_first(ask, serve, planners):
    greedy, *others = planners
    mine = [ask(greedy).id for _ in range(4)]
    theirs = [ask(planner).id for planner in others[:3]]
    order = [serve()[0] for _ in range(7)]
    assert order == [mine[0], *theirs, *mine[1:]]


def test_who_comes_later_does_not_wait_for_all_that_one_planner_asked(ask, serve, planners):
    greedy, late, *_ = planners
    mine = [ask(greedy).id for _ in range(6)]
    first_two = [serve()[0] for _ in range(2)]
    late_one = ask(late).id
    assert first_two == mine[:2]
    assert late_one in [serve()[0] for _ in range(2)]
