"""Rounds through a unit's open reports: a planner asks, a worker answers with drafts, and drafts are released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.models import PlanState, RouteList, RoutePlan, Staff
from app.routing import Rules
from app.services.plan_answer import answer_in_codes
from app.services.plan_asking import ask, check, may_plan
from app.services.plan_lists import Origin, make_lists
from app.services.plan_problem import Problem, problem, seconds_of_day
from app.services.plan_solving import solve_here
from app.services.plan_targets import targets
from app.services.plan_wanted import MOST_STOPS, ShiftWanted, Wanted, WindowWanted, to_json
from app.services.plan_working import recover_plans, work_out
from app.services.releasing import discard, discard_old, release, release_together, take_back
from app.services.round_measuring import leaves_at
from app.services.ways import ways

if TYPE_CHECKING:
    from app.planning.travel import TravelSource
    from app.settings import Settings

__all__ = [
    "Round", "ShiftWanted", "Wanted", "WindowWanted", "ask", "discard", "discard_old", "may_plan", "plan",
    "plan_drafts", "plan_here", "recover_plans", "release", "release_together",
    "take_back", "work_out",
]  # fmt: skip

# A round beyond any of these is no day's work: somebody has to look at it before people are told of it.
LONGEST, FIRST_LEG_METRES, MOST_AT_ONCE = timedelta(hours=12), 60_000, 60
TOO_LONG = N_("The round is too long for one day. It is a draft: take stops off it, or send it out all the same.")
_NOTHING = N_("There is nothing to drive to. Choose more categories or a larger area.")


@dataclass(frozen=True, kw_only=True)
class Round:
    """Just one round from one place, now. Degrees WGS84; no categories means all of them, no area means everywhere."""

    unit_code: str
    start_lat: float
    start_lon: float
    start_name: str = ""
    name: str = ""
    category_codes: tuple[str, ...] = ()
    area: str = ""
    returns: bool = True
    most_stops: int = MOST_STOPS

    def wanted(self, *, rules: Rules, at: datetime) -> Wanted:
        """The same as a planner asks for it: today, one shift from now on until all is done."""
        local = at.astimezone(rules.timezone)
        shift = ShiftWanted(
            start_lat=self.start_lat,
            start_lon=self.start_lon,
            start_name=self.start_name.strip()[:120],
            returns=self.returns,
            begins=seconds_of_day(local.time()),
        )
        return Wanted(
            unit_code=self.unit_code,
            day=local.date(),
            shifts=(shift,),
            name=self.name.strip()[:120],
            category_codes=self.category_codes,
            area=self.area,
            most_stops=self.most_stops,
        )


def plan(
    session: Session, wanted: Round | Wanted, *, rules: Rules, by: Staff, at: datetime, settings: Settings | None = None
) -> RouteList:
    """Ask, solve and release in one: the unit's open reports as an ordered list; each of them becomes scheduled.

    For short lists that somebody waits for; one that is too long for a day stays a draft. Raises Forbidden for a unit
    that is not the person's, and Invalid where nothing is left to drive to.
    """
    asked = wanted.wanted(rules=rules, at=at) if isinstance(wanted, Round) else wanted
    draft = plan_drafts(session, asked, rules=rules, by=by, at=at, settings=settings)[0]
    if is_too_long(draft, zone=rules.timezone):
        return draft
    for entry in [entry for stop in draft.stops for entry in stop.entries]:
        session.refresh(entry, ["report"])
    return release(session, draft, by=by, at=at, undo_seconds=settings.undo_seconds if settings else 0)


def is_too_long(route_list: RouteList, *, zone: tzinfo) -> bool:
    """Whether no crew drives it in a day: over 12 hours or past midnight, 60 km to its first stop, over 60 stops."""
    stops = route_list.stops
    if len(stops) > MOST_AT_ONCE or any(stop.leg_metres > FIRST_LEG_METRES for stop in stops[:1]):
        return True
    begins, ends = route_list.starts_at, round_ends_at(route_list)
    return ends - begins > LONGEST or ends.astimezone(zone).date() != begins.astimezone(zone).date()


def round_ends_at(route_list: RouteList) -> datetime:
    """When the crew is back from a round that nobody has begun, or done at its last stop."""
    back = timedelta(seconds=route_list.back_seconds)
    last = route_list.stops[-1] if route_list.stops else None
    done = leaves_at(last) if last is not None else None
    if done is not None:
        return done + back
    seconds = sum(stop.leg_seconds + stop.service_seconds for stop in route_list.stops)
    return route_list.starts_at + timedelta(seconds=seconds) + back


def plan_here(
    session: Session, wanted: Wanted, *, rules: Rules, by: Staff, at: datetime, settings: Settings | None = None
) -> RoutePlan:
    """Ask and solve in one, in this process, with the plan's own page: what a worker would have answered."""
    check(wanted, rules=rules, by=by, at=at)
    asked = to_json(wanted) | {"turn": 0}
    row = RoutePlan(unit_code=wanted.unit_code, asked_by_id=by.id, asked_at=at, day=wanted.day, asked=asked)
    session.add(row)
    session.flush()  # The lists name their plan.
    made, source = _problem(session, wanted, rules=rules, at=at, settings=settings)
    plan = solve_here(made)
    lists = make_lists(session, made, plan, source, rules=rules, origin=Origin(staff_id=by.id, plan_id=row.id, at=at))
    row.said = answer_in_codes(made, plan, lists)
    row.state, row.progress, row.started_at, row.finished_at = PlanState.DONE.value, 100, at, at
    return row


def plan_drafts(
    session: Session, wanted: Wanted, *, rules: Rules, by: Staff, at: datetime, settings: Settings | None = None
) -> list[RouteList]:
    """Ask and solve in one, in this process: drafts that hold their reports. Raises as `plan` does."""
    check(wanted, rules=rules, by=by, at=at)
    made, source = _problem(session, wanted, rules=rules, at=at, settings=settings)
    if not made.targets:
        raise Invalid(_NOTHING)
    origin = Origin(staff_id=by.id, plan_id=None, at=at)
    lists = make_lists(session, made, solve_here(made), source, rules=rules, origin=origin).lists
    if not lists:
        raise Invalid(_NOTHING)
    return list(lists)


def _problem(
    session: Session, wanted: Wanted, *, rules: Rules, at: datetime, settings: Settings | None
) -> tuple[Problem, TravelSource]:
    found = targets(session, wanted, rules=rules, at=at)
    source = ways(session, rules, settings, day=wanted.day, unit_code=wanted.unit_code)
    return problem(wanted, found, source, detour_minutes=rules.rounds.detour_minutes), source
