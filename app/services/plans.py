"""Rounds through a unit's open reports: a planner asks, a worker answers with drafts, and drafts are released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.models import RouteList, Staff
from app.routing import Rules
from app.services.plan_asking import ask, check, may_plan
from app.services.plan_lists import Origin, make_lists
from app.services.plan_problem import problem, seconds_of_day
from app.services.plan_solving import solve_here
from app.services.plan_targets import targets
from app.services.plan_wanted import MOST_STOPS, ShiftWanted, Wanted, WindowWanted
from app.services.plan_working import recover_plans, work_out
from app.services.releasing import discard, discard_old, release, take_back
from app.services.ways import ways

if TYPE_CHECKING:
    from app.settings import Settings

__all__ = [
    "Round", "ShiftWanted", "Wanted", "WindowWanted", "ask", "discard", "discard_old", "may_plan", "plan",
    "plan_drafts", "recover_plans", "release", "take_back", "work_out",
]  # fmt: skip

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

    For short lists that somebody waits for. Raises Forbidden for a unit that is not the person's, and Invalid where
    nothing is left to drive to.
    """
    asked = wanted.wanted(rules=rules, at=at) if isinstance(wanted, Round) else wanted
    lists = plan_drafts(session, asked, rules=rules, by=by, at=at, settings=settings)
    for entry in [entry for stop in lists[0].stops for entry in stop.entries]:
        session.refresh(entry, ["report"])
    return release(session, lists[0], by=by, at=at)


def plan_drafts(
    session: Session, wanted: Wanted, *, rules: Rules, by: Staff, at: datetime, settings: Settings | None = None
) -> list[RouteList]:
    """Ask and solve in one, in this process: drafts that hold their reports. Raises as `plan` does."""
    check(wanted, rules=rules, by=by, at=at)
    found = targets(session, wanted, rules=rules, at=at)
    if not found:
        raise Invalid(_NOTHING)
    source = ways(session, rules, settings, day=wanted.day, unit_code=wanted.unit_code)
    made = problem(wanted, found, source, detour_minutes=rules.rounds.detour_minutes)
    origin = Origin(staff_id=by.id, plan_id=None, at=at)
    lists = make_lists(session, made, solve_here(made), source, rules=rules, origin=origin).lists
    if not lists:
        raise Invalid(_NOTHING)
    return list(lists)
