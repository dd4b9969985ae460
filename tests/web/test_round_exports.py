"""Whatever stands in a name, the files of a round can be read by other programs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree

from app.web import round_exports
from app.web.csv_export import _FORMULA
from app.web.round_sheet import Sheet, SheetStop, Work
from tests.planning.test_gpx import VALID

AT = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200)


def a_sheet(text: str, *, starts_at: datetime = AT) -> Sheet:
    """One stop whose every word is `text`."""
    stop = SheetStop(
        id=7, number=1, lat=69.65, lon=18.96, place=text, public_place=text, mast=text,
        work=(Work(text, "2026-000001-7", ((text, text),), text, 0),), why=(text,), must=True, needs_lift=True,
        arrives_at=starts_at, service_seconds=600, leg_metres=900.0, leg_seconds=90.0,
        line=((18.95, 69.64), (18.96, 69.65)), outcome=None, completed_at=None, minutes=None, materials=((text, 2.0),),
        url="https://gatami.example/staff/route-lists/1/drive#stop-7",
    )  # fmt: skip
    return Sheet(
        id=1, name=text, unit=text, day=date(2026, 3, 28), starts_at=starts_at, ends_at=starts_at + timedelta(hours=8),
        ends_by=None, crew=text, vehicle=text, start=(69.64, 18.95), start_name=text, end=None, end_name=text,
        back_metres=0.0, total_metres=900.0, back_line=(), way_by="roads", version=3, draft=False, closed=False,
        stops=(stop,), url="https://gatami.example/staff/route-lists/1",
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_any_name_makes_files_that_can_be_read_back(text):
    sheet = a_sheet(text)
    calendar = Calendar.from_ical(round_exports.ics_of(sheet, lang="nb", at=AT, base_url="https://gatami.example"))
    assert len(calendar.events) == 1
    assert len(calendar.walk("VALARM")) == len(calendar.walk("VTODO")) == 0
    assert str(calendar.events[0]["UID"]) == "route-list-1@gatami.example"
    VALID.assertValid(etree.fromstring(round_exports.gpx_of(sheet, lang="nb", at=AT)))
    assert json.loads(round_exports.geojson_of(sheet))["features"][2]["properties"]["place"] == text
    rows = list(csv.reader(io.StringIO("".join(round_exports.csv_of(sheet, lang="nb")), newline=""), delimiter=";"))
    assert len(rows) == 2
    assert not any(cell.lstrip(" ").startswith(_FORMULA) for cell in rows[1])


def test_the_mast_stands_before_the_street_and_reasons_are_told_apart():
    sheet = a_sheet("Storgata 2")
    (stop,) = sheet.stops
    sheet = replace(sheet, stops=(replace(stop, mast="M-102", why=("Three say so", "By a school")),))
    assert b"<cmt>21:00 Mast M-102, Storgata 2</cmt>" in round_exports.gpx_of(sheet, lang="en", at=AT)
    made = round_exports.ics_of(sheet, lang="en", at=AT, base_url="https://gatami.example")
    said = str(Calendar.from_ical(made).events[0]["DESCRIPTION"])
    assert "1. 21:00 Mast M-102, Storgata 2: Storgata 2, 2026-000001-7" in said
    head, row = csv.reader(io.StringIO("".join(round_exports.csv_of(sheet, lang="en")), newline=""), delimiter=";")
    assert row[2:4] == ["M-102", "Storgata 2"]
    assert row[head.index("Why")] == "Three say so; By a school"


def test_a_round_over_the_night_when_the_clocks_change_keeps_its_length():
    made = round_exports.ics_of(a_sheet("Natt"), lang="nb", at=AT, base_url="https://gatami.example")
    event = Calendar.from_ical(made).events[0]
    assert event.start.astimezone(UTC) == AT
    assert event.end.astimezone(UTC) - event.start.astimezone(UTC) == timedelta(hours=8)
    assert b"TZID=Europe/Oslo:20260328T210000" in made
    assert b"TZID=Europe/Oslo:20260329T060000" in made
    assert made.count(b"BEGIN:VTIMEZONE") == 1


def test_long_lines_are_folded_at_75_bytes_and_end_as_the_standard_says():
    made = round_exports.ics_of(a_sheet("Áhkkáluokta " * 40), lang="nb", at=AT, base_url="https://gatami.example")
    assert max(len(one) for one in made.split(b"\r\n")) <= 75
    assert b"\n" not in made.replace(b"\r\n", b"")
