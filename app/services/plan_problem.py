"""A planner's question in the solver's words: places, ways between them, visits and shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.planning.distance import Point
from app.planning.fleet import FleetPlan, Round, Shift, Visit
from app.planning.order import nearest_neighbour
from app.planning.travel import Profile, Travel, TravelSource
from app.services.plan_targets import Target
from app.services.plan_wanted import NO_END, ShiftWanted, Wanted, WindowWanted

# Solvers add costs up; what is left out must hurt more than any way to it, and the best ranks the most.
_OF_RANK = {1: 4.0, 2: 3.0, 3: 2.0}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`visits[i]` is `targets[i]`; its place in `points` comes after those of the shifts. Seconds after midnight."""

    wanted: Wanted
    targets: Sequence[Target]
    points: Sequence[Point]
    travel: Travel
    visits: Sequence[Visit]
    shifts: Sequence[Shift]
    detour: int


def problem(wanted: Wanted, targets: Sequence[Target], source: TravelSource, *, detour_minutes: int) -> Problem:
    """Starts and ends first, then the targets; the ways are those of the day and of the heaviest vehicle."""
    points: list[Point] = []
    shifts = [_shift(shift, points) for shift in wanted.shifts]
    base = len(points)
    points.extend((target.lat, target.lon) for target in targets)
    profile: Profile = "lorry" if any(shift.profile == "lorry" for shift in wanted.shifts) else "car"
    minutes = detour_minutes if wanted.detour_minutes is None else wanted.detour_minutes
    return Problem(
        wanted=wanted,
        targets=targets,
        points=points,
        travel=source.between(points, day=wanted.day, profile=profile),
        visits=[_visit(target, base + number, wanted.windows) for number, target in enumerate(targets)],
        shifts=shifts,
        detour=60 * minutes,
    )


def _shift(shift: ShiftWanted, points: list[Point]) -> Shift:
    return Shift(
        start=_place(points, shift.start),
        end=_place(points, shift.end) if shift.end else None,
        begins=shift.begins,
        ends=shift.begins + NO_END if shift.ends is None else shift.ends,
        lift=shift.lift,
        stock=shift.stock,
    )


def _place(points: list[Point], point: Point) -> int:
    """Crews that start at one depot share its place."""
    if point not in points:
        points.append(point)
    return points.index(point)


def _visit(target: Target, place: int, windows: Sequence[WindowWanted]) -> Visit:
    return Visit(
        place=place,
        service=target.service,
        must=target.must,
        weight=max(target.weight, 1.0) * _OF_RANK.get(target.rank or 0, 1.0),
        window=_window(target, windows),
        lift=target.lift,
        needs=target.needs,
    )


def _window(target: Target, windows: Sequence[WindowWanted]) -> tuple[int, int] | None:
    """What holds for all of its categories at once; where two leave nothing over, the narrower day wins nothing."""
    fitting = [window for window in windows if window.category_code in {"", *target.categories}]
    if not fitting:
        return None
    return max(window.opens for window in fitting), min(window.closes for window in fitting)


def moment(day: date, seconds: float, timezone: ZoneInfo) -> datetime:
    """Seconds after midnight on the clock on the wall, as UTC knows them."""
    return (datetime.combine(day, time(), timezone) + timedelta(seconds=seconds)).astimezone(ZoneInfo("UTC"))


def seconds_of_day(at: time) -> int:
    """Seconds after midnight."""
    return at.hour * 3600 + at.minute * 60 + at.second


def compared(made: Problem, plan: FleetPlan) -> Mapping[str, float]:
    """Kilometres of the same stops in other orders, in metres: always on to the nearest, and as the reports came in."""
    nearest = sum(_metres(made, shift, _nearest(made, shift, one)) for shift, one in _driven(made, plan))
    arrival = sum(_metres(made, shift, _as_they_came(made, one)) for shift, one in _driven(made, plan))
    return {"nearest_metres": nearest, "arrival_metres": arrival}


def _driven(made: Problem, plan: FleetPlan) -> list[tuple[Shift, Round]]:
    return [(shift, one) for shift, one in zip(made.shifts, plan.rounds, strict=True) if one.visits]


def _nearest(made: Problem, shift: Shift, one: Round) -> list[int]:
    places = [shift.start, *(made.visits[visit].place for visit in one.visits)]
    matrix = made.travel.metres[places][:, places].tolist()
    order = nearest_neighbour(matrix, closed=shift.end is not None)
    return [places[here] for here in order.sequence[1:]]


def _as_they_came(made: Problem, one: Round) -> list[int]:
    return [made.visits[visit].place for visit in sorted(one.visits, key=lambda visit: made.targets[visit].since)]


def _metres(made: Problem, shift: Shift, places: Sequence[int]) -> float:
    way = [shift.start, *places, *([shift.end] if shift.end is not None else [])]
    return float(made.travel.metres[way[:-1], way[1:]].sum())
