"""Working a plan out, in a worker: whose turn it is, the search in a process of its own, the answer as drafts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app import jobs
from app.db import transaction
from app.errors import Conflict
from app.jobs import JobName
from app.models import PlanState, RoutePlan
from app.planning.fleet import FleetPlan
from app.queries import route_plans
from app.services.plan_answer import answer_in_codes
from app.services.plan_lists import Made, Origin, make_lists
from app.services.plan_problem import Problem, problem
from app.services.plan_solving import HARD_SECONDS, TooLongError, budget_for, solve_apart
from app.services.plan_targets import targets
from app.services.plan_wanted import Wanted, from_json
from app.services.ways import ways

if TYPE_CHECKING:
    from app.planning.travel import TravelSource
    from app.services.office import Office

log = logging.getLogger(__name__)

# Nobody works on one plan for so long: whoever began it is dead.
DEAD_AFTER = timedelta(seconds=4 * HARD_SECONDS)
MOST_ATTEMPTS = 2
GATHERED, MEASURED, SEARCHED = 5, 15, 90
# So often at most is it written down how far a search is.
TOLD_EVERY_SECONDS = 1.0
Search = Callable[[Problem, float, Callable[[float], None]], FleetPlan]


def search_apart(made: Problem, budget: float, progress: Callable[[float], None]) -> FleetPlan:
    """In a process of its own."""
    return solve_apart(made, budget=budget, progress=progress)


def work_out(office: Office, plan_id: int | None = None, *, search: Search = search_apart) -> int | None:  # noqa: ARG001
    """Answer the plan whose turn it is, which need not be the one the job was made for; returns its id, if any.

    As many jobs as plans, so each is served. What goes wrong is written on the plan, and nothing is raised.
    """
    begun = _begin(office)
    if begun is None:
        return None
    try:
        _answer(office, begun, search)
    except TooLongError:
        _fail(office, begun.id, "took_too_long")
    except Exception:
        log.exception("Plan %s could not be worked out", begun.id)
        _fail(office, begun.id, "broke")
    return begun.id


def recover_plans(office: Office) -> int:
    """Plans whose worker died wait again, twice at most; returns how many there were."""
    with transaction(office.session_factory) as session:
        dead = route_plans.cut_off(session, before=office.clock() - DEAD_AFTER)
        for plan in dead:
            if plan.said.get("attempts", 1) >= MOST_ATTEMPTS:
                plan.state, plan.finished_at = PlanState.FAILED.value, office.clock()
                plan.said = {**plan.said, "codes": ["broke"]}
                continue
            plan.state, plan.progress, plan.started_at = PlanState.WAITING.value, 0, None
            jobs.enqueue(session, JobName.PLAN, plan_id=plan.id)
        return len(dead)


@dataclass(frozen=True)
class _Begun:
    """The question as this attempt took it."""

    id: int
    staff_id: int | None
    wanted: Wanted
    waiting: int


def _begin(office: Office) -> _Begun | None:
    with transaction(office.session_factory) as session:
        plan = route_plans.take_next(session)
        if plan is None:
            return None
        plan.state, plan.progress, plan.started_at = PlanState.WORKING.value, 0, office.clock()
        plan.said = {"attempts": plan.said.get("attempts", 0) + 1}
        session.flush()
        waiting = route_plans.waiting_count(session)
        return _Begun(plan.id, plan.asked_by_id, from_json(plan.asked), waiting)


def _answer(office: Office, begun: _Begun, search: Search) -> None:
    made, source = _gathered(office, begun)
    plan = search(made, budget_for(made, waiting=begun.waiting), _Telling(office, begun.id))
    try:
        _finish(office, begun, made, plan, source)
    except Conflict:  # Somebody planned the same at the same moment: what is left over is ours.
        _finish(office, begun, made, plan, source)


def _gathered(office: Office, begun: _Begun) -> tuple[Problem, TravelSource]:
    rules, at = office.rules, office.clock()
    _tell(office, begun.id, GATHERED)
    with transaction(office.session_factory) as session:
        found = targets(session, begun.wanted, rules=rules, at=at)
        source = ways(session, rules, office.settings, day=begun.wanted.day, unit_code=begun.wanted.unit_code)
        made = problem(begun.wanted, found, source, detour_minutes=rules.rounds.detour_minutes)
    _tell(office, begun.id, MEASURED)
    return made, source


def _finish(office: Office, begun: _Begun, made: Problem, plan: FleetPlan, source: TravelSource) -> None:
    at = office.clock()
    with transaction(office.session_factory) as session:
        row = session.get_one(RoutePlan, begun.id, with_for_update=True)
        if row.state != PlanState.WORKING.value:  # Somebody thought we were dead, and it is being done again.
            return
        origin = Origin(staff_id=begun.staff_id, plan_id=begun.id, at=at)
        lists = make_lists(session, made, plan, source, rules=office.rules, origin=origin)
        _write(row, made, plan, lists)
        row.state, row.progress, row.finished_at = PlanState.DONE.value, 100, at


def _write(row: RoutePlan, made: Problem, plan: FleetPlan, lists: Made) -> None:
    said: dict[str, Any] = answer_in_codes(made, plan, lists)
    row.said = {**row.said, **said}


def _fail(office: Office, plan_id: int, code: str) -> None:
    with transaction(office.session_factory) as session:
        row = session.get_one(RoutePlan, plan_id, with_for_update=True)
        if row.state == PlanState.WORKING.value:
            row.state, row.finished_at = PlanState.FAILED.value, office.clock()
            row.said = {**row.said, "codes": [code]}


def _tell(office: Office, plan_id: int, progress: int) -> None:
    with transaction(office.session_factory) as session:
        row = session.get_one(RoutePlan, plan_id, with_for_update=True)
        row.progress = max(row.progress, min(progress, 99))


class _Telling:
    """Writes down how far the search is, once a second at most and only when there is news."""

    def __init__(self, office: Office, plan_id: int) -> None:
        self._office, self._plan_id = office, plan_id
        self._told, self._at = MEASURED, time.monotonic()

    def __call__(self, share: float) -> None:
        reached = MEASURED + round((SEARCHED - MEASURED) * min(max(share, 0.0), 1.0))
        if reached > self._told and time.monotonic() - self._at >= TOLD_EVERY_SECONDS:
            self._told, self._at = reached, time.monotonic()
            _tell(self._office, self._plan_id, reached)
