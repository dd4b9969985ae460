"""Reports at Bydrift in a line to the north, crews with cars, and a question about them."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from app.models import Actor, Crew, Vehicle
from app.services.plan_wanted import ShiftWanted, Wanted
from tests.application import STORGATA

HOUR = 3600


@pytest.fixture
def reports_waiting(make_report, kari, session, clock):
    """`reports_waiting(5, category="...")`: so many confirmed reports at Bydrift, 220 m between them."""

    def make(count=5, *, category="lamp_dark", east=0.0, first=1):
        reports = []
        for number in range(first, first + count):
            report = make_report(
                category=category,
                lat=STORGATA[0] + number / 500,
                lon=STORGATA[1] + east,
                email=f"r{number}@example.com",
            )
            report.reporter.confirm(at=clock())
            report.forward("bydrift", actor=Actor.of(kari), at=clock())
            reports.append(report)
        session.commit()
        return reports

    return make


@pytest.fixture
def tomorrow(clock, rules):
    return clock().astimezone(rules.timezone).date() + timedelta(days=1)


@pytest.fixture
def asked_for(tomorrow):
    """`asked_for(ends=15 * HOUR, ...)`: one shift from Storgata tomorrow from seven to three."""

    def make(*, shifts=None, **given):
        return Wanted(unit_code="bydrift", day=tomorrow, shifts=tuple(shifts or [shift()]), **given)

    return make


def shift(**given):
    usual = {"start_lat": STORGATA[0], "start_lon": STORGATA[1], "begins": 7 * HOUR, "ends": 15 * HOUR}
    return ShiftWanted(**{**usual, **given})


@pytest.fixture
def lamp_crew(session):
    """A crew of Bydrift in a car with a lift."""
    vehicle = Vehicle(unit_code="bydrift", name="Lift 1", lift=True, stock={"bulb": 4})
    made = Crew(
        unit_code="bydrift",
        name="Lamp crew 1",
        vehicle=vehicle,
        start_lat=STORGATA[0],
        start_lon=STORGATA[1],
        start_name="Depot",
        shift_from=time(7),
        shift_until=time(15),
    )
    session.add(made)
    session.commit()
    return made
