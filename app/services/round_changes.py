"""What every change of a round rests on: stops are taken off, and their reports are what they were before."""

from __future__ import annotations

from datetime import datetime

from app.errors import N_, Conflict
from app.models import Actor, ReportStatus, Staff, Stop


def take_off(stop: Stop, *, by: Staff, at: datetime) -> None:
    """Not on this round: the stop's reports are again what they were before."""
    if stop.completed_at is not None:
        raise Conflict(N_("This stop is already ticked off."))
    for entry in stop.entries:
        if entry.active and entry.report.status == ReportStatus.SCHEDULED:
            entry.report.unschedule(actor=Actor.of(by), at=at, route_list_id=stop.route_list_id)
    release(stop)


def release(stop: Stop) -> None:
    """Nothing on this stop is held by its list any more."""
    for entry in stop.entries:
        entry.active = False
