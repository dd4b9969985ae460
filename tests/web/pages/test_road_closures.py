"""The page of closed roads: who keeps it, and what it says."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import func, select

from app.models import RoadClosure
from app.services.road_network_import import import_network
from app.web.road_closure_form import read_closure
from tests.osm import write_osm
from tests.planning.town import place

PAGE = "/staff/road-closures"
POINT = "{:.6f}, {:.6f}".format(*place(50, 5))
GIVEN = {
    "name": "Sildegata",
    "kind": "points",
    "points": POINT,
    "way_ids": "",
    "first": "2026-11-30",
    "last": "2026-12-04",
    "reason": "Dug up",
    "unit": "",
}


def closures(session):
    return session.scalars(select(RoadClosure)).all()


def test_a_unit_closes_a_road_and_reads_how_much_of_it(session, browser_of, ola, tmp_path, now):
    import_network(session, write_osm(tmp_path / "town.osm.pbf"), at=now)
    session.commit()
    page = browser_of(ola).submit(PAGE, **GIVEN)
    assert page.status_code == 303
    listed = browser_of(ola).look(PAGE)
    assert "Sildegata" in listed and "Closed today" in listed and "Dug up" in listed
    assert "From 30 November 2026 to 4 December 2026" in listed
    assert "Driving times on the real road network" in listed
    assert "© OpenStreetMap contributors" in listed
    # The map shows the road that is shut, from corner to corner, not the tap beside it.
    way = html.unescape(re.search(r'data-way="([^"]*)"', listed)[1])
    assert POINT not in way and "{:.6f}, {:.6f}".format(*place(0, 0)) in way


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": " "}, "Write a name"),
        ({"points": ""}, "Tap at least one point on a road."),
        ({"points": "69.65, 18.95\nnonsense"}, "Tap at least one point on a road."),
        ({"points": "99.65, 18.95"}, "Tap at least one point on a road."),
        ({"kind": "line"}, "Tap at least two points along the road."),
        ({"kind": "ways", "way_ids": "the one by the church"}, "Write the numbers of the ways"),
        ({"first": "soon"}, "Say from which day."),
        ({"last": "2026-11-01"}, "The last day must not lie before the first."),
        ({"last": "", "yearly": "yes"}, "Say until when."),
    ],
)
def test_what_cannot_be_shows_the_form_again_with_everything_in_it(session, browser_of, ola, changed, says):
    page = browser_of(ola).submit(PAGE, **GIVEN | changed)
    assert page.status_code == 422
    assert says in page.text and "Dug up" in page.text
    assert not closures(session)


def test_a_road_is_opened_again(session, browser_of, ola):
    browser = browser_of(ola)
    browser.submit(PAGE, **GIVEN)
    assert browser.submit(f"{PAGE}/{closures(session)[0].id}/end").status_code == 303
    assert "No road is closed." in browser.look(PAGE)


def test_only_the_unit_and_the_desk_open_what_is_closed_for_the_units_rounds(session, browser_of, ola, eva, kari, per):
    assert browser_of(ola).submit(PAGE, **GIVEN | {"unit": "bydrift"}).status_code == 303
    end = f"{PAGE}/{closures(session)[0].id}/end"
    assert "Open it again" not in browser_of(eva).look(PAGE)
    assert browser_of(eva).submit(end).status_code == 404
    assert browser_of(per).submit(end).status_code == 403
    assert browser_of(eva).submit(PAGE, **GIVEN | {"unit": "bydrift"}).status_code == 403
    assert browser_of(kari).submit(end).status_code == 303
    assert session.scalar(select(func.count()).select_from(RoadClosure)) == 1


def test_two_lines_are_two_parts_and_numbers_may_be_written_in_any_way():
    given = read_closure(
        {"kind": "line", "points": "69.65, 18.95\r\n69.66 18.96\r\n\r\n69.67;18.97\r\n69.68,18.98\r\n"}
    )
    assert [len(part) for part in given.parts] == [2, 2]
    assert read_closure({"kind": "ways", "way_ids": "way/24, 25\n26"}).way_ids == (24, 25, 26)


def test_the_page_asks_few_questions_however_many_roads_are_closed(session, browser_of, ola, count_queries):
    browser = browser_of(ola)
    for _ in range(5):
        browser.submit(PAGE, **GIVEN)
    with count_queries() as counted:
        browser.look(PAGE)
    assert counted.number <= 12


def test_without_a_network_the_map_shows_what_was_drawn(browser_of, ola):
    browser = browser_of(ola)
    browser.submit(PAGE, **GIVEN)
    area = "\n".join("{:.6f}, {:.6f}".format(*place(*spot)) for spot in ((0, 0), (9, 0), (9, 9)))
    browser.submit(PAGE, **GIVEN | {"kind": "area", "points": area})
    way = html.unescape(re.search(r'data-way="([^"]*)"', browser.look(PAGE))[1])
    assert way.split("\n\n")[0] == POINT and way.split("\n\n")[1].startswith(area)
