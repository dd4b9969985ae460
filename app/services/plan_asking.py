"""Asking for a plan: looked at while the planner waits, worked out by a worker when its turn comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs
from app.errors import N_, Conflict, Forbidden, Invalid
from app.jobs import JobName
from app.models import RoutePlan, Staff
from app.queries import route_plans
from app.routing import Rules
from app.services.plan_wanted import MOST_SHIFTS, MOST_STOPS, Wanted, to_json

MOST_UNFINISHED = 10
# Plans are made for days that somebody can think of.
FURTHEST = timedelta(days=366)


def ask(session: Session, wanted: Wanted, *, rules: Rules, by: Staff, at: datetime) -> RoutePlan:
    """Keep the question; a job answers it. Raises Forbidden for another unit, Invalid for what cannot be."""
    check(wanted, rules=rules, by=by, at=at)
    # Whoever presses twice at once asks one after the other: turns and the limit are counted, not guessed.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("plans of"), by.id)))
    if route_plans.unfinished_of(session, by.id) >= MOST_UNFINISHED:
        raise Conflict(N_("You have many plans waiting. Let one of them be finished first."))
    asked = {**to_json(wanted), "turn": route_plans.next_turn(session, by.id)}
    plan = RoutePlan(unit_code=wanted.unit_code, asked_by_id=by.id, asked_at=at, day=wanted.day, asked=asked)
    session.add(plan)
    session.flush()  # The job looks the plan up by its id.
    jobs.enqueue(session, JobName.PLAN, plan_id=plan.id)
    return plan


def check(wanted: Wanted, *, rules: Rules, by: Staff, at: datetime) -> None:
    """Whether it can be asked at all."""
    may_plan(by, wanted.unit_code)
    today = at.astimezone(rules.timezone).date()
    if not today <= wanted.day <= today + FURTHEST:
        _refuse("day", N_("Choose a day from today on, and at most a year ahead."))
    if not wanted.shifts:
        _refuse("crew", N_("Choose at least one crew, or a round from one place."))
    if len(wanted.shifts) > MOST_SHIFTS:
        _refuse("crew", N_("Choose at most 12 crews for one plan."))
    if not 1 <= wanted.most_stops <= MOST_STOPS:
        _refuse("most", N_("Write a number of stops from 1 to 200."))
    if any(shift.ends is not None and shift.ends <= shift.begins for shift in wanted.shifts):
        _refuse("crew", N_("A shift must end after it begins."))
    if any(window.closes <= window.opens for window in wanted.windows):
        _refuse("windows", N_("A time window must end after it begins."))


def may_plan(by: Staff, unit_code: str) -> None:
    """Raises Forbidden for a unit that is not the person's."""
    if not (by.sees_all or unit_code in by.unit_codes):
        raise Forbidden(N_("You can make route lists for your own unit only."))


def _refuse(field: str, sentence: str) -> None:
    raise Invalid(sentence, fields={field: sentence})
