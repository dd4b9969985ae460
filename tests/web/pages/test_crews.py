"""Pages of crews and vehicles: added, changed, put aside; nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models import Crew, Vehicle

CREW = {"unit": "bydrift", "name": "Lamp crew 1", "start": "69.65, 18.95", "shift_from": "07:00",
        "shift_until": "15:00", "ends": "start"}  # fmt: skip
VEHICLE = {"unit": "bydrift", "name": "Lift 1", "lift": "yes", "rests_from": "01.11.", "rests_until": "31.3",
           "profile": "lorry"}  # fmt: skip


@pytest.fixture
def at_work(browser_of, ola):
    browser = browser_of(ola)
    browser.look("/staff/crews/new")
    return browser


def test_a_vehicle_and_a_crew_are_added_and_listed(at_work, session, rules):
    material = next(iter(rules.materials))
    assert at_work.submit("/staff/vehicles", **VEHICLE, **{f"stock.{material}": "4,5"}).status_code == 303
    vehicle = session.scalars(select(Vehicle)).one()
    assert (vehicle.lift_rests_from, vehicle.lift_rests_until, vehicle.profile) == ("11-01", "03-31", "lorry")
    assert vehicle.stock == {material: 4.5}
    assert at_work.submit("/staff/crews", **CREW, vehicle=vehicle.id).status_code == 303
    page = at_work.look("/staff/crews")
    assert "Lamp crew 1" in page
    assert "Lift 1" in page
    assert "rests from 01.11. to 31.03." in at_work.look("/staff/vehicles")


def test_what_cannot_be_read_shows_the_form_again_with_all_that_was_typed(at_work, session):
    answer = at_work.submit("/staff/crews", **{**CREW, "start": "at home", "ends": "elsewhere", "end": "?"})
    assert answer.status_code == 422
    for kept in ("Lamp crew 1", "at home", 'value="?"', "Write the start as", "Write the end as"):
        assert kept in answer.text
    answer = at_work.submit("/staff/vehicles", **{**VEHICLE, "rests_until": "31.02."})
    assert answer.status_code == 422
    assert 'value="31.02."' in answer.text
    assert session.scalars(select(Crew)).all() == session.scalars(select(Vehicle)).all() == []


def test_the_second_of_two_editors_sees_what_stands_there_and_what_was_typed(at_work, lamp_crew, session):
    path, seen = f"/staff/crews/{lamp_crew.id}", lamp_crew.version
    assert at_work.submit(path, **{**CREW, "name": "First"}, version=seen).status_code == 303
    answer = at_work.submit(path, **{**CREW, "name": "Second"}, version=seen)
    assert answer.status_code == 409
    assert "First" in answer.text
    assert 'value="Second"' in answer.text
    session.refresh(lamp_crew)
    assert lamp_crew.name == "First"
    assert at_work.submit(path, **{**CREW, "name": "Second"}, version=lamp_crew.version).status_code == 303


def test_the_form_of_a_crew_has_all_that_its_script_looks_for(at_work, lamp_crew):
    for path in ("/staff/crews/new", f"/staff/crews/{lamp_crew.id}"):
        page = at_work.look(path)
        assert "data-use-position hidden" in page
        assert "data-position-status" in page


def test_the_menu_marks_the_rounds_on_each_of_their_pages(browser_of, ola):
    browser = browser_of(ola)
    for path in ("faults", "crews", "vehicles/new", "round-figures", "road-closures", "routine-rounds"):
        menu = browser.look(f"/staff/{path}").split('<nav class="site-nav"')[1].split("</nav>")[0]
        assert re.findall(r'href="([^"]+)" aria-current="true"', menu) == ["/staff/route-lists"], path


def test_another_unit_a_crew_and_a_stranger_do_not_keep_them(browser_of, lamp_crew, eva, per):
    other, driver, stranger = browser_of(eva), browser_of(per), browser_of(None)
    for path in (f"/staff/crews/{lamp_crew.id}", f"/staff/vehicles/{lamp_crew.vehicle_id}"):
        assert other.get(path).status_code == other.submit(path, **CREW).status_code == 404
        assert driver.get(path).status_code == 403
        assert stranger.get(path).status_code == 303
    assert "Lamp crew 1" not in other.look("/staff/crews")
    assert other.submit("/staff/crews", **CREW).status_code == 403


def test_what_is_put_aside_is_offered_no_longer(at_work, lamp_crew):
    assert "Lamp crew 1" in at_work.look("/staff/route-lists/new")
    at_work.submit(f"/staff/crews/{lamp_crew.id}/rest", do="aside", version=lamp_crew.version)
    assert "Lamp crew 1" not in at_work.look("/staff/route-lists/new")
    assert "Put aside" in at_work.look("/staff/crews")


def test_the_pages_ask_little(at_work, lamp_crew, count_queries):
    for path in ("/staff/crews", "/staff/vehicles", f"/staff/crews/{lamp_crew.id}", "/staff/route-lists/new",
                 "/staff/route-lists"):  # fmt: skip
        with count_queries() as counted:
            at_work.look(path)
        assert counted.number <= 12, (path, counted.statements)
