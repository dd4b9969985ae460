"""An answer becomes route lists: one for each crew that drives, as drafts that hold their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import N_, Conflict
from app.models import RouteList, Stop, StopReport
from app.planning.distance import Point
from app.planning.fleet import FleetPlan, Round, Shift, arrivals
from app.planning.travel import TravelSource
from app.queries import crews as crew_queries
from app.routing import Rules
from app.services.plan_problem import Problem, moment
from app.services.plan_targets import Target
from app.services.plan_wanted import ShiftWanted

Line = list[list[float]]


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Whose lists they are and of which plan."""

    staff_id: int | None
    plan_id: int | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Made:
    """The lists, and how many reports somebody else had taken or closed meanwhile."""

    lists: Sequence[RouteList]
    taken: int


def make_lists(
    session: Session, made: Problem, plan: FleetPlan, source: TravelSource, *, rules: Rules, origin: Origin
) -> Made:
    """Drafts of the rounds. Reports that are no longer free are left off, and the times are those without them."""
    wanted = {report.id for one in plan.rounds for visit in one.visits for report in made.targets[visit].reports}
    free = crew_queries.still_free(session, wanted, unit_code=made.wanted.unit_code)
    lists = []
    for number, one in enumerate(plan.rounds):
        order = [visit for visit in one.visits if any(report.id in free for report in made.targets[visit].reports)]
        if order:
            driven = arrivals(made.travel, made.visits, made.shifts[number], order)
            drawn = _Drawing(made, number, driven, source, rules)
            lists.append(drawn.route_list(free, origin))
    session.add_all(lists)
    try:
        session.flush()
    except IntegrityError as clash:
        raise Conflict(N_("Somebody else planned the same reports just now. Try again.")) from clash
    return Made(lists=lists, taken=len(wanted - free))


class _Drawing:
    """One round as rows: stops with times, legs and lines."""

    def __init__(self, made: Problem, number: int, driven: Round, source: TravelSource, rules: Rules) -> None:
        self._made, self._driven, self._rules = made, driven, rules
        self._wanted: ShiftWanted = made.wanted.shifts[number]
        self._shift: Shift = made.shifts[number]
        self._places = [self._shift.start, *(made.visits[visit].place for visit in driven.visits)]
        if self._shift.end is not None:
            self._places.append(self._shift.end)
        points = [made.points[place] for place in self._places]
        lines = source.lines(points, day=made.wanted.day, profile=self._wanted.profile)
        self._lines = [as_line(line) for line in lines]

    def route_list(self, free: set[int], origin: Origin) -> RouteList:
        """The list with its stops."""
        made = self._empty(origin)
        made.stops = [self._stop(place, free) for place in range(len(self._driven.visits))]
        if self._shift.end is not None:
            made.back_metres, made.back_seconds = self._leg(len(self._driven.visits))
            made.back_line = self._lines[-1]
        made.total_metres = sum(stop.leg_metres for stop in made.stops) + made.back_metres
        return made

    def _empty(self, origin: Origin) -> RouteList:
        asked, shift = self._made.wanted, self._wanted
        return RouteList(
            name=list_name(asked.name, shift.name, asked.day, alone=len(asked.shifts) == 1),
            unit_code=asked.unit_code,
            created_by_id=origin.staff_id,
            created_at=origin.at,
            category_codes=list(asked.category_codes),
            area=asked.area or None,
            start_lat=shift.start_lat,
            start_lon=shift.start_lon,
            start_name=shift.start_name or None,
            returns=shift.returns,
            end_lat=shift.end_lat,
            end_lon=shift.end_lon,
            end_name=shift.end_name or None,
            plan_id=origin.plan_id,
            crew_id=shift.crew_id,
            vehicle_id=shift.vehicle_id,
            day=asked.day,
            starts_at=self._at(shift.begins),
            ends_by=self._at(shift.ends) if shift.ends is not None else None,
            way_by=self._made.travel.by,
            back_metres=0.0,
            back_seconds=0.0,
        )

    def _stop(self, number: int, free: set[int]) -> Stop:
        visit = self._made.visits[self._driven.visits[number]]
        target = self._made.targets[self._driven.visits[number]]
        arrives = self._driven.arrivals[number]
        metres, seconds = self._leg(number)
        return Stop(
            sort_order=number + 1,
            lat=target.lat,
            lon=target.lon,
            leg_metres=metres,
            leg_seconds=seconds,
            leg_line=self._lines[number],
            arrives_at=self._at(arrives),
            service_seconds=visit.service,
            window_from=self._at(visit.window[0]) if visit.window else None,
            window_until=self._at(visit.window[1]) if visit.window else None,
            must=visit.must,
            needs_lift=visit.lift,
            fault_kind=target.kind,
            rank=target.rank,
            why=list(target.why),
            warning=self._warning(visit.place, late=_is_late(self._shift, visit.window, arrives)),
            asset_id=target.asset_id,
            entries=_entries(target, free),
        )

    def _leg(self, number: int) -> tuple[float, float]:
        here, there = self._places[number], self._places[number + 1]
        travel = self._made.travel
        return float(travel.metres[here, there]), float(travel.seconds[here, there])

    def _warning(self, place: int, *, late: bool) -> str | None:
        travel = self._made.travel
        if place in travel.unreachable:
            return "unreachable"
        return "late" if late else "off_road" if place in travel.off_road else None

    def _at(self, seconds: float) -> datetime:
        return moment(self._made.wanted.day, seconds, self._rules.timezone)


def as_line(line: Sequence[Point]) -> Line:
    """[[lon, lat], ...] of (lat, lon) points, to a tenth of a metre."""
    return [[round(lon, 6), round(lat, 6)] for lat, lon in line]


def list_name(asked: str, crew: str, day: date, *, alone: bool) -> str:
    """What the planner called it, and whose round it is; else the day."""
    parts = [part.strip() for part in (asked, crew if crew and not (alone and asked.strip()) else "") if part.strip()]
    return (" – ".join(parts) or day.strftime("%d.%m.%Y"))[:120]


def _entries(target: Target, free: set[int]) -> list[StopReport]:
    return [StopReport(report_id=report.id, active=True) for report in target.reports if report.id in free]


def _is_late(shift: Shift, window: tuple[int, int] | None, arrives: float) -> bool:
    return arrives > (window[1] if window else shift.ends)
