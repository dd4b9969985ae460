"""A crew's shift for the browser tests: five dark lamps on a released list, and Per who drives."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.db import transaction
from app.models import Actor, Asset, Report, Role, RouteList, Staff, StaffUnit, Stop, StopReport
from tests.browser.desk_day import STORGATA, hire, report_at

if TYPE_CHECKING:
    from app.web.state import AppState

WORDS = ("Dark since Friday", "Flickers", "Dark", "The cover hangs down", "Dark again")
METRES = (120, 300, 480, 700, 910)


def shift(state: AppState, *, photo: bytes | None = None) -> tuple[str, int]:
    """Per's session and the list's id: stops 1 to 5 northwards along Storgata, the first report with a photo."""
    token = hire(state, "Per", Role.CREW)
    references = [
        report_at(state, metres_north=metres, description=words, photo=photo if metres == METRES[0] else None)
        for metres, words in zip(METRES, WORDS, strict=True)
    ]
    with transaction(state.session_factory) as session:
        per = session.scalars(select(Staff).where(Staff.name == "Per")).one()
        per.memberships.append(StaffUnit(unit_code="bydrift"))
        at, by = state.clock(), Actor.of(per)
        route_list = RouteList(
            name="Storgata on Thursday",
            unit_code="bydrift",
            created_by_id=per.id,
            created_at=at,
            released_at=at,
            start_lat=STORGATA[0],
            start_lon=STORGATA[1],
            day=at.date(),
            starts_at=at,
            stops=[],
        )
        for number, reference in enumerate(references, start=1):
            report = session.scalars(select(Report).where(Report.reference == reference)).one()
            report.forward("bydrift", actor=by, at=at)
            lamp = Asset(kind="lamp", source_ref=f"T{number}", number=f"10{number}", lat=report.lat, lon=report.lon)
            stop = Stop(
                sort_order=number,
                lat=report.lat,
                lon=report.lon,
                leg_metres=180.0,
                leg_seconds=60.0,
                arrives_at=at + timedelta(minutes=20 * number),
                service_seconds=600,
                asset=lamp,
                why=[],
            )
            stop.entries = [StopReport(report=report)]
            route_list.stops.append(stop)
        session.add(route_list)
        session.flush()
        for stop in route_list.stops:
            stop.entries[0].report.schedule(actor=by, at=at, route_list_id=route_list.id, day=at.date())
        return token, route_list.id


def stops(state: AppState, list_id: int) -> list[Stop]:
    """As they are in the database now, in order."""
    with state.session_factory() as session:
        return list(session.scalars(select(Stop).where(Stop.route_list_id == list_id).order_by(Stop.sort_order)))
