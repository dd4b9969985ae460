"""Crews and vehicles: kept by their unit and the desk, and never overwritten unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from app.errors import Conflict, Forbidden, Invalid
from app.models import Vehicle
from app.services import crew_keeping
from app.services.crew_keeping import CrewWords, VehicleWords
from tests.application import STORGATA

CREW = CrewWords(unit_code="bydrift", name="Lamps", start=STORGATA, shift_from=time(7), shift_until=time(15))
LIFT = VehicleWords(unit_code="bydrift", name="Lift", lift=True, rests=("11-01", "03-31"))


@pytest.fixture
def save(session, rules):
    def one(given, *, by, kept=None, version=0):
        if isinstance(given, CrewWords):
            return crew_keeping.save_crew(session, given, crew=kept, version=version, rules=rules, by=by)
        return crew_keeping.save_vehicle(session, given, vehicle=kept, version=version, rules=rules, by=by)

    return one


@pytest.mark.parametrize("given", [CREW, LIFT])
def test_its_unit_and_the_desk_keep_it_and_nobody_else(save, given, ola, kari, eva, per):
    assert save(given, by=ola).unit_code == save(given, by=kari).unit_code == "bydrift"
    for stranger in (eva, per):
        with pytest.raises(Forbidden):
            save(given, by=stranger)


def test_it_cannot_be_moved_to_or_taken_from_another_unit(save, ola, eva, kari):
    theirs = save(replace(CREW, unit_code="eiendom"), by=eva)
    with pytest.raises(Forbidden):
        save(CREW, by=ola, kept=theirs, version=theirs.version)
    with pytest.raises(Forbidden):
        save(replace(CREW, unit_code="no such unit"), by=kari)


@pytest.mark.parametrize("given", [CREW, LIFT])
def test_the_second_of_two_editors_is_told_and_overwrites_nothing(save, given, ola, kari):
    made = save(given, by=ola)
    seen = made.version
    save(replace(given, name="First"), by=ola, kept=made, version=seen)
    with pytest.raises(Conflict):
        save(replace(given, name="Second"), by=kari, kept=made, version=seen)
    assert made.name == "First"


def test_put_aside_and_taken_up_again(session, save, rules, ola, eva):
    made = save(LIFT, by=ola)
    with pytest.raises(Forbidden):
        crew_keeping.put_aside(session, made, aside=True, version=made.version, rules=rules, by=eva)
    crew_keeping.put_aside(session, made, aside=True, version=made.version, rules=rules, by=ola)
    assert not made.active
    crew_keeping.put_aside(session, made, aside=False, version=made.version, rules=rules, by=ola)
    assert made.active


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (replace(CREW, name="  "), "name"),
        (replace(CREW, name="x" * 81), "name"),
        (replace(CREW, shift_until=time(7)), "shift_until"),
        (replace(CREW, vehicle_id=987_654), "vehicle"),
        (replace(LIFT, rests=("31-12", "01-01")), "rests_from"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(save, ola, given, field):
    with pytest.raises(Invalid) as refused:
        save(given, by=ola)
    assert list(refused.value.fields) == [field]


def test_another_unit_s_vehicle_is_not_the_crew_s(save, ola, eva):
    theirs = save(replace(LIFT, unit_code="eiendom"), by=eva)
    with pytest.raises(Invalid):
        save(replace(CREW, vehicle_id=theirs.id), by=ola)


@pytest.mark.parametrize(
    ("rests", "day", "lifts"),
    [
        (("11-01", "03-31"), date(2026, 12, 24), False),
        (("11-01", "03-31"), date(2026, 3, 31), False),
        (("11-01", "03-31"), date(2026, 4, 1), True),
        (("06-01", "06-30"), date(2026, 6, 15), False),
        (("06-01", "06-30"), date(2026, 12, 24), True),
        (None, date(2026, 12, 24), True),
    ],
)
def test_a_lift_rests_over_the_turn_of_the_year(rests, day, lifts):
    first, last = rests or (None, None)
    assert Vehicle(lift=True, lift_rests_from=first, lift_rests_until=last).lifts_on(day) is lifts
    assert not Vehicle(lift=False).lifts_on(day)
