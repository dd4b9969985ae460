"""Kinds of reports by words, and what should be known before one writes: as a page without script has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import select
from starlette.testclient import TestClient

from app.main import create_app
from app.models import Asset, Report, ServiceFigure
from app.routing import RulesFile
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import STORGATA
from tests.web.pages.forms import Form, form_of

PLACE = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])}
TROMSDALEN = {"lat": "69.6455", "lon": "18.9940"}
RULES = Path(__file__).resolve().parents[3] / "routing_rules.yaml"


@pytest.fixture
def form(client: TestClient) -> Form:
    return form_of(client.get("/").text, "/reports")


@pytest.fixture
def lately(session, clock):
    """`lately("pothole", days=10.2)`: enough reports were closed to say so."""

    def write(category, *, days):
        row = {"closed": 12, "days_for_nine_of_ten": days, "in_time": 0.9, "computed_at": clock()}
        session.add(ServiceFigure(category_code=category, **row))
        session.commit()

    return write


def choices(page: str, box: str) -> list[str]:
    """The kinds that can be chosen in a part of the page."""
    return [str(value) for value in html.fromstring(page).xpath(f"//*[@id='{box}']//input[@name='category']/@value")]


def test_the_search_gives_choices_of_the_form_best_first(client):
    answer = client.get("/kinds", params={"q": "hål i veien"})
    values = html.fromstring(answer.text).xpath("//input[@type='radio'][@name='category']/@value")
    assert values[0] == "pothole"
    assert "<html" not in answer.text


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7*7 }}", "%s%n", "æøå" * 50])
def test_what_is_searched_for_is_shown_as_text(client, words):
    page = client.get("/kinds", params={"q": words}).text
    tree = html.fromstring(f"<div>{page}</div>")
    assert not tree.xpath("//script | //img")
    assert words.strip() in tree.text_content() or tree.xpath("//input")


def test_a_search_that_is_too_long_is_refused_and_an_empty_one_says_nothing(client):
    assert client.get("/kinds", params={"q": "x" * 301}).status_code == 422
    assert "did not find" not in client.get("/kinds").text


def test_a_description_is_sent_in_the_body_and_needs_the_form_s_token(client, form):
    assert client.post("/kinds", data={"words": "dark street lamp"}).status_code == 403
    sent = {"words": "dark street lamp", "csrf_token": form.fields["csrf_token"][0]}
    answer = client.post("/kinds", data=sent)
    assert html.fromstring(answer.text).xpath("//button/@data-kind")[0] == "lamp_dark"
    assert len(html.fromstring(answer.text).xpath("//button")) <= 3
    assert client.post("/kinds", data=sent | {"words": "hello there"}).text.strip() == ""


def test_the_button_finds_kinds_and_keeps_everything(client, session, form):
    page = form.fill(kind="lyktestolpe", description="By the gate", address="Storgata 64", do="kind").send(client)
    assert page.status_code == 200
    assert choices(page.text, "kind-hits")[0] == "lamp_dark"
    again = form_of(page.text, "/reports")
    assert again.fields["description"][0].strip() == "By the gate"
    assert again.fields["address"] == ["Storgata 64"]
    assert again.fields["kind"] == ["lyktestolpe"]
    assert session.scalars(select(Report)).all() == []
    assert again.fill(category="sweeping").send(client).status_code == 303


def test_words_that_fit_nothing_say_so(client, form):
    page = form.fill(kind="xyzzyqw", do="kind").send(client)
    assert "We did not find “xyzzyqw”" in page.text


def test_a_report_without_a_kind_is_asked_which_its_words_mean(client, form):
    page = form.fill(description="graffiti on the wall", **PLACE).send(client)
    assert page.status_code == 422
    assert choices(page.text, "kinds-guessed")[0] == "tagging"


def test_an_answer_that_must_be_phoned_hides_the_rest_and_sends_nothing(client, session, form):
    first = form.fill(category="lamp_dark", description="By the gate", **PLACE).send(client)
    answered = form_of(first.text, "/reports").fill(answers__state="wires")
    page = answered.send(client)
    assert page.status_code == 422
    assert "77 00 00 02" in page.text
    tree = html.fromstring(page.text)
    assert tree.get_element_by_id("rest").get("hidden") is not None
    assert session.scalars(select(Report)).all() == []
    back = form_of(page.text, "/reports").fill(answers__state="flickers", do="kind").send(client)
    assert html.fromstring(back.text).get_element_by_id("rest").get("hidden") is None
    assert form_of(back.text, "/reports").fields["description"][0].strip() == "By the gate"


def test_a_number_to_ring_for_a_place_and_a_time_shows_there_and_then_only(client, clock):
    asked = {"category": "surface_water", "answers.source": "ground"}
    clock.now = clock.now.replace(month=5, day=20)
    assert "data-stopper" in client.get("/here", params=asked | TROMSDALEN).text
    assert "data-stopper" not in client.get("/here", params=asked | PLACE).text
    assert "data-stopper" not in client.get("/here", params=asked | TROMSDALEN | {"answers.source": "rain"}).text
    clock.now = clock.now.replace(month=7)
    assert "data-stopper" not in client.get("/here", params=asked | TROMSDALEN).text


def test_the_server_refuses_what_must_be_phoned_and_the_desk_may_take_it_in(client, clock, submit_as_desk):
    clock.now = clock.now.replace(month=5, day=20)
    lat, lon = float(TROMSDALEN["lat"]), float(TROMSDALEN["lon"])
    sent = {"category": "surface_water", "lat": lat, "lon": lon, "answers": {"source": "ground"}}
    refused = client.post("/api/reports", json=sent)
    assert refused.status_code == 422
    assert "77 00 00 02" in refused.json()["detail"]
    assert client.post("/api/reports", json=sent | {"answers": {"source": "rain"}}).status_code == 201
    assert submit_as_desk(category="surface_water", lat=lat, lon=lon, answers={"source": "ground"}).reference


@pytest.fixture
def submit_as_desk(session, rules, clock, kari):
    return lambda **given: submit_report(session, ReportDraft(**given), rules=rules, at=clock(), entered_by=kari)


def test_a_notice_for_a_season_shows_in_it(client, clock):
    asked = {"category": "lamp_dark", **PLACE}
    assert "midsummer" not in client.get("/here", params=asked).text
    clock.now = clock.now.replace(month=6)
    assert "midsummer" in client.get("/here", params=asked).text


def test_what_everybody_should_know_stands_above_the_form(client, state, tmp_path):
    folder = tmp_path / "rules"
    folder.mkdir()
    text = RULES.read_text(encoding="utf-8").replace("file: areas/", f"file: {RULES.parent}/areas/")
    text = text.replace("service_area: areas/", f"service_area: {RULES.parent}/areas/")
    words = "{nb: Storm!, nn: Storm!, se: Stoarbma!, en: A storm!}"
    storm = f"notices:\n  - {{level: danger, url: 'https://www.tromso.kommune.no', texts: {words}}}\n"
    (folder / "rules.yaml").write_text(text + storm, encoding="utf-8")
    assert "A storm!" not in client.get("/").text
    stormy = create_app(replace(state, rules_file=RulesFile(folder / "rules.yaml")))
    with TestClient(stormy, headers={"accept-language": "en"}) as browser:
        page = html.fromstring(browser.get("/").text)
    (alert,) = page.xpath("//*[contains(@class, 'ds-alert')][contains(., 'A storm!')]")
    assert alert.xpath(".//a/@href") == ["https://www.tromso.kommune.no"]
    assert alert.get("role") == "alert"


def test_the_service_s_promise_comes_with_its_real_figure(client, lately):
    asked = {"category": "pothole", **PLACE}
    page = " ".join(client.get("/here", params=asked).text.split())
    assert "promises: 9 of 10 within 10 working days." in page
    assert "last 90 days" not in page
    lately("pothole", days=10.2)
    assert "The last 90 days: 9 of 10 within 11 days." in client.get("/here", params=asked).text
    norwegian = " ".join(client.get("/here", params=asked, headers={"accept-language": "nb"}).text.split())
    assert (
        "lover å rette 9 av 10 slike feil innen 10 arbeidsdager. De siste 90 dagene tok det høyst 11 dager for 9 av 10."
        in norwegian
    )


@pytest.mark.parametrize("category", ["praise", "water_leak"])
def test_nothing_is_promised_where_no_days_are_or_one_must_ring(client, category):
    assert "promises" not in client.get("/here", params={"category": category, **PLACE}).text


def test_nothing_is_promised_for_somebody_else(client, session, make_asset):
    """A lamp of the state's: they decide when."""
    make_asset(lat=STORGATA[0], lon=STORGATA[1], owner="state")
    assert "promises" not in client.get("/here", params={"category": "lamp_dark", **PLACE}).text


@pytest.fixture
def make_asset(session):
    def make(**given):
        session.add(Asset(kind="lamp", source_ref="S1", number="S1", road_owner="state", **given))
        session.commit()

    return make


def test_the_receipt_says_how_long_it_took_lately(client, lately, form):
    lately("sweeping", days=4)
    sent = form.fill(category="sweeping", **PLACE).send(client)
    page = " ".join(client.get(sent.headers["location"]).text.split())
    assert "The last 90 days: 9 of 10 within 4 days." in page


def test_the_page_about_the_service_tells_the_figures_there_are(client, lately):
    assert "The last 90 days" not in client.get("/about").text
    lately("pothole", days=6.5)
    page = html.fromstring(client.get("/about").text)
    (row,) = page.xpath("//tr[td='Pothole']")
    assert "9 of 10 within 7 days" in row.text_content()
