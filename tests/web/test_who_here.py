"""What the form says about who gets the report, before it is sent; nothing of it comes from the browser."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from lxml import html
from sqlalchemy import select
from starlette.testclient import TestClient

from app.main import create_app
from app.models import Asset, RegisterAnswer, Report, Road
from tests.application import STORGATA
from tests.lookup.test_roads import position
from tests.web.pages.forms import form_of

LAT, LON = STORGATA


@pytest.fixture
def road(session):
    """A road through the middle of town: `road("county", ref="FV9862")`."""

    def lay(owner, *, ref=None, name=None, east=0.0):
        line = f"SRID=4326;LINESTRING({LON + east} {LAT - 0.001}, {LON + east} {LAT + 0.001})"
        session.add(Road(source_ref=f"{owner}{ref}", owner=owner, ref=ref, name=name, line=line))
        session.commit()

    return lay


@pytest.fixture
def lamp(session):
    def stand(owner, *, road_owner="unknown", road_ref=None):
        session.add(
            Asset(
                kind="lamp",
                source_ref="1",
                number="12-345",
                lat=LAT,
                lon=LON,
                owner=owner,
                road_owner=road_owner,
                road_ref=road_ref,
            )
        )
        session.commit()

    return stand


def said(client, **query):
    """The sentence, None when there is none."""
    query = {"category": "pothole", "lat": LAT, "lon": LON} | query
    answer = client.get("/here", params={name: value for name, value in query.items() if value is not None})
    assert answer.status_code == 200, answer.text
    found = html.fromstring(f"<div>{answer.text}</div>").xpath("//*[@id='who']")
    return " ".join(found[0].text_content().split()) if found else None


def test_a_county_road_is_the_countys_and_the_report_is_sent_on(client, road):
    road("county", ref="FV9862", name="Stakkevollvegen")
    assert said(client) == (
        "County road 9862, Stakkevollvegen. The report goes to Troms County Authority, who are responsible here. "
        "We send it on for you."
    )


def test_in_norwegian_it_is_as_plain(client, road):
    road("county", ref="FV9862 S1D1 m12")
    client.headers["accept-language"] = "nb"
    assert said(client) == (
        "Fylkesveg 9862. Meldingen går til Troms fylkeskommune, som har ansvaret her. Vi sender den videre for deg."
    )


@pytest.mark.parametrize("owner", ["municipality", "unknown"])
def test_what_is_ours_is_said_in_one_sentence(client, road, owner):
    road(owner, ref="KV1")
    assert said(client) == "City operations (Bydrift) gets the report."


def test_a_private_road_is_called_one(client, road):
    road("private")
    assert said(client) == "Private road. Service desk gets the report."


def test_a_municipal_lamp_on_a_county_road_goes_to_bydrift_and_both_are_said(client, road, lamp):
    road("county", ref="FV9862")
    lamp("municipality")
    assert said(client, category="lamp_dark") == (
        "County road 9862. The lamp belongs to the municipality. City operations (Bydrift) gets the report."
    )
    assert said(client).startswith("County road 9862. The report goes to Troms County Authority")


def test_a_county_lamp_on_a_county_road_goes_to_the_county(client, road, lamp):
    road("county", ref="FV9862")
    lamp("county")
    assert said(client, category="lamp_dark") == (
        "The lamp belongs to the county. The report goes to Troms County Authority, who are responsible here. "
        "We send it on for you."
    )


def test_a_lamp_of_unknown_owner_is_taken_for_the_road_owners(client, road, lamp):
    road("county", ref="FV9862")
    lamp("unknown")
    assert said(client, category="lamp_dark").startswith("County road 9862. The report goes to Troms County Authority")


def test_a_lamp_knows_its_road_better_than_the_nearest_line_does(client, road, lamp):
    """At a crossing the pin can be nearer to the other road."""
    road("municipality", ref="KV1", name="Sidegata")
    road("state", ref="EV98", name="Hovedgata", east=0.0004)
    lamp("unknown", road_owner="state", road_ref="EV98")
    assert said(client, category="lamp_dark").startswith("European road 98. The report goes to Norwegian Public Roads")


@pytest.mark.parametrize(
    "query",
    [
        {"lat": None}, {"lat": "59.9", "lon": "10.7"}, {"lat": "north"}, {"lat": "91"}, {"category": "no_such"},
        {"category": "lamp_danger"},
    ],
)  # fmt: skip
def test_without_a_place_of_ours_nothing_is_said(client, rules, query):
    if query.get("category") == "lamp_danger":
        query = {"category": next(c.code for c in rules.categories.values() if c.phone_instead)}
    assert said(client, **query) is None


def test_what_the_browser_claims_about_owners_is_not_heard(client, road):
    road("county", ref="FV9862")
    claimed = {"road_owner": "municipality", "asset_owner": "municipality", "unit": "bydrift"}
    assert "Troms County Authority" in said(client, **claimed)


def test_what_was_said_is_what_the_report_then_gets(client, session, road):
    road("county", ref="FV9862")
    told = said(client, **{"answers.size": "large"})
    form = form_of(client.get("/?category=pothole").text, "/reports")
    form.fill(lat=str(LAT), lon=str(LON), answers__size="large", road_owner="municipality", unit="bydrift").send(client)
    report = session.scalars(select(Report)).one()
    assert (report.road_owner, report.road_ref, report.proposed_unit_code) == (
        "county",
        "FV9862",
        "troms_fylkeskommune",
    )
    assert "Troms County Authority" in told


@pytest.fixture
def fake(make_register):
    register = make_register()
    register.answers["/posisjon"] = [position("F")]
    return register


@pytest.fixture
def asking(state, fake):
    """A browser of an installation that asks the road register."""
    there = replace(state, settings=state.settings.model_copy(update={"road_register": fake.url}))
    client = TestClient(create_app(there), headers={"accept-language": "en"})
    yield client
    client.close()


def ask_place(client, lat=LAT, lon=LON):
    return client.get("/place", params={"lat": lat, "lon": lon}).json()


def test_choosing_a_place_asks_the_register_once_and_the_form_then_knows(asking, fake, session):
    assert said(asking) == "City operations (Bydrift) gets the report."
    assert ask_place(asking) == {"inside": True, "fresh": True, "address": None}
    assert said(asking).startswith("County road 9862. The report goes to Troms County Authority")
    assert ask_place(asking)["fresh"] is False
    assert len(fake.asked) == 1
    assert len(session.scalars(select(RegisterAnswer)).all()) == 1


def test_a_place_that_is_not_ours_is_not_asked_about(asking, fake):
    assert ask_place(asking, 59.9, 10.7)["inside"] is False
    assert fake.asked == []


def test_a_slow_register_does_not_hold_up_the_place(asking, fake):
    fake.delay = 9.0
    began = time.monotonic()
    assert ask_place(asking) == {"inside": True, "fresh": False, "address": None}
    assert time.monotonic() - began < 6


def test_whoever_asks_for_very_many_places_gets_what_we_know_ourselves(state, fake):
    settings = state.settings.model_copy(update={"road_register": fake.url, "limit_searches_per_hour": 30})
    client = TestClient(create_app(replace(state, settings=settings)))
    answers = [ask_place(client, lat=LAT + number * 0.00001) for number in range(8)]
    client.close()
    assert [answer["inside"] for answer in answers] == [True] * 8
    assert [answer["fresh"] for answer in answers] == [True] * 5 + [False] * 3
    assert len(fake.asked) == 5
