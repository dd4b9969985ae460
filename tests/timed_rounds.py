"""A round with times and drawn ways, as its planner left it, without asking a planner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.models import SYSTEM, Report, RouteList, Stop, StopReport


def a_round(
    session: Session, reports: list[Report], *, at: datetime, unit_code: str = "bydrift", **given: Any
) -> RouteList:
    """Released, one stop a report in the order given, twenty minutes apart, with drawn ways; committed."""
    here, stops = (18.95, 69.64), []
    for number, report in enumerate(reports, start=1):
        there = (report.lon, report.lat)
        stops.append(
            Stop(
                sort_order=number, lat=report.lat, lon=report.lon, leg_metres=800.0, leg_seconds=120.0,
                leg_line=[list(here), [here[0] + 0.001, here[1]], list(there)], service_seconds=600, why=[],
                arrives_at=at + timedelta(minutes=20 * number), entries=[StopReport(report_id=report.id)],
            )
        )  # fmt: skip
        here = there
    made = RouteList(
        **{
            "name": "North", "unit_code": unit_code, "created_at": at, "start_lat": 69.64, "start_lon": 18.95,
            "start_name": "The depot", "day": at.date(), "starts_at": at, "released_at": at, "stops": stops,
            "back_metres": 900.0, "back_seconds": 150.0, "total_metres": 900.0 + 800.0 * len(stops), "way_by": "roads",
            **given,
        }
    )  # fmt: skip
    session.add(made)
    session.flush()
    for report in reports:
        if report.status in {"forwarded", "in_progress"}:
            report.schedule(actor=SYSTEM, at=at, route_list_id=made.id, day=made.day)
    session.commit()
    return made
