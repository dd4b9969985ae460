"""The map's data."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from app.models import REPORTER
from app.queries import map as map_queries
from tests.application import NOON

WORLD = "-180,-85,180,85"
TOWN = "18.9,69.6,19.0,69.7"


def features(client, *, bbox: str = TOWN, zoom: int = 16, **query) -> list[dict]:
    answer = client.get("/api/map", params={"bbox": bbox, "zoom": zoom, **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()["features"]


def test_a_report_is_a_point_when_near_and_a_cluster_when_far(client, make_report):
    report = make_report()
    assert features(client) == [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [report.lon, report.lat]},
            "properties": {"reference": report.shown_reference, "category": "lamp_dark", "status": "new"},
        }
    ]
    for zoom in range(15):
        far = features(client, bbox=WORLD, zoom=zoom)
        assert [feature["properties"] for feature in far] == [{"count": 1, "open": 1}], zoom
        assert far[0]["geometry"]["coordinates"] == [report.lon, report.lat]


def test_clusters_count_what_is_open_and_what_is_not_and_follow_every_change(client, make_report, session):
    first, second, third = (make_report(lat=69.6490 + n / 10_000, lon=18.9553) for n in range(3))
    first.fix(actor=REPORTER, at=NOON)
    session.commit()
    assert [one["properties"] for one in features(client, zoom=10)] == [{"count": 3, "open": 2}]
    assert [one["properties"] for one in features(client, zoom=10, status="closed")] == [{"count": 1, "open": 0}]
    second.hidden_at = NOON
    third.place(lat=69.66, lon=18.99, address=None, actor=REPORTER, at=NOON)
    session.commit()
    assert sorted(one["properties"]["count"] for one in features(client, zoom=14)) == [1, 1]


def test_the_map_holds_nothing_private_hidden_withdrawn_or_unplaced(client, make_report, session):
    make_report(category="complaint")
    make_report(address="Somewhere")
    hidden, withdrawn = make_report(), make_report()
    hidden.hidden_at = NOON
    withdrawn.withdraw(actor=REPORTER, at=NOON)
    session.commit()
    for zoom in (3, 8, 14, 15, 18):
        assert features(client, zoom=zoom) == []


@pytest.mark.parametrize("zoom", [5, 12, 16])
def test_filters_hold_near_and_far(client, make_report, clock, session, zoom):
    make_report(category="ice")
    clock.pass_(days=1)
    fixed = make_report(category="snow")
    fixed.fix(actor=REPORTER, at=clock())
    session.commit()

    def number(**query) -> int:
        return sum(one["properties"].get("count", 1) for one in features(client, zoom=zoom, **query))

    assert number() == 2
    assert (
        number(category="ice")
        == number(status="open")
        == number(status="new")
        == number(group="road", status="open")
        == 1
    )
    assert number(category="snow", status="closed") == number(since="2026-12-01") == number(status="fixed") == 1
    assert number(area="sentrum") == 2
    assert number(area="kroken") == number(until="2026-11-30") == number(group="lamps") == 0


def test_at_most_4000_features_are_sent_and_the_answer_says_that_there_are_more(client, make_report, session):
    make_report()
    many(session, 4000)
    answer = client.get("/api/map", params={"bbox": TOWN, "zoom": 15}).json()
    assert (len(answer["features"]), answer["truncated"]) == (4000, True)
    session.execute(text("DELETE FROM report WHERE id = (SELECT max(id) FROM report)"))
    session.commit()
    answer = client.get("/api/map", params={"bbox": TOWN, "zoom": 15}).json()
    assert (len(answer["features"]), answer["truncated"]) == (4000, False)
    far = client.get("/api/map", params={"bbox": TOWN, "zoom": 13}).json()
    assert sum(one["properties"]["count"] for one in far["features"]) == 4000


def test_what_the_tallies_do_not_know_is_counted_among_a_bounded_number(client, make_report, session, monkeypatch):
    monkeypatch.setattr(map_queries, "MOST_ROWS", 10)
    make_report()
    many(session, 10)
    query = {"bbox": WORLD, "zoom": 3, "since": "2020-01-01"}
    answer = client.get("/api/map", params=query).json()
    assert answer["truncated"] is True
    session.execute(text("DELETE FROM report WHERE id = (SELECT max(id) FROM report)"))
    session.commit()
    answer = client.get("/api/map", params=query).json()
    assert answer["truncated"] is False
    assert sum(one["properties"]["count"] for one in answer["features"]) == 10


def test_the_whole_world_at_street_level_is_answered_as_if_from_higher_up(client, make_report):
    make_report()
    assert features(client, bbox=WORLD, zoom=20) == features(client, bbox=WORLD, zoom=4)


@pytest.mark.parametrize(
    "query",
    [
        {}, {"bbox": TOWN}, {"zoom": 3}, {"bbox": "", "zoom": 3}, {"bbox": TOWN, "zoom": -1},
        {"bbox": TOWN, "zoom": 23},
        {"bbox": "179,69,-179,70", "zoom": 3}, {"bbox": "18,69,19", "zoom": 3}, {"bbox": "18,69,18,70", "zoom": 3},
        {"bbox": "-190,69,19,70", "zoom": 3}, {"bbox": TOWN, "zoom": 3, "colour": "red"},
        {"bbox": TOWN, "zoom": 3, "area": "atlantis"}, {"bbox": TOWN, "zoom": 3, "group": "atlantis"},
    ],
)  # fmt: skip
def test_a_map_that_is_none_is_refused(client, query):
    answer = client.get("/api/map", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_the_poles_and_the_edges_of_the_world_are_part_of_it(client):
    for bbox in ("-180,-90,180,90", "-180,-90,-179.99999,-89.99999", "179.99999,89.99999,180,90"):
        for zoom in range(23):
            assert features(client, bbox=bbox, zoom=zoom) == []


def test_an_unchanged_map_is_not_sent_again_and_every_change_is(client, make_report, session):
    report = make_report()
    ask = {"params": {"bbox": TOWN, "zoom": 12}}
    tag = client.get("/api/map", **ask).headers["etag"]
    known = {"headers": {"if-none-match": tag}}
    again = client.get("/api/map", **ask, **known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    changes = {
        "another status of the same kind": lambda: report.forward("bydrift", actor=REPORTER, at=NOON),
        "closed": lambda: report.fix(actor=REPORTER, at=NOON),
        "moved by a metre": lambda: setattr(report, "lat", report.lat + 0.00001),
        "another category": lambda: setattr(report, "category_code", "ice"),
        "hidden": lambda: setattr(report, "hidden_at", NOON),
        "shown again": lambda: setattr(report, "hidden_at", None),
        "private": lambda: setattr(report, "private", True),
        "gone": lambda: session.execute(text("DELETE FROM report")),
        "a new one": make_report,
    }
    for name, change in changes.items():
        tag = client.get("/api/map", **ask).headers["etag"]
        change()
        session.commit()
        answer = client.get("/api/map", **ask, headers={"if-none-match": tag})
        assert (answer.status_code, answer.headers["etag"] != tag) == (200, True), name


def test_what_the_map_does_not_show_leaves_its_tag(client, make_report, session):
    report = make_report()
    tag = client.get("/api/map", params={"bbox": TOWN, "zoom": 16}).headers["etag"]
    report.claimed_at = NOON
    session.commit()
    assert client.get("/api/map", params={"bbox": TOWN, "zoom": 16}).headers["etag"] == tag


def test_the_answer_is_compressed_for_those_who_can_read_it(client, make_report):
    make_report()
    ask = {"params": {"bbox": TOWN, "zoom": 16}}
    packed = client.get("/api/map", **ask, headers={"accept-encoding": "gzip"})
    plain = client.get("/api/map", **ask, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def many(session, number: int) -> None:
    """Copies of the newest report, each a little beside it."""
    session.execute(
        text("""
        INSERT INTO report (reference, nonce, version, category_code, status, private, lat, lon, road_owner,
            asset_owner, text_public, answers, proposal_reason, channel, flags, created_at, changed_at)
        SELECT lpad(n::text, 11, '0'), '', 1, category_code, status, false, lat + n / 1e7, lon, road_owner, asset_owner,
            false, '[]', '[]', channel, flags, created_at, changed_at
        FROM (SELECT * FROM report ORDER BY id DESC LIMIT 1) one, generate_series(1, :number) n
        """),
        {"number": number},
    )
    session.commit()


def test_random_boxes_are_answered_within_bounds(client, make_report):
    make_report()
    dice = random.Random(7)
    for _ in range(60):
        west, east = sorted(dice.uniform(-180, 180) for _ in range(2))
        south, north = sorted(dice.uniform(-90, 90) for _ in range(2))
        found = features(client, bbox=f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}", zoom=dice.randrange(23))
        assert len(found) <= 1
