"""Sending and reading reports."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.models import REPORTER, Actor, Photo, Report, ReportStatus
from tests.application import NOON, STORGATA

PLACE = {"lat": STORGATA[0], "lon": STORGATA[1]}
LAMP = {"category": "lamp_dark", **PLACE}


def mistakes(answer) -> dict[str, str]:
    """What a 422 says, by field."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {item["field"]: item["detail"] for item in answer.json()["errors"]}


def test_a_report_is_received_with_a_reference_and_a_secret_link(client):
    answer = client.post("/api/reports", json=LAMP)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert set(body) == {
        "reference",
        "status",
        "category",
        "lat",
        "lon",
        "created_at",
        "due_at",
        "url",
        "follow_url",
    }
    assert body["status"] == "new"
    assert body["created_at"] == "2026-11-30T11:00:00Z"
    assert body["url"] == f"http://testserver/reports/{body['reference']}"
    assert body["follow_url"].startswith(f"http://testserver/follow/{body['reference']}/")
    assert answer.headers["cache-control"] == "no-store"
    assert client.get(answer.headers["location"]).json()["category"] == "lamp_dark"


def test_everything_that_was_sent_is_stored(client, session):
    sent = {
        "category": "pothole", **PLACE, "description": " Deep hole\nby the kerb ", "address": "Storgata 61",
        "answers": {"size": "large"},
        "reporter": {"name": "Ada", "email": "ada@example.org", "phone": "77 00 00 00", "language": "en"},
    }  # fmt: skip
    answer = client.post("/api/reports", json=sent)
    assert answer.status_code == 201, answer.text
    report = session.scalar(select(Report))
    assert (report.category_code, report.lat, report.lon) == ("pothole", *STORGATA)
    assert (report.description, report.address, report.channel) == (
        "Deep hole\nby the kerb",
        "Storgata 61",
        "api",
    )
    assert [(one["code"], one["value"]) for one in report.answers] == [("size", "large")]
    assert report.proposed_unit_code == "bydrift"


def test_a_report_of_a_private_category_has_a_link_to_follow_and_no_public_page(client):
    sent = {"category": "complaint", **PLACE}
    body = client.post("/api/reports", json=sent).json()
    assert body["url"] is None
    assert client.get(f"/api/reports/{body['reference']}").status_code == 404
    assert client.get(body["follow_url"].removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "no_such"}, "category"),
        ({"category": "water_leak"}, "category"),
        ({"category": ""}, "category"),
        ({"category": None}, "category"),
        ({"category": ["lamp_dark"]}, "category"),
        ({"lat": None}, "lat"),
        ({"lat": "69.6"}, "lat"),
        ({"lat": True}, "lat"),
        ({"lat": 91}, "lat"),
        ({"lon": -181}, "lon"),
        ({"lat": 1e308}, "lat"),
        ({"lat": 59.91, "lon": 10.75}, "position"),
        ({"lat": STORGATA[1], "lon": STORGATA[0]}, "position"),
        ({"description": "x" * 3001}, "description"),
        ({"description": "null \x00 byte"}, "description"),
        ({"description": "lone \ud800 half"}, "description"),
        ({"description": 7}, "description"),
        ({"address": "x" * 201}, "address"),
        ({"answers": {"no_such": "x"}}, "answers.no_such"),
        ({"answers": {"mast_number": "x\x00"}}, "answers.mast_number"),
        ({"answers": []}, "answers"),
        ({"answers": {f"q{n}": "x" for n in range(51)}}, "answers"),
        ({"photos": ["no-uuid"]}, "photos.0"),
        ({"photos": ["7a0d5a0e-3f0e-4a6b-9a58-2f1c4f9d1b11"]}, "photos"),
        ({"photos": ["7a0d5a0e-3f0e-4a6b-9a58-2f1c4f9d1b11"] * 6}, "photos"),
        ({"reporter": {"email": "no address"}}, "email"),
        ({"reporter": {"phone": "call me"}}, "phone"),
        ({"reporter": {"language": "tlh"}}, "reporter.language"),
        ({"reporter": {"age": 7}}, "reporter.age"),
        ({"reporter": "Ada"}, "reporter"),
        ({"long": 18.9}, "long"),
        ({"\ud800": 1}, "body"),
    ],
)
def test_a_mistake_is_named_with_its_field_and_nothing_is_stored(client, session, change, field):
    body = json.dumps({**LAMP, **change})
    answer = client.post("/api/reports", content=body, headers={"content-type": "application/json"})
    found = mistakes(answer)
    assert [name for name in found if name == field or name.startswith(f"{field}.")], found
    assert all(found.values())
    assert session.scalar(select(Report)) is None


def test_a_place_is_required(client):
    assert set(mistakes(client.post("/api/reports", json={"category": "lamp_dark"}))) == {"lat", "lon"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_place_of_no_number_is_refused(client, number):
    body = f'{{"category": "lamp_dark", "lat": {number}, "lon": 18.9}}'
    answer = client.post("/api/reports", content=body, headers={"content-type": "application/json"})
    assert "lat" in mistakes(answer)


def test_a_pothole_without_its_size_is_asked_for_it(client):
    assert "answers.size" in mistakes(client.post("/api/reports", json={"category": "pothole", **PLACE}))


def test_mistakes_are_told_in_the_asker_s_language(client):
    answer = client.post("/api/reports", json={"category": "lamp_dark"}, headers={"accept-language": "nb"})
    assert mistakes(answer)["lat"] == "Dette mangler."


def test_only_what_is_public_is_read(client, make_report, session):
    report = make_report(
        description="My neighbour Olsen did it", address="At Olsen's", email="ada@example.org", name="Ada"
    )
    session.add(Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=False))
    session.commit()
    answer = client.get(f"/api/reports/{report.shown_reference}")
    body = answer.json()
    assert (body["description"], body["address"], body["photos"]) == (None, None, [])
    assert [update["kind"] for update in body["updates"]] == ["submitted"]
    assert "Olsen" not in answer.text
    assert "ada" not in answer.text.lower()


def test_words_and_photos_are_read_when_the_desk_let_them_through(client, make_report, session):
    report = make_report(description="It flickers", address="At Olsen's", **PLACE)
    report.nearest_address = "Storgata 61"
    photo = Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64, public=True)
    session.add(photo)
    report.text_public = True
    session.commit()
    for body in (
        client.get(f"/api/reports/{report.shown_reference}").json(),
        client.get("/api/reports").json()["reports"][0],
    ):
        assert (body["description"], body["address"]) == ("It flickers", "Storgata 61")
        assert body["photos"][0]["url"] == f"http://testserver/photos/{photo.id}.jpg"


def test_a_decision_shows_with_its_words_and_an_undone_one_never(client, make_report, session, kari):
    report, desk = make_report(), Actor.of(kari)
    report.reject(actor=desk, at=NOON, words="This is not ours.")
    report.undo(ReportStatus.NEW, unit_code=None, actor=desk, at=NOON)
    report.forward("bydrift", actor=desk, at=NOON)
    report.note(actor=desk, at=NOON, words="Among ourselves", public=False)
    report.fix(actor=desk, at=NOON, words="New lamp.")
    session.commit()
    session.expire_all()
    answer = client.get(f"/api/reports/{report.shown_reference}")
    body = answer.json()
    assert [one["kind"] for one in body["updates"]] == ["submitted", "forwarded", "fixed"]
    assert body["updates"][-1]["words"] == "New lamp."
    assert "not ours" not in answer.text
    assert "Among" not in answer.text


def test_a_hidden_report_is_gone_and_so_is_a_withdrawn_one(client, make_report, session):
    hidden, withdrawn = make_report(), make_report()
    hidden.hidden_at = NOON
    withdrawn.withdraw(actor=REPORTER, at=NOON)
    session.commit()
    for report in (hidden, withdrawn):
        assert client.get(f"/api/reports/{report.shown_reference}").status_code == 410
    assert client.get("/api/reports").json()["reports"] == []


def test_a_duplicate_names_the_report_that_stays_unless_it_is_not_public(client, make_report, session, kari):
    first, second = make_report(), make_report()
    second.mark_duplicate(first, actor=Actor.of(kari), at=NOON)
    session.commit()
    read = f"/api/reports/{second.shown_reference}"
    assert client.get(read).json()["duplicate_of"] == first.shown_reference
    first.hidden_at = NOON
    session.commit()
    assert client.get(read).json()["duplicate_of"] is None


@pytest.mark.parametrize("typed", ["2026-000001-9", "x", "1" * 40, "%00", "2026%2F1", "٢٠٢٦٠٠٠٠٠١٩"])
def test_a_wrong_reference_is_not_found(client, typed):
    answer = client.get(f"/api/reports/{typed}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_reference_is_read_with_and_without_its_hyphens(client, make_report):
    report = make_report()
    for typed in (report.reference, report.shown_reference, report.shown_reference.replace("-", " ")):
        assert client.get(f"/api/reports/{typed}").status_code == 200
