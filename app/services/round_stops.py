"""Stops put on a round and taken off it, with what that means for their reports and for those who wrote them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Actor, NotificationKind, Report, ReportStatus, RoundChangeKind, Stop, StopReport
from app.models.reference import parse_reference
from app.planning.distance import metres
from app.queries.crews import PLANNABLE
from app.queries.rounds import rounds_of
from app.services import forwarding, holding, notifying, reporting
from app.services.drafts import ReportDraft
from app.services.round_changes import take_off
from app.services.round_fitting import Fitting
from app.services.round_log import check_open, check_untouched, record, stop_of
from app.services.round_measuring import Planner, measure, service_seconds

if TYPE_CHECKING:
    from app.models import Update
    from app.queries.rounds import Round

NO_REPORT = N_("There is no such report at your unit. Check the reference.")
ON_A_ROUND = N_("This report is on a round already.")
NOT_WAITING = N_("This report does not wait at the unit: it is closed, or with somebody else.")
NO_PLACE = N_("This report has no place on the map yet, so nobody can drive to it.")


@dataclass(frozen=True, kw_only=True)
class PhonedIn:
    """What somebody said on the phone. Degrees WGS84; `key` is the form's own, so that it becomes one report."""

    category: str
    lat: float
    lon: float
    address: str = ""
    words: str = ""
    answers: dict[str, object] = field(default_factory=dict)
    key: str = ""


def add_report(session: Session, route_list_id: int, reference: str, *, planner: Planner) -> Stop:
    """Put a report that waits at the unit on the round, where it costs least; on a released one its reporter hears it.

    Raises NotFound, or Conflict where it is on a round already or does not wait.
    """
    driven = rounds_of(session, planner.staff, [route_list_id], lock=True)[route_list_id]
    check_open(driven)
    return _put(session, driven, _waiting(session, driven, reference), planner=planner)


def add_phoned_in(session: Session, route_list_id: int, phoned: PhonedIn, *, planner: Planner) -> Stop:
    """A real report of what was phoned in, given to the round's unit and put on the round.

    Raises Invalid naming what is missing. Sent twice it is one report and one stop.
    """
    driven = rounds_of(session, planner.staff, [route_list_id], lock=True)[route_list_id]
    check_open(driven)
    report = reporting.submit_report(
        session,
        ReportDraft(
            category=phoned.category,
            lat=phoned.lat,
            lon=phoned.lon,
            address=phoned.address,
            description=phoned.words,
            answers=phoned.answers,
            channel="phone",
        ),
        rules=planner.rules,
        at=planner.at,
        idempotency_key=f"round:{phoned.key}" if phoned.key else None,
        entered_by=planner.staff,
    )
    here = next((stop for stop in driven.stops for entry in stop.entries if entry.report_id == report.id), None)
    if here is not None:
        return here
    if report.status == ReportStatus.NEW:
        forwarding.forward(
            session,
            report,
            driven.route_list.unit_code,
            rules=planner.rules,
            by=planner.staff,
            at=planner.at,
            undo_seconds=planner.undo_seconds,
        )
    return _put(session, driven, report, planner=planner)


def remove(
    session: Session, route_list_id: int, stop_ids: Collection[int], *, version: int | None, planner: Planner
) -> Round:
    """Take stops off: their reports wait at the unit again. Raises Overtaken where somebody else changed them."""
    driven = rounds_of(session, planner.staff, [route_list_id], lock=True)[route_list_id]
    gone = [stop_of(driven, stop_id) for stop_id in stop_ids]
    check_untouched(session, driven, stop_ids, version=version, planner=planner)
    before = [stop.id for stop in driven.left]
    hold_reports(session, [entry.report_id for stop in gone for entry in stop.entries if entry.active])
    references = [entry.report.reference for stop in gone for entry in stop.entries]
    at_stops = {str(stop.id): [entry.report_id for entry in stop.entries] for stop in gone}
    for stop in gone:
        take_off(stop, by=planner.staff, at=planner.at)
        driven.stops.remove(stop)
        session.delete(stop)
    measure(driven, driven.left, planner)
    record(
        session,
        driven,
        RoundChangeKind.REMOVED,
        stops=stop_ids,
        before=before,
        planner=planner,
        reports=references,
        at_stops=at_stops,
    )
    return driven


def hold_reports(session: Session, ids: Sequence[int]) -> None:
    """Lock reports, after the lists and stops, and read them as they are now."""
    if ids:
        holding.hold(session, ids)
        session.scalars(
            select(Report)
            .where(Report.id.in_(ids))
            .options(joinedload(Report.reporter))
            .execution_options(populate_existing=True)
        ).all()


def schedule(session: Session, driven: Round, report: Report, *, planner: Planner) -> Update:
    """For the day of a released round; the reporter hears of it after the seconds for undo."""
    update = report.schedule(
        actor=Actor.of(planner.staff),
        at=planner.at,
        route_list_id=driven.route_list.id,
        day=driven.route_list.day,
    )
    later = planner.at + timedelta(seconds=planner.undo_seconds) if planner.undo_seconds else None
    notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=planner.at, not_before=later)
    return update


def _waiting(session: Session, driven: Round, typed: str) -> Report:
    reference = parse_reference(typed)
    query = select(Report.id).where(Report.reference == reference, Report.unit_code == driven.route_list.unit_code)
    report_id = session.scalar(query) if reference else None
    if report_id is None:
        raise NotFound(NO_REPORT)
    hold_reports(session, [report_id])
    return session.get_one(Report, report_id)


def _put(session: Session, driven: Round, report: Report, *, planner: Planner) -> Stop:
    if session.scalar(select(exists().where(StopReport.report_id == report.id, StopReport.active))):
        raise Conflict(ON_A_ROUND)
    if report.status not in PLANNABLE or report.unit_code != driven.route_list.unit_code:
        raise Conflict(NOT_WAITING)
    if report.lat is None or report.lon is None:
        raise Invalid(NO_PLACE, fields={"reference": NO_PLACE})
    before = [stop.id for stop in driven.left]
    stop = _stop_here(driven, report, planner) or _new_stop(session, driven, report, planner)
    if not driven.route_list.is_draft:
        schedule(session, driven, report, planner=planner)
    data = {"reports": [report.reference]}
    record(session, driven, RoundChangeKind.ADDED, stops=[stop.id], before=before, planner=planner, **data)
    return stop


def _stop_here(driven: Round, report: Report, planner: Planner) -> Stop | None:
    """What lies together is one stop."""
    here = (report.lat or 0.0, report.lon or 0.0)
    near = [(metres(here, (stop.lat, stop.lon)), stop.sort_order, stop) for stop in driven.left]
    if not near or min(near)[0] > planner.rules.rounds.limits.stop_metres:
        return None
    stop = min(near)[2]
    stop.entries.append(StopReport(report=report, active=True))
    return stop


def _new_stop(session: Session, driven: Round, report: Report, planner: Planner) -> Stop:
    stop = Stop(
        route_list_id=driven.route_list.id,
        sort_order=0,
        lat=report.lat,
        lon=report.lon,
        leg_metres=0.0,
        asset_id=report.asset_id,
        service_seconds=service_seconds(planner.rules, [report]),
        needs_lift=planner.rules.rounds.lift(report.category_code),
        must=True,
        locked=False,
        why=[],
        entries=[StopReport(report=report, active=True)],
    )
    fitting = Fitting.of(driven, [stop], planner)
    fitting.put(stop)
    driven.stops.append(stop)
    session.add(stop)
    measure(driven, fitting.stops, planner)
    session.flush()  # The line of history names the stop by its id.
    return stop
