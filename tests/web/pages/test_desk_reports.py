"""The list of all reports, its export, and reports taken over the phone."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from sqlalchemy import select

from app.models import Notification, Report
from app.web.csv_export import safe
from tests.application import STORGATA
from tests.web.pages.forms import form_of


@pytest.fixture
def desk(browser_of, kari):
    """Kari's browser."""
    return browser_of(kari)


def rows_of(desk, query=""):
    """The export as a spreadsheet reads it, titles first."""
    answer = desk.get(f"/staff/reports/export.csv{query}")
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_list_is_filtered_by_its_form(desk, make_report):
    lamp, praise = make_report(), make_report(category="praise")
    page = desk.look("/staff/reports?category=praise")
    assert praise.shown_reference in page
    assert lamp.shown_reference not in page
    assert "No reports match" in desk.look("/staff/reports?status=fixed")
    assert lamp.shown_reference in desk.look("/staff/reports?since=nonsense&status=no-such-status")


def test_a_cursor_of_another_list_is_refused_with_a_sentence(desk):
    answer = desk.get("/staff/reports?cursor=abc")
    assert answer.status_code == 422
    assert "Start from the first page" in answer.text


def test_the_export_holds_what_the_list_holds_and_opens_in_norwegian_excel(desk, make_report):
    lamp = make_report(description="Mørkt; og «glatt»\nher", email="nina@example.org", name="Nina")
    make_report(category="praise")
    answer = desk.get("/staff/reports/export.csv?category=lamp_dark")
    assert answer.content.startswith(b"\xef\xbb\xbf"), "Excel reads UTF-8 only with its mark"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    titles, *rows = rows_of(desk, "?category=lamp_dark")
    (row,) = [dict(zip(titles, row, strict=True)) for row in rows]
    assert (row["Reference"], row["Text"], row["E-mail"]) == (
        lamp.shown_reference,
        "Mørkt; og «glatt»\nher",
        "nina@example.org",
    )


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1"])
def test_no_cell_of_the_export_is_a_formula(evil):
    assert safe(evil).startswith("'")


def test_words_and_negative_numbers_stay_what_they_are():
    assert [safe(value) for value in ("Storgata 64", -3.5, None, "a=b")] == ["Storgata 64", "-3.5", "", "a=b"]


def test_a_resident_cannot_smuggle_a_formula_into_the_export(desk, make_report):
    make_report(description="=1+1", name="@cmd", email="a@example.org")
    titles, row = rows_of(desk)
    assert row[titles.index("Text")] == "'=1+1"
    assert row[titles.index("Name")] == "'@cmd"


def enter(desk, **given):
    """Fill in the form for a caller and send it."""
    form = form_of(desk.look("/staff/reports/new"), "/staff/reports/new").fill(**{"category": "lamp_dark", **given})
    return desk.post(form.action, data=form.fields)


@pytest.mark.parametrize("contact", [{"name": "Nina"}, {"phone": "77 00 00 99"}, {}])
def test_a_caller_may_give_a_name_a_number_or_nothing(session, desk, kari, contact):
    answer = enter(desk, lat=str(STORGATA[0]), lon=str(STORGATA[1]), description="Dark", **contact)
    assert answer.status_code == 303, answer.text
    report = session.scalars(select(Report)).one()
    assert (report.channel, report.entered_by_id, report.lat) == ("phone", kari.id, STORGATA[0])
    assert f"Read the reference to the caller: {report.shown_reference}" in desk.look(answer.headers["location"])


def test_without_a_map_the_report_waits_for_its_place(session, desk):
    enter(desk, address="By the shop in Kroken", channel="counter")
    report = session.scalars(select(Report)).one()
    assert (report.lat, report.channel) == (None, "counter")
    assert "No place" in desk.look("/staff/queue")


def test_an_address_gets_its_receipt_in_the_callers_language(session, desk):
    enter(desk, address="Storgata", email="nina@example.org", language="en")
    assert session.scalars(select(Notification.kind)).all() == ["receipt"]


def test_the_desk_takes_in_what_residents_must_ring_about(session, desk):
    assert enter(desk, category="water_leak", address="Storgata").status_code == 303
    assert session.scalars(select(Report.category_code)).all() == ["water_leak"]


def test_what_is_missing_is_said_and_nothing_typed_is_lost(session, desk):
    answer = enter(desk, description="The caller's long story", email="no-address")
    assert answer.status_code == 422
    assert "The caller&#39;s long story" in answer.text
    assert "name@example.com" in answer.text
    assert session.scalars(select(Report)).all() == []


def test_the_questions_of_the_category_must_be_answered(session, desk):
    assert enter(desk, category="pothole", address="Storgata").status_code == 422
    assert enter(desk, category="pothole", address="Storgata", answers__size="small").status_code == 303


def test_pressing_twice_makes_one_report(session, desk):
    form = form_of(desk.look("/staff/reports/new"), "/staff/reports/new").fill(category="lamp_dark", address="Storgata")
    first, second = (desk.post(form.action, data=form.fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(session.scalars(select(Report)).all()) == 1


def test_a_whole_reference_leads_to_its_report(browser_of, kari, make_report):
    report = make_report(description="The lamp by the bakery")
    desk = browser_of(kari)
    answer = desk.get("/staff/reports", params={"text": report.shown_reference})
    assert answer.headers["location"] == f"/staff/reports/{report.reference}"
    assert "«The lamp by the bakery»" in desk.look("/staff/reports")


def test_the_rules_file_in_force_is_downloaded_at_the_desk(browser_of, kari, ola, rules):
    answer = browser_of(kari).get("/staff/rules/file")
    assert answer.content == rules.path.read_bytes()
    assert "attachment" in answer.headers["content-disposition"]
    assert browser_of(ola).get("/staff/rules/file").status_code == 403
