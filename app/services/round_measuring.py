"""The ways and times of a round as it is ordered now: measured anew after every change of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from sqlalchemy.orm.attributes import flag_modified

from app.planning.fleet import Shift, Visit, arrivals
from app.planning.travel import UNREACHABLE_SECONDS, StraightWays, Travel, TravelSource

if TYPE_CHECKING:
    from app.models import Report, RouteList, Staff, Stop
    from app.planning.distance import Point
    from app.queries.rounds import Round
    from app.routing import Rules

# No shift is longer; where a list has no end, nothing is too late for it.
NO_END = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Who changes a round, when, and what the times rest on. Reporters' mails wait `undo_seconds`."""

    staff: Staff
    rules: Rules
    ways: TravelSource
    at: datetime
    undo_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """What is still to be driven, as a planner's sum. Visit i is stop i of `stops`, its place i + 1; times in seconds
    after `midnight`.
    """

    stops: tuple[Stop, ...]
    points: tuple[Point, ...]
    travel: Travel
    visits: tuple[Visit, ...]
    shift: Shift
    midnight: datetime
    profile: Literal["car", "lorry"]


def course(
    driven: Round,
    planner: Planner,
    *,
    extra: Sequence[Stop] = (),
    leaves_from: Point | None = None,
    leaves_at: datetime | None = None,
) -> Course:
    """What is left of a round, and stops that may be added to it as the last visits; from elsewhere, if it is said."""
    route_list = driven.route_list
    stops = (*driven.left, *extra)
    here, leaves = set_off(driven)
    here, leaves = leaves_from or here, leaves_at or leaves
    end = end_of(route_list)
    points = (here, *((stop.lat, stop.lon) for stop in stops), *([end] if end else []))
    profile: Literal["car", "lorry"] = (
        "lorry" if route_list.vehicle is not None and route_list.vehicle.profile == "lorry" else "car"
    )
    midnight = datetime.combine(route_list.day, time(), tzinfo=planner.rules.timezone)
    begins = _after(midnight, leaves)
    return Course(
        stops=stops,
        points=points,
        travel=_bridged(planner.ways.between(points, day=route_list.day, profile=profile), points, route_list.day),
        visits=tuple(_visit(stop, number, midnight) for number, stop in enumerate(stops, start=1)),
        shift=Shift(
            start=0,
            end=len(points) - 1 if end else None,
            begins=begins,
            ends=_after(midnight, route_list.ends_by) if route_list.ends_by else begins + NO_END,
            lift=has_lift(route_list),
        ),
        midnight=midnight,
        profile=profile,
    )


def measure(driven: Round, order: Sequence[Stop], planner: Planner) -> None:
    """Number the stops: what is past, then what is left in this order. Legs, lines and times are those of now."""
    for number, stop in enumerate([*driven.past, *order], start=1):
        stop.sort_order = number
    found = course(driven, planner)
    way = arrivals(found.travel, found.visits, found.shift, range(len(found.stops)))
    lines = _lines(found, planner, driven)
    late = set(way.late)
    for index, stop in enumerate(found.stops):
        stop.leg_metres = float(found.travel.metres[index, index + 1])
        stop.leg_seconds = float(found.travel.seconds[index, index + 1])
        stop.leg_line = lines[index]
        stop.arrives_at = found.midnight + timedelta(seconds=way.arrivals[index])
        over = way.arrivals[index] + way.waits[index] + stop.service_seconds > found.shift.ends
        stop.warning = _warning(found.travel, index + 1, late=index in late or over)
    _close_the_circle(driven.route_list, found, lines)
    driven.route_list.total_metres = sum(stop.leg_metres for stop in driven.stops) + driven.route_list.back_metres
    driven.route_list.way_by = found.travel.by
    flag_modified(driven.route_list, "total_metres")  # Whoever looked before must see that something changed.


def set_off(driven: Round) -> tuple[Point, datetime]:
    """From where and when the rest is driven: the stop ticked off last, before that the start."""
    route_list = driven.route_list
    done = [stop for stop in driven.past if stop.outcome is not None]
    last = done[-1].completed_at if done else None
    if last is None or last < route_list.starts_at:
        return (route_list.start_lat, route_list.start_lon), route_list.starts_at
    return (done[-1].lat, done[-1].lon), last


def end_of(route_list: RouteList) -> Point | None:
    """Where the round ends; None: at the last stop."""
    if route_list.returns:
        return route_list.start_lat, route_list.start_lon
    if route_list.end_lat is None or route_list.end_lon is None:
        return None
    return route_list.end_lat, route_list.end_lon


def ends_at(driven: Round) -> datetime:
    """When the crew is back, or done at the last stop."""
    left, back = driven.left, timedelta(seconds=driven.route_list.back_seconds)
    done = leaves_at(left[-1]) if left else None
    if done is not None:
        return done + back
    seconds = sum(stop.leg_seconds + stop.service_seconds for stop in left)
    return set_off(driven)[1] + timedelta(seconds=seconds) + back


def leaves_at(stop: Stop) -> datetime | None:
    """When the crew is done there, having waited for its window; None where no times are known."""
    if stop.arrives_at is None:
        return None
    return max(stop.arrives_at, stop.window_from or stop.arrives_at) + timedelta(seconds=stop.service_seconds)


def has_lift(route_list: RouteList) -> bool:
    """Whether its vehicle lifts people to lamps on that day; where none is named, the planner knows."""
    return route_list.vehicle is None or route_list.vehicle.lifts_on(route_list.day)


def service_seconds(rules: Rules, reports: Sequence[Report]) -> int:
    """Work at a stop with these reports: what the longest of them takes."""
    return max((60 * rules.rounds.service_minutes(report.category_code) for report in reports), default=0)


def _visit(stop: Stop, place: int, midnight: datetime) -> Visit:
    window = None
    if stop.window_from is not None or stop.window_until is not None:
        opens = _after(midnight, stop.window_from) if stop.window_from else 0
        window = opens, _after(midnight, stop.window_until) if stop.window_until else NO_END
    return Visit(place=place, service=stop.service_seconds, must=stop.must, window=window, lift=stop.needs_lift)


def _after(midnight: datetime, moment: datetime) -> int:
    return round((moment - midnight).total_seconds())


def _bridged(travel: Travel, points: Sequence[Point], day: date) -> Travel:
    """Times to an island without a bridge are those of a straight line: ten days to it would hide all the others."""
    over = travel.seconds >= UNREACHABLE_SECONDS
    if not over.any():
        return travel
    straight = StraightWays().between(points, day=day)
    return replace(
        travel,
        seconds=np.where(over, straight.seconds, travel.seconds),
        metres=np.where(over, straight.metres, travel.metres),
    )


def _lines(found: Course, planner: Planner, driven: Round) -> list[list[list[float]] | None]:
    """The way of each leg as GeoJSON writes it, the last one back; None where it is a straight line."""
    if found.travel.by == "straight":
        return [None] * len(found.points)
    lines = planner.ways.lines(found.points, day=driven.route_list.day, profile=found.profile)
    written = [[[round(lon, 6), round(lat, 6)] for lat, lon in line] for line in lines]
    return [*written, *[None] * (len(found.points) - len(written))]


def _warning(travel: Travel, place: int, *, late: bool) -> str | None:
    if place in travel.unreachable:
        return "unreachable"
    if place in travel.off_road:
        return "off_road"
    return "late" if late else None


def _close_the_circle(route_list: RouteList, found: Course, lines: list[list[list[float]] | None]) -> None:
    end, last = found.shift.end, len(found.stops)
    route_list.back_metres = float(found.travel.metres[last, end]) if end is not None else 0.0
    route_list.back_seconds = float(found.travel.seconds[last, end]) if end is not None else 0.0
    route_list.back_line = lines[last] if end is not None else None
