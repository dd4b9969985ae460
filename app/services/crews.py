"""Route lists: a crew's day from the unit's open reports, ticked off stop by stop."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from app.errors import N_, Conflict, Forbidden, Invalid
from app.models import (
    Actor,
    NotificationKind,
    Photo,
    Report,
    ReportStatus,
    RouteList,
    Staff,
    Stop,
    StopOutcome,
    StopReport,
    UpdateKind,
)
from app.planning.distance import matrix, metres
from app.planning.order import order
from app.planning.stops import gather
from app.queries import crews as crew_queries
from app.routing import Rules, areas_at
from app.services import notifying

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
    route_list = _empty_list(wanted, by=by, at=at)
    _fill(route_list, _gather(reports)[: wanted.most_stops])
    session.add(route_list)
    session.flush()  # History names the list by its id.
    for stop in route_list.stops:
        for entry in stop.entries:
            scheduled = entry.report.schedule(actor=Actor.of(by), at=at, route_list_id=route_list.id)
            notifying.notify(session, entry.report, scheduled, kind=NotificationKind.STATUS, at=at)
    return route_list


def complete_stop(
    session: Session,
    stop: Stop,
    *,
    outcome: StopOutcome,
    by: Staff,
    at: datetime,
    key: str,
    words: str = "",
    photo_ids: Sequence[uuid.UUID] = (),
    show: bool = False,
) -> Stop:
    """Tick a stop off: its reports are fixed, or go back to the unit when nothing was found.

    `key` is the tap's own; the same tap sent again changes nothing. `show` lets everybody see the crew's words and
    photos. Expects the stop as `crew_queries.stop_for` gives it.
    """
    if stop.completed_at is not None:
        if stop.completion_key == key:
            return stop
        raise Conflict(N_("This stop is already ticked off."))
    if not stop.route_list.is_open:
        raise Conflict(N_("The route list is already closed."))
    stop.outcome, stop.completed_at, stop.completed_by_id = outcome.value, at, by.id
    stop.completion_key, stop.note = key, words.strip() or None
    for entry in stop.entries:
        if entry.report.status == ReportStatus.SCHEDULED:  # The desk may have closed it while the crew drove.
            _finish(session, entry.report, stop, by=by, at=at, words=words, show=show)
    _keep_photos(session, stop, photo_ids, show=show)
    _release(stop)
    return stop


def take_off(stop: Stop, *, by: Staff, at: datetime) -> None:
    """Not on this round: the stop's reports are again what they were before."""
    if stop.completed_at is not None:
        raise Conflict(N_("This stop is already ticked off."))
    for entry in stop.entries:
        if entry.report.status == ReportStatus.SCHEDULED:
            entry.report.unschedule(actor=Actor.of(by), at=at, route_list_id=stop.route_list_id)
    _release(stop)


def remove_stop(session: Session, stop: Stop, *, by: Staff, at: datetime) -> None:
    """Take a stop off and drive past it: the legs around it become one."""
    take_off(stop, by=by, at=at)
    route_list = stop.route_list
    session.delete(stop)
    session.flush()  # The legs are measured over the stops that are left.
    session.refresh(route_list, ["stops"])
    _measure(route_list)


def hold_stop(session: Session, report_id: int) -> Stop | None:
    """The stop that a crew still has to drive to for this report, locked, with all its reports; None if there is none.

    To be asked for before the report itself is locked: `complete_stop` takes them in that order.
    """
    query = (
        select(Stop)
        .join(Stop.entries)
        .where(StopReport.report_id == report_id, StopReport.active, Stop.completed_at.is_(None))
        .options(selectinload(Stop.entries).joinedload(StopReport.report))
        .with_for_update(of=Stop)
    )
    return session.scalars(query).unique().first()


def leave_stop(stop: Stop, *, report_id: int, at: datetime) -> None:
    """A report is closed while a crew drives. Where nothing else is to be mended at its stop, nobody goes there.

    The stop stays on the list, with the reason, so that the numbers on paper and in the cab stay the same.
    """
    for entry in stop.entries:
        if entry.report_id == report_id:
            entry.active = False
    if not any(entry.active and entry.report.status == ReportStatus.SCHEDULED for entry in stop.entries):
        stop.completed_at = at


def close(route_list: RouteList, *, by: Staff, at: datetime) -> None:
    """End of the day: what was not done goes back to the unit."""
    route_list.close(at=at)
    for stop in route_list.stops:
        if stop.completed_at is None:
            take_off(stop, by=by, at=at)


def _empty_list(wanted: Round, *, by: Staff, at: datetime) -> RouteList:
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
    _measure(route_list)


def _measure(route_list: RouteList) -> None:
    """Number the stops anew and measure the legs between them."""
    here = (route_list.start_lat, route_list.start_lon)
    for number, stop in enumerate(route_list.stops, start=1):
        stop.sort_order, stop.leg_metres = number, metres(here, (stop.lat, stop.lon))
        here = (stop.lat, stop.lon)
    route_list.back_metres = metres(here, (route_list.start_lat, route_list.start_lon)) if route_list.returns else 0.0
    route_list.total_metres = sum(stop.leg_metres for stop in route_list.stops) + route_list.back_metres


def _finish(session: Session, report: Report, stop: Stop, *, by: Staff, at: datetime, words: str, show: bool) -> None:
    actor = Actor.of(by)
    if stop.outcome == StopOutcome.DONE:
        fixed = report.fix(actor=actor, at=at, words=words or None, words_public=show)
        notifying.notify(session, report, fixed, kind=NotificationKind.STATUS, at=at)
        return
    report.unschedule(actor=actor, at=at, route_list_id=stop.route_list_id)
    report.record(UpdateKind.NOT_FOUND, actor=actor, at=at)
    if words.strip():
        report.note(actor=actor, at=at, words=words, public=False)


def _keep_photos(session: Session, stop: Stop, photo_ids: Sequence[uuid.UUID], *, show: bool) -> None:
    """The crew's photos belong to the stop and to its first report."""
    report_id = stop.entries[0].report_id if stop.entries else None
    free = (Photo.report_id.is_(None), Photo.stop_id.is_(None))
    for place, photo_id in enumerate(photo_ids):
        session.execute(
            update(Photo)
            .where(Photo.id == photo_id, *free)
            .values(stop_id=stop.id, report_id=report_id, by_crew=True, public=show, sort_order=100 + place)
        )


def _release(stop: Stop) -> None:
    for entry in stop.entries:
        entry.active = False
