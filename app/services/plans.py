"""Rounds through a unit's open reports: what a planner asks for becomes route lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import N_, Forbidden, Invalid
from app.models import Actor, NotificationKind, Report, RouteList, Staff, Stop, StopReport
from app.planning.distance import matrix
from app.planning.order import order
from app.planning.stops import gather
from app.queries import crews as crew_queries
from app.routing import Rules, areas_at
from app.services import notifying
from app.services.round_changes import measure

# Reports this near each other, in metres, are one stop.
STOP_RADIUS = 30.0
SEARCH_SECONDS = 0.6


@dataclass(frozen=True, kw_only=True)
class Round:
    """What a crew asks for. Degrees WGS84; no categories means all of them, no area means everywhere."""

    unit_code: str
    start_lat: float
    start_lon: float
    start_name: str = ""
    name: str = ""
    category_codes: tuple[str, ...] = ()
    area: str = ""
    returns: bool = True
    most_stops: int = 200


def plan(session: Session, wanted: Round, *, rules: Rules, by: Staff, at: datetime) -> RouteList:
    """The unit's open reports as an ordered list; each of them becomes scheduled.

    Raises Forbidden for a unit that is not the person's, and Invalid where nothing is left to drive to.
    """
    if not (by.sees_all or wanted.unit_code in by.unit_codes):
        raise Forbidden(N_("You can make route lists for your own unit only."))
    reports = [
        report
        for report in crew_queries.plannable(
            session, unit_code=wanted.unit_code, category_codes=wanted.category_codes, lock=True
        )
        if not wanted.area or wanted.area in areas_at(rules, report.lat, report.lon)
    ]
    if not reports:
        raise Invalid(N_("There is nothing to drive to. Choose more categories or a larger area."))
    route_list = _empty_list(wanted, rules=rules, by=by, at=at)
    _fill(route_list, _gather(reports)[: wanted.most_stops])
    session.add(route_list)
    session.flush()  # History names the list by its id.
    for stop in route_list.stops:
        for entry in stop.entries:
            scheduled = entry.report.schedule(
                actor=Actor.of(by), at=at, route_list_id=route_list.id, day=route_list.day
            )
            notifying.notify(session, entry.report, scheduled, kind=NotificationKind.STATUS, at=at)
    return route_list


def _empty_list(wanted: Round, *, rules: Rules, by: Staff, at: datetime) -> RouteList:
    return RouteList(
        name=wanted.name.strip()[:120] or at.strftime("%d.%m.%Y"),
        unit_code=wanted.unit_code,
        created_by_id=by.id,
        created_at=at,
        category_codes=list(wanted.category_codes),
        area=wanted.area or None,
        start_lat=wanted.start_lat,
        start_lon=wanted.start_lon,
        start_name=wanted.start_name.strip()[:120] or None,
        returns=wanted.returns,
        day=at.astimezone(rules.timezone).date(),
        starts_at=at,
        released_at=at,
    )


def _gather(reports: Sequence[Report]) -> list[list[Report]]:
    groups = gather([(report.lat or 0.0, report.lon or 0.0) for report in reports], radius=STOP_RADIUS)
    return [[reports[index] for index in group] for group in groups]


def _fill(route_list: RouteList, groups: Sequence[Sequence[Report]]) -> None:
    """Stops in driving order, with their legs. Place 0 of the matrix is the start."""
    places = [
        (route_list.start_lat, route_list.start_lon),
        *((group[0].lat or 0.0, group[0].lon or 0.0) for group in groups),
    ]
    way = order(matrix(places), start=0, closed=route_list.returns, budget=SEARCH_SECONDS).sequence
    for number, here in enumerate(way[1:], start=1):
        entries = [StopReport(report=report, active=True) for report in groups[here - 1]]
        lat, lon = places[here]
        route_list.stops.append(Stop(sort_order=number, lat=lat, lon=lon, leg_metres=0.0, entries=entries))
    measure(route_list)
