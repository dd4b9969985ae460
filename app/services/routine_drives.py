"""Reports that lie on a fixed round go along with its next drive: the crew gets them as a list in driving order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid
from app.models import DriveState, RouteList, RoutineDrive, RoutineRound, Stop, StopReport
from app.planning.stops import gather
from app.queries.rounds import Round
from app.queries.routine import Along, lines_of, reports_along
from app.services import releasing
from app.services.round_measuring import Planner, measure, service_seconds
from app.services.routine import hold_drive


def take_along(
    session: Session, one: RoutineRound, day: date, *, references: Sequence[str], planner: Planner
) -> RouteList:
    """Put these reports on the round's drive of a day: they are scheduled for it, and reporters hear of the day.

    Raises Invalid where none of them lies on its way any more, and Conflict for a day that is over or cancelled.
    """
    drive = hold_drive(session, one, day, by=planner.staff, at=planner.at, rules=planner.rules)
    if drive.state in {DriveState.DONE, DriveState.CANCELLED} or drive.ends_at <= planner.at:
        raise Conflict(N_("This round is not driven that day any more. Choose another day."))
    wanted = [along for along in reports_along(session, one, lock=True) if along.report.reference in references]
    if not wanted:
        raise Invalid(N_("Choose at least one report that still lies on the way."))
    route_list = _list(one, drive, lines_of(session, [one.id])[one.id], planner)
    stops = _stops(one, wanted, planner)
    measure(Round(route_list, stops), stops, planner)
    route_list.stops.extend(stops)
    session.add(route_list)
    session.flush()  # The drive and the history name the list by its id.
    # A second handful for the same day is a second list: what the crew has in the cab stays as it is.
    drive.route_list_id = drive.route_list_id or route_list.id
    releasing.release(session, route_list, by=planner.staff, at=planner.at, undo_seconds=planner.undo_seconds)
    return route_list


def _list(
    one: RoutineRound, drive: RoutineDrive, lines: Sequence[Sequence[Sequence[float]]], planner: Planner
) -> RouteList:
    (start_lon, start_lat), (end_lon, end_lat) = lines[0][0], lines[-1][-1]
    return RouteList(
        name=one.name, unit_code=one.unit_code, created_by_id=planner.staff.id, created_at=planner.at,
        category_codes=one.category_codes, start_lat=start_lat, start_lon=start_lon, returns=False, end_lat=end_lat,
        end_lon=end_lon, day=drive.day, starts_at=drive.begins_at, ends_by=drive.ends_at,
    )  # fmt: skip


def _stops(one: RoutineRound, wanted: Sequence[Along], planner: Planner) -> list[Stop]:
    """The stops as the way leads past them: the round is driven as it is drawn, not as it would be shortest."""
    places = [(along.report.lat or 0.0, along.report.lon or 0.0) for along in wanted]
    groups = gather(places, radius=planner.rules.rounds.limits.stop_metres)
    groups.sort(key=lambda group: min(wanted[index].position for index in group))
    return [_stop(one, [wanted[index] for index in group], planner) for group in groups]


def _stop(one: RoutineRound, here: Sequence[Along], planner: Planner) -> Stop:
    reports = [along.report for along in here]
    return Stop(
        sort_order=0,
        lat=reports[0].lat or 0.0,
        lon=reports[0].lon or 0.0,
        leg_metres=0.0,
        asset_id=reports[0].asset_id,
        service_seconds=service_seconds(planner.rules, reports),
        needs_lift=any(planner.rules.rounds.lift(report.category_code) for report in reports),
        must=True,
        locked=False,
        why=[{"code": "on_round", "name": one.name}],
        entries=[StopReport(report=report, active=True) for report in reports],
    )
