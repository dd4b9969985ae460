"""Plans that are worked out, or wait to be: whose turn it is, and who stands before whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, selectinload

from app.errors import N_, NotFound
from app.models import PlanState, Report, RouteList, RoutePlan, Staff, Stop, StopReport

# A planner's plans are served in turns: see `next_turn`. What was asked first within a turn comes first.
TURN: ColumnElement[int] = RoutePlan.asked["turn"].as_integer()
_WAITING = RoutePlan.state == PlanState.WAITING.value
_WORKING = RoutePlan.state == PlanState.WORKING.value
UNFINISHED = (PlanState.WAITING.value, PlanState.WORKING.value)


def plans_of(staff: Staff) -> ColumnElement[bool]:
    """The plans that a person may look at: their units' ones, for desk and administrators all."""
    return true() if staff.sees_all else RoutePlan.unit_code.in_(staff.unit_codes)


def plan_for(session: Session, staff: Staff, plan_id: int) -> RoutePlan:
    """The plan; raises NotFound where it is not the person's."""
    found = session.scalar(select(RoutePlan).where(RoutePlan.id == plan_id, plans_of(staff)))
    if found is None:
        raise NotFound(N_("There is no such plan, or it is not your unit's."))
    return found


def next_turn(session: Session, staff_id: int) -> int:
    """The turn of a planner's next plan: that of whoever is served now, but after the planner's own last one.

    So whoever asks for ten plans at once has one of them in each turn, and others come in between.
    """
    served = select(func.max(TURN)).where(RoutePlan.state != PlanState.WAITING.value)
    own = select(func.max(TURN) + 1).where(RoutePlan.asked_by_id == staff_id)
    return int(session.scalar(select(func.greatest(served.scalar_subquery(), own.scalar_subquery(), 0))) or 0)


def unfinished_of(session: Session, staff_id: int) -> int:
    """How many plans a planner has in the queue."""
    query = select(func.count()).where(RoutePlan.asked_by_id == staff_id, RoutePlan.state.in_(UNFINISHED))
    return session.scalar(query) or 0


def take_next(session: Session) -> RoutePlan | None:
    """The waiting plan whose turn it is, held; two workers never take the same one."""
    query = select(RoutePlan).where(_WAITING).order_by(TURN, RoutePlan.asked_at, RoutePlan.id).limit(1)
    return session.scalar(query.with_for_update(skip_locked=True))


def ahead_of(session: Session, plan: RoutePlan) -> int:
    """How many plans are worked out before this one: those at work, and those that are sooner in turn."""
    mine = (int(plan.asked.get("turn", 0)), plan.asked_at, plan.id)
    sooner = tuple_(TURN, RoutePlan.asked_at, RoutePlan.id) < mine
    query = select(func.count()).where(RoutePlan.id != plan.id, or_(_WORKING, and_(_WAITING, sooner)))
    return session.scalar(query) or 0


def waiting_count(session: Session) -> int:
    """How many plans wait."""
    return session.scalar(select(func.count()).where(_WAITING)) or 0


def cut_off(session: Session, *, before: datetime) -> Sequence[RoutePlan]:
    """Plans whose working out began so long ago that nobody can still be at it."""
    query = select(RoutePlan).where(_WORKING, RoutePlan.started_at < before).limit(100)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def lists_of_plan(session: Session, plan: RoutePlan, *, lock: bool = False) -> Sequence[RouteList]:
    """The route lists that came of a plan, with stops, reports and reporters, in the order of the crews asked for."""
    stops = selectinload(RouteList.stops).selectinload(Stop.entries).joinedload(StopReport.report)
    query = select(RouteList).where(RouteList.plan_id == plan.id).order_by(RouteList.id)
    loaded = query.options(stops.joinedload(Report.reporter))
    return session.scalars(loaded.with_for_update(of=RouteList) if lock else loaded).all()
