"""Everybody's list and map of reports."""

from __future__ import annotations

import html
import re

import pytest

from app.models import REPORTER, Photo
from tests.application import NOON, STORGATA

PLACE = {"lat": STORGATA[0], "lon": STORGATA[1]}


def look(client, path: str = "/reports") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def listed(page: str) -> list[str]:
    return re.findall(r'<a href="/reports/(\d{4}-\d+-\d)">', page)


def turn(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return html.unescape(found.group(1)) if found else ""


def test_the_list_shows_reports_and_leads_to_their_pages(client, make_report):
    report = make_report()
    page = look(client)
    assert listed(page) == [report.shown_reference]
    assert "1 report, 1 of them not done yet." in page


def test_an_empty_list_says_so(client):
    assert "No reports fit what you chose." in look(client)


def test_one_turns_pages_there_and_back(client, make_report, clock):
    made = []
    for _ in range(45):
        clock.pass_(minutes=1)
        made.insert(0, make_report().shown_reference)
    first = look(client)
    second = look(client, turn(first, "next"))
    third = look(client, turn(second, "next"))
    assert [listed(page) for page in (first, second, third)] == [made[:20], made[20:40], made[40:]]
    assert (turn(first, "prev"), turn(third, "next")) == ("", "")
    back = look(client, turn(third, "prev"))
    assert listed(back) == made[20:40]
    assert listed(look(client, turn(back, "prev"))) == made[:20]
    # Reports that arrive meanwhile move nothing on the page one is on.
    make_report()
    assert listed(look(client, turn(first, "next"))) == made[20:40]


def test_the_address_keeps_the_filters_on_every_page(client, make_report, clock):
    for _ in range(25):
        clock.pass_(minutes=1)
        make_report(category="ice")
        make_report(category="snow")
    page = look(client, "/reports?category=ice&status=open")
    assert len(listed(page)) == 20
    assert re.search('name="category" value="ice" checked', page)
    assert '<option value="open" selected>' in page
    assert len(listed(look(client, turn(page, "next")))) == 5


def test_a_group_a_status_a_time_and_an_area_can_be_chosen(client, make_report, clock, session):
    ice = make_report(category="ice").shown_reference
    clock.pass_(days=1)
    lamp = make_report()
    lamp.fix(actor=REPORTER, at=clock())
    session.commit()
    lamp = lamp.shown_reference
    assert listed(look(client, "/reports?category=road.*")) == [ice]
    assert listed(look(client, "/reports?category=lamps.*")) == [lamp]
    assert listed(look(client, "/reports?status=closed")) == [lamp]
    assert listed(look(client, "/reports?status=fixed")) == [lamp]
    # Both days belong to what is chosen.
    assert listed(look(client, "/reports?from=2026-11-30&to=2026-11-30")) == [ice]
    assert listed(look(client, "/reports?from=2026-11-30&to=2026-12-01")) == [lamp, ice]
    assert listed(look(client, "/reports?area=sentrum")) == [lamp, ice]
    assert listed(look(client, "/reports?area=kroken")) == []
    assert listed(look(client, "/reports?bbox=18.9,69.6,19,69.7")) == [lamp, ice]
    assert listed(look(client, "/reports?bbox=18.9,69.6,18.91,69.7")) == []


def test_the_list_shows_nothing_that_is_not_public(client, make_report, session):
    make_report(category="complaint")
    make_report(address="Somewhere")
    hidden, open_report = make_report(), make_report(description="Olsen did it", address="At Olsen's", **PLACE)
    hidden.hidden_at = NOON
    session.add(Photo(report_id=open_report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=False))
    session.commit()
    page = look(client)
    assert listed(page) == [open_report.shown_reference]
    assert "Olsen" not in page
    assert "/photos/" not in page


def test_what_the_desk_let_through_is_shown(client, make_report, session):
    report = make_report(description="Dark", address="At Olsen's", **PLACE)
    report.nearest_address = "Storgata 61"
    photo = Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=True)
    session.add(photo)
    report.text_public = True
    session.commit()
    page = look(client)
    assert "Storgata 61" in page
    assert "Olsen" not in page, "nobody can mask what was typed as an address"
    assert f"/photos/{photo.id}-thumbnail.jpg" in page


def test_a_category_that_left_the_rules_is_still_listed(client, make_report, session):
    make_report().category_code = "gone_long_ago"
    session.commit()
    assert "gone_long_ago" in look(client)


@pytest.mark.parametrize(
    "query", ["area=atlantis", "category=atlantis.*", "status=x", "from=x", "to=2026-02-30", "bbox=x"]
)
def test_a_filter_that_cannot_be_understood_is_explained_beside_it(client, make_report, query):
    make_report()
    answer = client.get(f"/reports?{query}")
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    assert f'href="#{query.partition("=")[0]}"' in answer.text


def test_a_cursor_that_was_altered_is_explained(client):
    answer = client.get("/reports?before=x")
    assert answer.status_code == 400
    assert "This cursor does not belong" in answer.text


def test_a_script_that_follows_the_map_gets_the_list_alone(client, make_report):
    report = make_report()
    part = client.get("/reports?bbox=18.9,69.6,19,69.7", headers={"x-part": "list"}).text
    assert listed(part) == [report.shown_reference]
    assert "<html" not in part
    assert "X-Part" in client.get("/reports").headers["vary"]


def test_no_page_asks_the_database_more_than_twelve_times(client, make_report, count_queries, session):
    for _ in range(30):
        report = make_report()
        session.add(Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=True))
    session.commit()
    for path in (
        "/reports", "/reports?category=lamps.*&status=open&area=sentrum&from=2026-01-01&bbox=18,69,19,70",
        "/api", "/problems/404", "/api/reports?limit=200", "/api/map?bbox=18,69,19,70&zoom=4",
        "/api/map?bbox=18.9,69.6,19,69.7&zoom=16", "/api/categories", f"/api/reports/{report.reference}",
    ):  # fmt: skip
        with count_queries() as counted:
            assert client.get(path).status_code == 200
        assert counted.number <= 12, (path, counted.statements)
