"""A round on paper and in files: what they say, that other programs can read them, and what they must not say."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from icalendar import Calendar
from lxml import etree
from pypdf import PdfReader

from app.models import Actor, Asset, RouteList
from tests.application import STORGATA
from tests.planning.test_gpx import IN_GPX, VALID
from tests.timed_rounds import a_round

ODD = '=HYPERLINK("http://evil") Áŋŧ; «Nordøst»\nBEGIN:VALARM, \\; <b>&amp;'
SIRI = {"name": "Siri Melder", "email": "siri@example.com"}
FILES = ("round.pdf", "round.gpx", "round.geojson", "round.csv", "round.ics")


@pytest.fixture
def reports(make_report, kari, session, clock):
    made = [
        make_report(lat=STORGATA[0] + n / 1000, description=f"Lamp {n} by Siri", lon=STORGATA[1], **SIRI)
        for n in (1, 2, 3)
    ]
    for report in made:
        report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    return made


@pytest.fixture
def the_round(session, reports, clock) -> RouteList:
    for number, report in enumerate(reports, start=1):
        report.nearest_address = f"Storgata {number}"
        lamp = Asset(kind="lamp", source_ref=f"reg-{number}", number=f"M-10{number}", lat=69.6, lon=18.9)
        session.add(lamp)
        session.flush()
        report.asset_id = lamp.id
    return a_round(session, reports, at=clock(), name="North – Áhkká")


@pytest.fixture
def take(browser_of, per, the_round):
    browser = browser_of(per)

    def take_file(name: str):
        answer = browser.get(f"/staff/route-lists/{the_round.id}/{name}")
        assert answer.status_code == 200, answer.text[:300]
        return answer

    return take_file


def test_the_printed_page_has_for_each_stop_what_to_do_boxes_and_a_code(take, the_round):
    page = take("print").text
    assert page.count('class="round-stop"') == 3
    assert page.count("tick-box") == 12
    assert page.count("round-qr") == 3
    for words in ("M-101", "Storgata 2", "The depot", "imported here. © OpenStreetMap contributors", "Lamp 3 by Siri"):
        assert words in page
    for stop in the_round.stops:
        assert f"http://testserver/staff/route-lists/{the_round.id}/drive#stop-{stop.id}" in page


def test_an_answer_stands_with_its_question(take, the_round, session):
    report = the_round.stops[0].entries[0].report
    report.answers = [{"code": "gone", "question": "How many?", "value": "3", "text": "3"}]
    session.commit()
    assert "How many: 3" in take("print").text
    assert "How many: 3" in PdfReader(io.BytesIO(take("round.pdf").content)).pages[0].extract_text()


def test_the_small_map_has_the_way_and_every_number(take):
    sketch = etree.fromstring(
        take("print").text.split('<svg class="sketch"')[1].join(["<svg ", ""]).split("</svg>")[0] + "</svg>"
    )
    assert len(sketch.findall(".//polyline")) == 4
    assert [one.text for one in sketch.findall("text")][:3] == ["1", "2", "3"]


def test_the_page_costs_few_questions_to_the_database(take, count_queries):
    take("print")
    with count_queries() as counted:
        take("print")
    assert counted.number <= 12


def test_the_pdf_says_the_same_and_its_head_stands_on_every_page(take, session, make_report, the_round, clock, kari):
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(take("round.pdf").content)).pages)
    for words in ("North – Áhkká", "M-102", "Storgata 3", "The depot", "Not found", "OpenStreetMap contributors"):
        assert words in text


def test_the_pdf_of_ten_stops_is_one_page(browser_of, per, session, make_report, clock):
    many = [make_report(lat=69.65 + n / 2000, lon=18.95, description="Mørkt ved skolen. " * 8) for n in range(10)]
    made = a_round(session, many, at=clock())
    for stop in made.stops:
        stop.why, stop.needs_lift = [{"code": "row", "lamps": 3}, {"code": "school_way"}], True
    session.commit()
    content = browser_of(per).get(f"/staff/route-lists/{made.id}/round.pdf").content
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


def test_a_long_round_flows_on_and_the_head_is_repeated(browser_of, per, session, make_report, clock):
    many = [make_report(lat=69.65 + n / 2000, lon=18.95 + n / 3000, description="x" * 900) for n in range(25)]
    made = a_round(session, many, at=clock(), name="A very long day")
    pages = PdfReader(io.BytesIO(browser_of(per).get(f"/staff/route-lists/{made.id}/round.pdf").content)).pages
    assert len(pages) > 1
    assert all("A very long day" in page.extract_text() for page in pages)


def test_gpx_has_waypoints_route_and_the_way_as_a_track(take):
    root = etree.fromstring(take("round.gpx").content)
    VALID.assertValid(root)
    assert len(root.findall("g:wpt", IN_GPX)) == len(root.findall("g:rte/g:rtept", IN_GPX)) == 3
    assert [len(one) for one in root.findall("g:trk/g:trkseg", IN_GPX)] == [3, 3, 3, 2]
    assert root.find("g:metadata/g:copyright", IN_GPX).get("author") == "OpenStreetMap contributors"
    assert "M-101" in root.xpath("string(g:wpt/g:cmt)", namespaces=IN_GPX)


def test_geojson_has_a_box_around_all_of_it_and_the_stops_in_order(take, the_round):
    found = json.loads(take("round.geojson").content)
    west, south, east, north = found["bbox"]
    for one in found["features"]:
        shape, places = one["geometry"]["type"], one["geometry"]["coordinates"]
        for lon, lat in [places] if shape == "Point" else places:
            assert west <= lon <= east
            assert south <= lat <= north
    stops = [one["properties"] for one in found["features"] if one["properties"]["kind"] == "stop"]
    assert [(one["number"], one["mast"], one["place"]) for one in stops][1] == (2, "M-102", "Storgata 2")


def test_the_calendar_entry_is_read_back_with_oslos_time(take, the_round, clock):
    answer = take("round.ics")
    assert b"\r\n" in answer.content
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    calendar = Calendar.from_ical(answer.content)
    event = calendar.events[0]
    assert str(event["UID"]) == f"route-list-{the_round.id}@testserver"
    assert (event["SEQUENCE"], str(event["STATUS"])) == (the_round.version - 1, "CONFIRMED")
    assert event["DTSTART"].params["TZID"] == "Europe/Oslo"
    assert event.start == the_round.starts_at
    assert event.end - event.start == timedelta(minutes=60, seconds=600 + 150)
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Oslo"]
    assert "Storgata 2" in str(event["DESCRIPTION"])
    assert str(event["URL"]).endswith(f"/staff/route-lists/{the_round.id}/drive")


def test_a_changed_round_has_the_same_name_in_the_calendar_and_a_higher_number(take, the_round, session):
    before = Calendar.from_ical(take("round.ics").content).events[0]
    the_round.name = "Another name"
    session.commit()
    after = Calendar.from_ical(take("round.ics").content).events[0]
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_a_draft_is_tentative_in_the_calendar_and_says_so_on_paper(take, the_round, session):
    the_round.released_at = None
    session.commit()
    assert str(Calendar.from_ical(take("round.ics").content).events[0]["STATUS"]) == "TENTATIVE"
    assert "Draft: not released yet." in take("print").text


def test_names_cannot_become_formulas_components_or_markup(take, the_round, reports, session):
    the_round.name = the_round.start_name = ODD
    for report in reports:
        report.nearest_address = ODD
    session.commit()
    rows = list(csv.reader(io.StringIO(take("round.csv").content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 4
    assert all(row[3] == "'" + ODD for row in rows[1:])
    calendar = Calendar.from_ical(take("round.ics").content)
    assert len(calendar.events) == 1
    assert calendar.walk("VALARM") == []
    assert ODD.split("\n", maxsplit=1)[0] in str(calendar.events[0]["LOCATION"])
    VALID.assertValid(etree.fromstring(take("round.gpx").content))
    json.loads(take("round.geojson").content)
    assert "<b>&amp;" not in take("print").text
    assert "Nordøst" in PdfReader(io.BytesIO(take("round.pdf").content)).pages[0].extract_text()


@pytest.mark.parametrize("name", FILES)
def test_files_are_kept_by_nobody_and_have_names(take, the_round, name):
    headers = take(name).headers
    assert headers["cache-control"] == "no-store"
    kind = name.split(".")[1]
    assert headers["content-disposition"] == f'attachment; filename="gatami-{the_round.day}-{the_round.id}.{kind}"'


@pytest.mark.parametrize("name", ["print", *FILES])
def test_nothing_tells_who_reported_and_files_take_no_words_of_residents_along(take, name):
    content = take(name).content
    text = (
        "".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages)
        if name.endswith("pdf")
        else content.decode()
    )
    assert "Siri Melder" not in text
    assert "siri@" not in text
    assert ("by Siri" in text) == (name in {"print", "round.pdf"})


@pytest.mark.parametrize("name", ["print", *FILES])
def test_another_unit_finds_nothing_and_a_stranger_is_sent_to_the_door(browser_of, eva, ola, kari, the_round, name):
    path = f"/staff/route-lists/{the_round.id}/{name}"
    found = [browser_of(who).get(path).status_code for who in (eva, ola, kari, None)]
    assert found == [404, 200, 200, 303]


def test_a_round_without_stops_makes_every_file(browser_of, per, session, clock):
    made = a_round(session, [], at=clock())
    for name in ("print", *FILES):
        assert browser_of(per).get(f"/staff/route-lists/{made.id}/{name}").status_code == 200, name


def test_a_file_of_another_kind_is_not_there(browser_of, per, the_round):
    assert browser_of(per).get(f"/staff/route-lists/{the_round.id}/round.exe").status_code == 404
