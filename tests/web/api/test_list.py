"""The list: filters, and paging that is whole whatever happens meanwhile."""

from __future__ import annotations

import itertools
import random
import string

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.models import REPORTER
from tests.application import NOON

WAYS = {"lat": 69.6492, "lon": 18.9553}


def references(client, **query) -> list[str]:
    """All of them, page after page."""
    found, cursor = [], None
    while True:
        answer = client.get("/api/reports", params=query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found += [report["reference"] for report in body["reports"]]
        cursor = body["next_cursor"]
        assert ("next" in answer.links) == bool(cursor)
        if cursor is None:
            return found


def test_pages_hold_every_report_once_newest_first_though_reports_arrive_meanwhile(client, make_report, clock):
    dice = random.Random(4)
    before = []
    for _ in range(23):
        # Several at the same moment: then the number decides.
        clock.pass_(seconds=dice.choice([0, 0, 1]))
        before.append(make_report().shown_reference)
    seen, cursor = [], ""
    while cursor is not None:
        body = client.get("/api/reports", params={"limit": 5, "cursor": cursor}).json()
        seen += [report["reference"] for report in body["reports"]]
        cursor = body["next_cursor"]
        clock.pass_(seconds=1)
        make_report()
    assert seen == before[::-1]


def test_the_link_header_leads_to_the_next_page_with_the_same_filters(client, make_report, clock):
    for _ in range(3):
        make_report(category="ice")
        make_report(category="snow")
        clock.pass_(minutes=1)
    first = client.get("/api/reports", params={"category": "ice", "limit": 2})
    rest = client.get(first.links["next"]["url"])
    assert [len(first.json()["reports"]), len(rest.json()["reports"])] == [2, 1]
    assert {report["category"] for report in rest.json()["reports"]} == {"ice"}
    assert "next" not in rest.links


def test_filters_take_several_values_and_all_must_hold(client, make_report, session):
    fixed, ice, snow = make_report(category="ice"), make_report(category="ice"), make_report(category="snow")
    other = make_report(category="other")
    fixed.fix(actor=REPORTER, at=NOON)
    session.commit()
    shown = {report: report.shown_reference for report in (fixed, ice, snow, other)}
    assert set(references(client, category="ice,snow")) == {shown[fixed], shown[ice], shown[snow]}
    assert references(client, category="ice", status="closed") == [shown[fixed]]
    assert references(client, category="ice", status="open") == [shown[ice]]
    assert references(client, status="fixed,answered") == [shown[fixed]]
    assert references(client, category="retired_long_ago") == []


def test_since_is_included_and_until_is_not(client, make_report, clock):
    first = make_report().shown_reference
    clock.pass_(hours=1)
    second = make_report().shown_reference
    assert references(client, since="2026-11-30T11:00:00Z") == [second, first]
    assert references(client, since="2026-11-30T11:00:00.000001Z") == [second]
    assert references(client, until="2026-11-30T12:00:00Z") == [first]
    assert references(client, since="2026-11-30T13:00:00+01:00") == [second]
    # Without an offset it is local time, and a date is its first moment there.
    assert references(client, since="2026-11-30T13:00") == [second]
    assert references(client, since="2026-11-30", until="2026-12-01") == [second, first]
    # A plus sign that was not encoded.
    assert len(client.get("/api/reports?since=2026-11-30T13:00:00+01:00").json()["reports"]) == 1


def test_a_box_holds_its_borders(client, make_report):
    here = make_report(**WAYS).shown_reference
    make_report(lat=69.70, lon=18.90)
    assert references(client, bbox="18.9553,69.6492,18.96,69.65") == [here]
    assert references(client, bbox="18.9554,69.6492,18.96,69.65") == []
    assert len(references(client, bbox="-180,-90,180,90")) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": "1,2,3"}, {"bbox": "1,2,3,4,5"}, {"bbox": "a,b,c,d"}, {"bbox": "nan,0,1,1"}, {"bbox": "0,0,inf,1"},
        {"bbox": "170,60,-170,70"}, {"bbox": "18,69,18,70"}, {"bbox": "18,70,19,69"}, {"bbox": "-181,0,0,1"},
        {"bbox": "0,-91,1,1"}, {"bbox": "1e1,0,20,1"}, {"bbox": "0,0,1,1" * 100}, {"category": "A;DROP"},
        {"category": "ice,"}, {"category": "\x00"}, {"status": "lost"}, {"since": "yesterday"}, {"until": "2026-13-01"},
        {"since": "0001-01-01"}, {"until": "9999-12-31T23:59:59-12:00"}, {"limit": "0"}, {"limit": "201"},
        {"limit": "x"}, {"limit": "1" * 5000}, {"categroy": "ice"},
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_understood_is_named(client, query):
    answer = client.get("/api/reports", params=query)
    assert answer.status_code == 422, answer.text
    assert [item["field"] for item in answer.json()["errors"]] == list(query)


def test_a_cursor_that_was_altered_or_belongs_elsewhere_is_a_bad_request(client, make_report):
    for _ in range(3):
        make_report(category="ice")
    cursor = client.get("/api/reports", params={"limit": 1, "category": "ice"}).json()["next_cursor"]
    assert client.get("/api/reports", params={"cursor": cursor, "category": "ice"}).status_code == 200
    # Another limit is no other list.
    assert client.get("/api/reports", params={"cursor": cursor, "category": "ice", "limit": 9}).status_code == 200
    assert client.get("/api/reports", params={"cursor": cursor}).status_code == 400
    assert client.get("/api/reports", params={"cursor": cursor, "category": "snow"}).status_code == 400
    letters = string.ascii_letters
    altered = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor))]
    for wrong in itertools.chain(altered, [cursor[:-1], cursor + "A", "x", letters, "é", "%", " "]):
        answer = client.get("/api/reports", params={"cursor": wrong, "category": "ice"})
        assert answer.status_code == 400, wrong
        assert answer.json()["type"] == "/problems/400"


NAMES = st.sampled_from(
    [
        "category",
        "status",
        "bbox",
        "since",
        "until",
        "limit",
        "cursor",
        "zoom",
        "group",
        "area",
        "language",
        "x",
    ]
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["18,69,19,70", "open", "ice", "15", "2026-11-30", "2026-11-30T11:00:00+25:00", "lamps", "0", "-0"]
    ),
    st.lists(st.floats(), min_size=4, max_size=4).map(lambda box: ",".join(map(str, box))),
    st.datetimes().map(str),
)


@hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    path=st.sampled_from(["/api/reports", "/api/map", "/api/categories", "/reports", "/api/reports/1"]),
    query=st.lists(st.tuples(NAMES, VALUES), max_size=5),
)
def test_no_question_is_answered_with_a_crash(client, path, query):
    answer = client.get(path, params=query)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and path.startswith("/api"):
        assert answer.headers["content-type"] == "application/problem+json"
