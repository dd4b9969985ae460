"""What every change of a round rests on: stops are taken off, and their reports are what they were before."""

from __future__ import annotations

from datetime import datetime

from app.errors import N_, Conflict
from app.models import Actor, ReportStatus, RouteList, Staff, Stop
from app.planning.distance import metres


def take_off(stop: Stop, *, by: Staff, at: datetime) -> None:
    """Not on this round: the stop's reports are again what they were before."""
    if stop.completed_at is not None:
        raise Conflict(N_("This stop is already ticked off."))
    for entry in stop.entries:
        if entry.active and entry.report.status == ReportStatus.SCHEDULED:
            entry.report.unschedule(actor=Actor.of(by), at=at, route_list_id=stop.route_list_id)
    release(stop)


def measure(route_list: RouteList) -> None:
    """Number the stops anew and measure the legs between them, as the crow flies."""
    here = (route_list.start_lat, route_list.start_lon)
    for number, stop in enumerate(route_list.stops, start=1):
        stop.sort_order, stop.leg_metres = number, metres(here, (stop.lat, stop.lon))
        here = (stop.lat, stop.lon)
    route_list.back_metres = metres(here, (route_list.start_lat, route_list.start_lon)) if route_list.returns else 0.0
    route_list.total_metres = sum(stop.leg_metres for stop in route_list.stops) + route_list.back_metres


def release(stop: Stop) -> None:
    """Nothing on this stop is held by its list any more."""
    for entry in stop.entries:
        entry.active = False
