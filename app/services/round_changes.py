"""Changes of a planned round: stops taken off, put in another order, given to others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import N_, Conflict
from app.models import Actor, ReportStatus, RouteList, Staff, Stop
from app.planning.distance import metres


def take_off(stop: Stop, *, by: Staff, at: datetime) -> None:
    """Not on this round: the stop's reports are again what they were before."""
    if stop.completed_at is not None:
        raise Conflict(N_("This stop is already ticked off."))
    for entry in stop.entries:
        if entry.report.status == ReportStatus.SCHEDULED:
            entry.report.unschedule(actor=Actor.of(by), at=at, route_list_id=stop.route_list_id)
    release(stop)


def remove_stop(session: Session, stop: Stop, *, by: Staff, at: datetime) -> None:
    """Take a stop off and drive past it: the legs around it become one."""
    take_off(stop, by=by, at=at)
    route_list = stop.route_list
    session.delete(stop)
    session.flush()  # The legs are measured over the stops that are left.
    session.refresh(route_list, ["stops"])
    measure(route_list)


def measure(route_list: RouteList) -> None:
    """Number the stops anew and measure the legs between them."""
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
