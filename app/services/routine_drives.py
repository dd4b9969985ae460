"""Reports that lie on a fixed round go along with its next drive: the crew gets them as a list in driving order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid
from app.models import DriveState, RouteList, RoutineRound, Staff, Stop, StopReport
from app.planning.stops import gather
from app.queries.routine import Along, lines_of, reports_along
from app.services import releasing
from app.services.round_changes import measure
from app.services.routine import hold_drive

if TYPE_CHECKING:
    from app.routing import Rules

STOP_RADIUS = 30.0


def take_along(
    session: Session, one: RoutineRound, day: date, *, references: Sequence[str], by: Staff, at: datetime, rules: Rules
) -> RouteList:
    """Put these reports on the round's drive of a day: they are scheduled for it, and reporters hear of the day.

    Raises Invalid where none of them lies on its way any more, and Conflict for a day that is over or cancelled.
    """
    drive = hold_drive(session, one, day, by=by, at=at, rules=rules)
    if drive.state in {DriveState.DONE, DriveState.CANCELLED} or drive.ends_at <= at:
        raise Conflict(N_("This round is not driven that day any more. Choose another day."))
    wanted = [along for along in reports_along(session, one, lock=True) if along.report.reference in references]
    if not wanted:
        raise Invalid(N_("Choose at least one report that still lies on the way."))
    route_list = _list(one, day, drive.begins_at, wanted, lines_of(session, [one.id])[one.id], by=by, at=at)
    session.add(route_list)
    session.flush()  # The drive and the history name the list by its id.
    # A second handful for the same day is a second list: what the crew has in the cab stays as it is.
    drive.route_list_id = drive.route_list_id or route_list.id
    releasing.release(session, route_list, by=by, at=at)
    return route_list


def _list(
    one: RoutineRound, day: date, begins_at: datetime, wanted: Sequence[Along],
    lines: Sequence[Sequence[Sequence[float]]], *, by: Staff, at: datetime,
) -> RouteList:  # fmt: skip
    """The stops as the way leads past them: the round is driven as it is drawn, not as it would be shortest."""
    (start_lon, start_lat), (end_lon, end_lat) = lines[0][0], lines[-1][-1]
    route_list = RouteList(
        name=one.name, unit_code=one.unit_code, created_by_id=by.id, created_at=at, category_codes=one.category_codes,
        start_lat=start_lat, start_lon=start_lon, returns=False, end_lat=end_lat, end_lon=end_lon, day=day,
        starts_at=begins_at, way_by="straight",
    )  # fmt: skip
    groups = gather([(along.report.lat or 0.0, along.report.lon or 0.0) for along in wanted], radius=STOP_RADIUS)
    groups.sort(key=lambda group: min(wanted[index].position for index in group))
    for number, group in enumerate(groups, start=1):
        first = wanted[group[0]].report
        entries = [StopReport(report=wanted[index].report, active=True) for index in group]
        stop = Stop(sort_order=number, lat=first.lat or 0.0, lon=first.lon or 0.0, leg_metres=0.0, entries=entries)
        stop.why = [{"code": "on_round", "name": one.name}]
        route_list.stops.append(stop)
    measure(route_list)
    return route_list
