"""What a plan drives to: in summer light dark lamps wait, unless the planner asks for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.models import Actor
from app.services.plan_targets import targets
from app.services.plan_wanted import Wanted
from tests.application import STORGATA

IN_JUNE, IN_AUGUST = date(2027, 6, 15), date(2027, 8, 16)
ALL = Wanted(unit_code="bydrift", day=IN_JUNE, shifts=())


@pytest.fixture
def waiting(make_report, session, kari, clock):
    """A dark lamp, and 300 m on a broken fitting, with Bydrift in June."""
    clock.now = datetime(2027, 6, 14, 8, tzinfo=UTC)
    found = []
    for number, category in enumerate(["lamp_dark", "lamp_fitting"]):
        report = make_report(category=category, lat=STORGATA[0] + number * 0.0027, lon=STORGATA[1])
        report.forward("bydrift", actor=Actor.of(kari), at=clock())
        found.append(report)
    session.commit()
    return found


def driven_to(session, wanted, rules, clock):
    return {one.reports[0].category_code: one.must for one in targets(session, wanted, rules=rules, at=clock())}


def test_everything_on_a_day_in_june_is_all_but_the_dark_lamps(session, waiting, rules, clock):
    assert driven_to(session, ALL, rules, clock) == {"lamp_fitting": True}


def test_a_dark_lamp_on_the_way_may_be_taken_along_in_june(session, waiting, rules, clock):
    assert driven_to(session, replace(ALL, take_along=True), rules, clock) == {"lamp_fitting": True, "lamp_dark": False}


def test_who_chooses_the_category_or_the_report_drives_there_in_june(session, waiting, rules, clock):
    dark = waiting[0]
    assert driven_to(session, replace(ALL, category_codes=("lamp_dark",)), rules, clock) == {"lamp_dark": True}
    assert driven_to(session, replace(ALL, references=(dark.reference,)), rules, clock) == {"lamp_dark": True}


def test_from_the_day_with_light_on_they_are_driven_to(session, waiting, rules, clock):
    assert driven_to(session, replace(ALL, day=IN_AUGUST), rules, clock) == {"lamp_fitting": True, "lamp_dark": True}
