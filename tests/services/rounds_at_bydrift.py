"""Planned rounds for the tests of their changes: lamps in a line to the north, 100 m apart, driven by Bydrift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app.models import Actor, Crew, Report, RouteList, Staff, Stop, StopReport, Vehicle
from app.planning.travel import StraightWays
from app.queries.rounds import Round, rounds_of
from app.services.round_measuring import Planner, measure
from tests.application import STORGATA

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# A degree of latitude is some 111,500 m here.
NORTH = 100 / 111_500


@pytest.fixture
def planner(rules, clock) -> Callable[..., Planner]:
    """`planner(per)`: a person who changes rounds, now."""

    def make(staff: Staff, **given: object) -> Planner:
        return Planner(**{"staff": staff, "rules": rules, "ways": StraightWays(), "at": clock(), **given})

    return make


@pytest.fixture
def lamp_round(make_report, kari, per, session, clock, planner) -> Callable[..., RouteList]:
    """`lamp_round([1, 2, 3], released=True)`: stops 100, 200 and 300 m north of the start, in this order."""

    def make(
        hundreds: Sequence[float] = (1, 2, 3), *, released: bool = False, day: int = 0, hours: float = 8,
        east: float = 0, **given: object,
    ) -> RouteList:  # fmt: skip
        begins = clock() + timedelta(days=day)
        route_list = RouteList(
            **{
                "name": "North",
                "unit_code": "bydrift",
                "created_at": clock(),
                "start_lat": STORGATA[0],
                "start_lon": STORGATA[1] + east,
                "returns": True,
                "day": begins.date(),
                "starts_at": begins,
                "ends_by": begins + timedelta(hours=hours),
                "released_at": clock() if released else None,
                **given,
            }
        )
        session.add(route_list)
        session.flush()
        stops = [a_stop(session, route_list, report) for report in waiting(make_report, kari, clock, hundreds, east)]
        driven = rounds_of(session, per, [route_list.id])[route_list.id]
        measure(driven, sorted(driven.stops, key=lambda stop: stop.id), planner(per))
        if released:
            for stop in stops:
                for entry in stop.entries:
                    entry.report.schedule(
                        actor=Actor.of(per), at=clock(), route_list_id=route_list.id, day=route_list.day
                    )
        session.commit()
        return route_list

    return make


def waiting(make_report, kari, clock, hundreds: Sequence[float], east: float = 0) -> list[Report]:
    """Reports that wait at Bydrift, so many hundred metres north, with reporters who hear of what happens."""
    reports = []
    for number in hundreds:
        report = make_report(
            lat=STORGATA[0] + number * NORTH, lon=STORGATA[1] + east, description=f"Lamp {number}",
            address=f"Storgata {number}", email=f"lamp{number}.{east}@example.com",
        )  # fmt: skip
        report.reporter.confirm(at=clock())
        report.forward("bydrift", actor=Actor.of(kari), at=clock())
        reports.append(report)
    return reports


def a_stop(session: Session, route_list: RouteList, report: Report) -> Stop:
    """A stop with this report, not measured yet."""
    stop = Stop(
        route_list_id=route_list.id, sort_order=0, lat=report.lat, lon=report.lon, leg_metres=0.0, service_seconds=600,
        must=True, locked=False, needs_lift=False, why=[], entries=[StopReport(report=report, active=True)],
    )  # fmt: skip
    session.add(stop)
    session.flush()
    return stop


def places(session: Session, staff: Staff, route_list_id: int) -> list[int]:
    """Hundreds of metres north of the start, in driving order, of what is left."""
    driven = rounds_of(session, staff, [route_list_id])[route_list_id]
    return [round((stop.lat - STORGATA[0]) / NORTH) for stop in driven.left]


def ids(driven: Round) -> list[int]:
    """Of what is left, in driving order."""
    return [stop.id for stop in driven.left]


def a_crew(session: Session, *, lift: bool = True) -> Crew:
    """A second crew of Bydrift with a lorry."""
    vehicle = Vehicle(unit_code="bydrift", name="Lift lorry", lift=lift)
    session.add(vehicle)
    session.flush()
    crew = Crew(
        unit_code="bydrift", name="South", vehicle_id=vehicle.id, start_lat=STORGATA[0], start_lon=STORGATA[1],
        shift_from=datetime(2026, 1, 1, 7, tzinfo=UTC).time(), shift_until=datetime(2026, 1, 1, 15, tzinfo=UTC).time(),
    )  # fmt: skip
    session.add(crew)
    session.commit()
    return crew
