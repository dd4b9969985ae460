"""Feeds, held against RFC 4287 and GeoRSS simple; what was not let through stands in none."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from lxml import etree

from app.models import REPORTER, Photo
from tests.application import NOON, STORGATA

PLACE = {"lat": STORGATA[0], "lon": STORGATA[1]}
A = "{http://www.w3.org/2005/Atom}"
G = "{http://www.georss.org/georss}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d){0,2}:[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+")


def read(client, path: str = "/reports.atom"):
    """The feed's root; fails where it is no feed by RFC 4287."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    hold(feed)
    return feed


def hold(feed) -> None:
    """What sections 4.1.1, 4.1.2 and 4.2 demand."""
    assert feed.tag == f"{A}feed"
    for element in (feed, *feed.iter(f"{A}entry")):
        for once in ("id", "title", "updated"):
            assert len(element.findall(f"{A}{once}")) == 1, once
        assert TAG.fullmatch(element.findtext(f"{A}id"))
        for time in ("updated", "published"):
            for found in element.findall(f"{A}{time}"):
                assert RFC3339.fullmatch(found.text)
                datetime.fromisoformat(found.text)
        kinds = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in element.findall(f"{A}link")]
        assert len([kind for kind in kinds if kind[0] == "alternate"]) == 1
        for link in element.findall(f"{A}link"):
            assert urlsplit(link.get("href")).scheme in {"http", "https"}
        for category in element.findall(f"{A}category"):
            assert category.get("term")
    # An author of the feed, a person with a name, stands for all entries (4.1.1); entries without content need a link
    # to where they can be read, and a summary is text (4.1.2).
    assert feed.findtext(f"{A}author/{A}name")
    assert len(feed.findall(f"{A}link[@rel='self']")) == 1
    ids = [element.findtext(f"{A}id") for element in (feed, *feed.iter(f"{A}entry"))]
    assert len(ids) == len(set(ids))
    for entry in feed.iter(f"{A}entry"):
        assert entry.find(f"{A}summary").get("type") == "text"
        assert not len(entry.find(f"{A}summary"))
        lat, lon = map(float, entry.findtext(f"{G}point").split())
        assert -90 <= lat <= 90
        assert -180 <= lon <= 180
    newest = max([entry.findtext(f"{A}updated") for entry in feed.iter(f"{A}entry")], default=None)
    assert newest is None or feed.findtext(f"{A}updated") == newest


def links(feed) -> dict[str, str]:
    return {link.get("rel"): link.get("href") for link in feed.findall(f"{A}link")}


def referred(feed) -> list[str]:
    return [entry.find(f"{A}link").get("href").rpartition("/")[2] for entry in feed.iter(f"{A}entry")]


def test_the_newest_reports_are_a_feed_of_their_own_language(client, make_report, clock, session):
    make_report(category="ice")
    clock.pass_(hours=1)
    snow = make_report(category="snow")
    clock.pass_(hours=1)
    snow.fix(actor=REPORTER, at=clock())
    session.commit()
    feed = read(client, "/reports.atom?lang=en")
    first = feed.find(f"{A}entry")
    assert referred(feed)[0] == snow.shown_reference
    assert first.findtext(f"{A}id") == f"tag:testserver,2026:reports/{snow.reference}"
    assert first.findtext(f"{A}published") == "2026-11-30T12:00:00Z"
    assert first.findtext(f"{A}updated") == feed.findtext(f"{A}updated") == "2026-11-30T13:00:00Z"
    assert [(one.get("term"), one.get("label")) for one in first.findall(f"{A}category")][1] == ("fixed", "Fixed")
    assert first.findtext(f"{A}summary") == "Status: Fixed."
    assert first.findtext(f"{G}point") == f"{STORGATA[0]} {STORGATA[1]}"
    assert links(feed)["self"] == "http://testserver/reports.atom?lang=en"
    assert links(feed)["alternate"] == "http://testserver/reports"
    # Whoever fetches it has no language; the municipality's own stands in for it.
    assert read(client).get("{http://www.w3.org/XML/1998/namespace}lang") == "nb"


def test_a_feed_without_entries_is_a_feed(client):
    assert read(client).findall(f"{A}entry") == []


def test_a_feed_takes_the_list_s_filters_and_keeps_them(client, make_report):
    near, far = make_report(category="ice"), make_report(category="snow", lat=69.70, lon=19.0)
    at = f"{STORGATA[0]},{STORGATA[1]}"
    for query, wanted in {
        "category=ice": near, "category=road.*,snow&status=open&from=2026-11-30": None, f"near={at}&radius=200": near,
        "bbox=18.99,69.69,19.01,69.71": far, "text=snø": far,
    }.items():  # fmt: skip
        feed = read(client, f"/reports.atom?{query}")
        assert referred(feed) == ([wanted.shown_reference] if wanted else [far.shown_reference, near.shown_reference])
        assert read(client, links(feed)["self"].removeprefix("http://testserver")) is not None
        assert client.get(links(feed)["alternate"]).status_code == 200
    one, other = (read(client, f"/reports.atom?category={kind}").findtext(f"{A}id") for kind in ("ice", "snow"))
    assert one != other
    page = client.get(f"/reports?near={at}&radius=200").text
    assert f'type="application/atom+xml" title="These reports as a feed" href="/reports.atom?near={at}&amp;' in page


def test_older_reports_follow_by_the_next_link(client, make_report, clock):
    made = []
    for _ in range(55):
        clock.pass_(minutes=1)
        made.insert(0, make_report().shown_reference)
    first = read(client)
    second = read(client, links(first)["next"].removeprefix("http://testserver"))
    assert referred(first) + referred(second) == made
    assert len(referred(first)) == 50
    assert "next" not in links(second)
    assert links(second)["first"] == links(first)["self"]
    assert first.findtext(f"{A}id") == second.findtext(f"{A}id")


def test_what_was_not_let_through_stands_in_no_feed(client, make_report, session):
    make_report(category="complaint", description="Olsen", **PLACE)
    make_report(address="Olsen")
    hidden, withdrawn = make_report(description="Olsen", **PLACE), make_report(description="Olsen", **PLACE)
    hidden.hidden_at = NOON
    withdrawn.withdraw(actor=REPORTER, at=NOON)
    held = make_report(description="Olsen did it", address="At Olsen's", email="olsen@example.org", **PLACE)
    held.note(actor=REPORTER, at=NOON, words="Olsen", public=False)
    session.add(Photo(report_id=held.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=False))
    session.commit()
    for path in ("/reports.atom", "/reports.atom?text=olsen"):
        text = client.get(path).text
        assert "Olsen" not in text
        assert "enclosure" not in text
    assert referred(read(client)) == [held.shown_reference]
    assert referred(read(client, "/reports.atom?text=olsen")) == []


def test_words_that_were_let_through_are_escaped_and_whole(client, make_report, session):
    words = 'Hull <b>&amp; "kant"</b> ]]> 🕳️ čŋ\x0b\x1f\ufffe'
    report = make_report(address="At Olsen's", **PLACE)
    report.nearest_address = "A & B <c>"
    report.description, report.text_public = words, True
    photo = Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=True)
    session.add(photo)
    session.commit()
    entry = read(client, "/reports.atom?lang=en").find(f"{A}entry")
    assert entry.findtext(f"{A}summary") == 'Status: Received. Hull <b>&amp; "kant"</b> ]]> 🕳️ čŋ'
    assert entry.findtext(f"{A}title").endswith("A & B <c>")
    assert "Olsen" not in client.get("/reports.atom").text
    assert entry.find(f"{A}link[@rel='enclosure']").get("href") == f"http://testserver/photos/{photo.id}.jpg"


def test_who_has_the_feed_gets_it_only_when_something_in_it_changed(client, make_report, session, clock):
    report = make_report(description="Glatt", **PLACE)
    first = client.get("/reports.atom")
    assert first.headers["cache-control"] == "public, no-cache"
    tag = {"if-none-match": first.headers["etag"]}
    again = client.get("/reports.atom", headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    report.text_public = True
    session.commit()
    shown = client.get("/reports.atom", headers=tag)
    assert "Glatt" in shown.text
    # Taken back: nobody keeps it, though nothing else of the report changed.
    report.text_public = False
    session.commit()
    back = client.get("/reports.atom", headers={"if-none-match": shown.headers["etag"]})
    assert back.status_code == 200
    assert "Glatt" not in back.text
    assert client.get("/reports.atom?lang=en", headers=tag).status_code == 200


@pytest.mark.parametrize("query", ["near=x", "near=91,0", "radius=5", "status=x", "text=%F0%9F%99%82", "category=a.*"])
def test_a_filter_that_cannot_be_understood_is_no_empty_feed(client, query):
    assert client.get(f"/reports.atom?{query}").status_code == 422


def test_a_cursor_that_was_altered_is_refused(client):
    assert client.get("/reports.atom?before=x").status_code == 400


def test_a_feed_asks_few_questions(client, make_report, count_queries, clock):
    for _ in range(30):
        make_report()
        clock.now += timedelta(minutes=1)
    at = f"{STORGATA[0]},{STORGATA[1]}"
    for query in ("", f"?near={at}&radius=300&text=lys&status=open&photo=1"):
        with count_queries() as counted:
            assert client.get(f"/reports.atom{query}").status_code == 200
        assert counted.number <= 5, counted.statements
