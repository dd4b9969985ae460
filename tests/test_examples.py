"""Other municipalities: rules, mapping and input of Boston and Zürich go through the whole program."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.main import create_app
from app.models import Report
from app.routing import RulesFile, load_rules
from app.services import areas
from app.services.importing import import_reports
from app.services.mapping_file import load_mapping
from app.settings import PROJECT
from app.web.state import AppState
from tests.application import NOON

EXAMPLES = PROJECT / "examples"
TOWNS = {"boston": (42.3300, -71.0800), "zuerich": (47.3770, 8.5400)}


@pytest.fixture
def in_town(state):
    """A browser in a town that runs on its own rules file."""

    def open_browser(town: str) -> TestClient:
        there = replace(state, rules_file=RulesFile(EXAMPLES / town / "rules.yaml"))
        return TestClient(create_app(there), follow_redirects=False, headers={"accept-language": "en"})

    return open_browser


def test_whoever_names_no_language_gets_one_of_the_towns(in_town, client):
    assert '<html lang="en"' in in_town("boston").get("/", headers={"accept-language": ""}).text
    assert '<html lang="nb"' in client.get("/", headers={"accept-language": "x"}).text


@pytest.mark.parametrize(("town", "rows", "imported"), [("boston", 30, 30), ("zuerich", 31, 31)])
def test_the_made_up_input_comes_in_whole_and_once(session, town, rows, imported):
    rules = load_rules(EXAMPLES / town / "rules.yaml")
    mapping = load_mapping(EXAMPLES / town / "mapping.yaml", rules)
    first, second = (
        import_reports(session, EXAMPLES / town / "reports.csv", mapping, rules=rules, at=NOON) for _ in range(2)
    )
    assert (first.read, first.imported, first.refused) == (rows, imported, [])
    assert (second.imported, second.known) == (0, imported)


def test_bostons_times_are_bostons_and_its_duplicates_are_linked(session):
    rules = load_rules(EXAMPLES / "boston" / "rules.yaml")
    mapping = load_mapping(EXAMPLES / "boston" / "mapping.yaml", rules)
    result = import_reports(session, EXAMPLES / "boston" / "reports.csv", mapping, rules=rules, at=NOON)
    kept = {report.source_ref: report for report in session.scalars(select(Report))}
    first = kept["101000900001"]
    assert first.created_at == datetime(2024, 2, 1, 12, 12, 3, tzinfo=UTC)
    assert kept["101000900002"].duplicate_of_id == kept["101000900003"].duplicate_of_id == first.id
    assert kept["101000900022"].duplicate_of_id == kept["101000900021"].id
    assert (kept["101000900006"].status, kept["101000900006"].flags) == ("rejected", ["duplicate_unlinked"])
    assert result.flags["default_point"] == 2
    assert result.statuses == {"fixed": 20, "new": 6, "duplicate": 3, "rejected": 1}


@pytest.mark.parametrize(
    ("town", "category", "unit", "answers"),
    [("boston", "street_light", "street_lights", {"pole": "17"}), ("zuerich", "beleuchtung", "ewz", {"mast": "4"})],
)
def test_a_report_goes_the_whole_way_in_another_town(in_town, session, town, category, unit, answers):
    lat, lon = TOWNS[town]
    body = {"category": category, "lat": lat, "lon": lon, "description": "It is dark here.", "answers": answers}
    answer = in_town(town).post("/api/reports", json=body)
    assert answer.status_code == 201, answer.text
    report = session.scalars(select(Report)).one()
    assert report.proposed_unit_code == unit
    page = in_town(town).get(f"/reports/{report.shown_reference}")
    assert page.status_code == 200
    names = load_rules(EXAMPLES / town / "rules.yaml").categories[category].names
    assert next(iter(names.values())) in page.text


@pytest.mark.parametrize(("town", "day", "due"), [
    # Ten working days on: Presidents' Day is none in Boston, and Sechseläuten's Monday is one in Zürich.
    ("boston", datetime(2026, 2, 9, 17, tzinfo=UTC), datetime(2026, 2, 24, 21, tzinfo=UTC)),
    ("zuerich", datetime(2026, 4, 27, 10, tzinfo=UTC), datetime(2026, 5, 12, 14, tzinfo=UTC)),
])  # fmt: skip
def test_due_dates_follow_the_towns_own_holidays_and_clock(in_town, session, clock, town, day, due):
    clock.now = day
    category = "street_light" if town == "boston" else "beleuchtung"
    lat, lon = TOWNS[town]
    answer = in_town(town).post("/api/reports", json={"category": category, "lat": lat, "lon": lon})
    assert answer.status_code == 201, answer.text
    assert session.scalars(select(Report.due_at)).one() == due


@pytest.mark.parametrize("town", TOWNS)
def test_nothing_norwegian_is_left_on_another_towns_form(in_town, town):
    page = in_town(town).get("/").text
    rules = load_rules(EXAMPLES / town / "rules.yaml")
    assert rules.municipality.name() in page
    for phone in rules.municipality.phones:
        assert phone.number in page
    for word in ("Tromsø", "tromso", "Bydrift", "Servicetorget", ">110<", ">113<", ">175<"):
        assert word not in page, word


@pytest.mark.parametrize("town", TOWNS)
def test_tromso_is_outside_another_town(in_town, town):
    found = in_town(town).get("/place", params={"lat": 69.65, "lon": 18.95}).json()
    assert found["inside"] is False
    assert found["text"] == next(iter(load_rules(EXAMPLES / town / "rules.yaml").municipality.outside.texts.values()))


@pytest.mark.realdb
def test_an_imported_area_decides_what_is_outside_in_a_running_server(real_session_factory, settings, clock, tmp_path):
    """Through the whole web application, started and watching as in production."""
    from app.db import transaction
    from app.storage import PhotoStore

    rules_file = RulesFile(PROJECT / "routing_rules.yaml")
    file = tmp_path / "official.geojson"
    square = [[18.8, 69.6], [19.2, 69.6], [19.2, 69.8], [18.8, 69.8], [18.8, 69.6]]
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [square]}))
    with transaction(real_session_factory) as session:
        areas.import_area(session, file, code="service", rules=rules_file.current, at=clock())
    state = AppState(
        settings=settings,
        session_factory=real_session_factory,
        rules_file=rules_file,
        photos=PhotoStore(settings.photo_dir),
        secret=b"s" * 40,
        clock=clock,
    )
    ersfjordbotn = {"lat": 69.6945, "lon": 18.6335}
    with TestClient(create_app(state)) as client:
        assert client.get("/place", params=ersfjordbotn).json()["inside"] is False
        outline = client.get("/map/area.json")
        assert outline.json()["features"][0]["geometry"]["coordinates"] == [[square]]
        refused = client.post("/api/reports", json={"category": "lamp_dark", **ersfjordbotn})
        assert refused.status_code == 422, refused.text
        with transaction(real_session_factory) as session:
            areas.forget_area(session, "service")
        wait_until(lambda: client.get("/place", params=ersfjordbotn).json()["inside"])
        assert client.get("/map/area.json").headers["etag"] != outline.headers["etag"]
        assert client.post("/api/reports", json={"category": "lamp_dark", **ersfjordbotn}).status_code == 201


def wait_until(holds, *, seconds: float = 15.0) -> None:
    import time

    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
