"""The search for a place: what a script gets, and what the buttons do without one, at the form and at the desk."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import html
from sqlalchemy import select

from app.main import create_app
from app.models import Place, Report
from tests.application import STORGATA
from tests.lookup.kartverket import address, addresses, names
from tests.registers import FakeRegister
from tests.web.pages.forms import Form, form_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.models import Staff
    from app.settings import Settings
    from app.web.state import AppState
    from tests.counting import Counted

PLACE = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])}


@pytest.fixture(autouse=True)
def places(session: Session) -> None:
    for kind, label, detail, east in (
        ("address", "Prøvegata 5", "9008 Tromsø", 0.0),
        ("address", "Prøvegata 7", "9008 Tromsø", 0.001),
        ("street", "Prøvegata", "Tromsø", 0.0),
        ("name", "Sállir", "Kvaløya", -0.02),
    ):
        place = {"lat": STORGATA[0], "lon": STORGATA[1] + east}
        session.add(Place(kind=kind, source_ref=label, label=label, detail=detail, **place))
    session.flush()


@pytest.fixture
def form(client: TestClient) -> Form:
    return form_of(client.get("/").text, "/reports")


def buttons(page: str) -> dict[str, str]:
    """Words -> value of the buttons of places that were found."""
    found = html.fromstring(page).find_class("place-search__choice")
    return {" ".join(button.text_content().split()): str(button.get("value")) for button in found}


def said(page: str) -> str:
    return str(html.fromstring(page).get_element_by_id("place-search-said").text_content()).strip()


def test_a_script_gets_places_in_words(client: TestClient) -> None:
    answer = client.get("/places", params={"q": "prøvegata 5"})
    assert answer.headers["cache-control"] == "no-store"
    (hit,) = answer.json()["hits"]
    assert (hit["shown"], hit["detail"], hit["lat"], hit["address"]) == (
        "Prøvegata 5", "9008 Tromsø", STORGATA[0], "Prøvegata 5",
    )  # fmt: skip
    assert (answer.json()["only"], answer.json()["said"]) == (True, "1 place found.")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write an address, a place name, the number on the lamp, or coordinates."),
        ("ukjent", "We found nothing for “ukjent”. We looked among addresses, streets, place names, numbers on lamps"),
        ("59.91, 10.75", "That place is outside our area."),
        ("0,0", "0, 0 is what a phone says when it is lost. Show the place on the map, or write the address."),
        ("#2026-000042-0", "We found no report with the number 2026-000042-0. Look at the number once more."),
        ("prøv", "2 places found. Choose one."),
        ("prøvegaten", "We found nothing called “prøvegaten”, but something like it."),
        ("18.9553, 69.6492", "1 place found."),
    ],
)
def test_what_was_found_is_said(client: TestClient, session: Session, typed: str, sentence: str) -> None:
    session.add(Place(kind="name", source_ref="x", label="Prøvvika", lat=STORGATA[0], lon=STORGATA[1]))
    session.flush()
    assert client.get("/places", params={"q": typed}).json()["said"].startswith(sentence)


def test_swapped_coordinates_ask_what_was_meant(client: TestClient) -> None:
    answer = client.get("/places", params={"q": "18.9553, 69.6492"}).json()
    assert (answer["only"], answer["hits"][0]["shown"]) == (False, "Did you mean 69.6492, 18.9553?")


def test_the_one_address_that_is_called_exactly_so_is_meant(client: TestClient, session: Session) -> None:
    """Longer numbers are found with it, and so is the same address in another town."""
    for label, town in (("Prøvegata 57", "9008 Tromsø"), ("Prøvegata 7", "9100 Kvaløysletta")):
        session.add(Place(kind="address", source_ref=label + town, label=label, detail=town, lat=69.66, lon=18.96))
    session.flush()
    answer = client.get("/places", params={"q": "prøvegata 5"}).json()
    assert (answer["only"], answer["hits"][0]["label"]) == (True, "Prøvegata 5")
    assert len(answer["hits"]) > 1
    assert not client.get("/places", params={"q": "prøvegata 7"}).json()["only"]


def test_a_reference_without_its_last_digit_is_told_with_it(client: TestClient) -> None:
    for typed in ("2026-000333", "#2026000333"):
        answer = client.get("/places", params={"q": typed}).json()
        assert answer["hits"] == []
        assert answer["said"] == "The reference has one digit more, as in 2026-000333-9."


def test_without_script_a_report_is_read_first_and_its_place_is_not_taken_unasked(
    client: TestClient, make_report: Callable[..., Report], form: Form
) -> None:
    report = make_report()
    page = form.fill(where=report.shown_reference, do="place").send(client).text
    assert form_of(page, "/reports").fields.get("lat", [""]) == [""]
    links = html.fromstring(page).xpath("//*[contains(@class, 'place-search__choice')]")
    assert [link.tag for link in links] == ["a", "button"]
    assert links[1].text_content() == "Use the place"


def test_a_place_that_stays_in_force_is_named(client: TestClient, form: Form) -> None:
    chosen = form_of(form.fill(where="prøvegata 5", do="place").send(client).text, "/reports")
    answer = chosen.fill(where="xyzzyqw", do="place").send(client)
    assert said(answer.text).endswith("The place is still Prøvegata 5.")


def test_a_report_is_found_with_a_link_to_it(client: TestClient, make_report: Callable[..., Report]) -> None:
    report = make_report()
    answer = client.get("/places", params={"q": report.shown_reference}).json()
    assert not answer["only"], "it may be meant to be read"
    (hit,) = answer["hits"]
    assert (hit["shown"], hit["href"]) == (f"Report {report.shown_reference}", f"/reports/{report.reference}")
    assert client.get(hit["href"]).headers["location"].endswith(report.shown_reference)


@pytest.mark.parametrize("typed", ["%", "_", "\x00", "x" * 5000, "<script>", "' OR 1=1 --", "\\", "69.65,"])
def test_odd_texts_are_answered(client: TestClient, typed: str) -> None:
    answer = client.get("/places", params={"q": typed})
    assert (answer.status_code, answer.json()["hits"]) == (200, [])


def test_of_an_absurdly_long_text_the_beginning_counts(client: TestClient) -> None:
    answer = client.get("/places", params={"q": "x" * 20_000})
    assert (answer.status_code, len(answer.json()["said"]) < 500) == (200, True)


def test_what_is_looked_for_is_in_no_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="gatami"):
        client.get("/places", params={"q": "Prøvegata 5"})
    assert "GET /places 200" in caplog.text
    assert "Pr" not in caplog.text.replace("GET /places", "")


def test_a_search_while_typing_is_one_statement(
    client: TestClient, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    with count_queries() as counted:
        client.get("/places", params={"q": "prøveg", "quick": "1"})
    # The driver's own statements are not counted by the engine; nothing else may ask.
    assert counted.number == 0


class TestRegisters:
    """Kartverket's registers behind the search."""

    @pytest.fixture
    def kartverket(self, make_register: Callable[[], FakeRegister]) -> FakeRegister:
        fake = make_register()
        fake.answers = {"/sok": addresses(address("Nygata 1", *STORGATA)), "/navn": names()}
        return fake

    @pytest.fixture
    def settings(self, settings: Settings, kartverket: FakeRegister) -> Settings:
        registers = {"address_register": kartverket.url, "name_register": kartverket.url}
        return settings.model_copy(update=registers)

    def test_they_are_asked_when_the_button_is_pressed_and_not_while_typing(
        self, client: TestClient, kartverket: FakeRegister
    ) -> None:
        assert client.get("/places", params={"q": "nygata 1", "quick": "1"}).json()["hits"] == []
        assert kartverket.asked == []
        assert client.get("/places", params={"q": "nygata 1"}).json()["hits"][0]["label"] == "Nygata 1"

    def test_when_they_fail_the_page_says_so_and_what_still_works(
        self, client: TestClient, kartverket: FakeRegister
    ) -> None:
        kartverket.status = 500
        answer = client.get("/places", params={"q": "nygata 1"}).json()
        assert answer["said"].endswith("The address register does not answer just now. Use the map or coordinates.")

    def test_whoever_searches_very_often_gets_what_we_know_ourselves(
        self, state: AppState, kartverket: FakeRegister
    ) -> None:
        from starlette.testclient import TestClient

        with_limit = replace(state, settings=state.settings.model_copy(update={"limit_searches_per_hour": 12}))
        client = TestClient(create_app(with_limit))
        for _ in range(5):
            assert client.get("/places", params={"q": "nygata 1"}).status_code == 200
        assert sum(path == "/sok" for path, _ in kartverket.asked) == 2
        client.close()


def test_without_script_places_come_as_buttons_and_everything_typed_is_kept(client: TestClient, form: Form) -> None:
    answer = form.fill(where="prøvegata", category="sweeping", description="Glass", do="place").send(client)
    assert answer.status_code == 200
    # One of them is called so, but there may be others whose houses are meant.
    page = form_of(answer.text, "/reports")
    assert page.fields["description"][0].strip() == "Glass"
    assert page.fields["category"] == ["sweeping"]


def test_without_script_a_button_takes_its_place(client: TestClient, session: Session, form: Form) -> None:
    session.add(Place(kind="name", source_ref="x", label="Prøvvika", lat=STORGATA[0], lon=STORGATA[1]))
    session.flush()
    listed = form.fill(where="prøv", category="sweeping", do="place").send(client)
    assert said(listed.text) == "2 places found. Choose one."
    offered = buttons(listed.text)
    assert set(offered) == {"Prøvegata Street in Tromsø", "Prøvvika"}
    taken = form_of(listed.text, "/reports").fill(do=offered["Prøvvika"]).send(client)
    assert said(taken.text).startswith("We show Prøvvika.")
    page = form_of(taken.text, "/reports")
    assert page.fields["lat"] == [str(STORGATA[0])]
    assert page.send(client).status_code == 303
    report = session.scalars(select(Report)).one()
    assert (report.lat, report.lon, report.nearest_address) == (*STORGATA, "Prøvegata 5")


def test_without_script_an_address_is_taken_with_its_words(client: TestClient, form: Form) -> None:
    taken = form.fill(where="prøvegata 5", do="place").send(client)
    assert said(taken.text).startswith("The place is now Prøvegata 5")
    assert form_of(taken.text, "/reports").fields["address"] == ["Prøvegata 5"]
    assert "Nearest address: Prøvegata 5. Is that right?" in taken.text


def test_without_script_one_place_is_taken_at_once(client: TestClient, form: Form) -> None:
    answer = form.fill(where="Sállir", do="place").send(client)
    assert said(answer.text).startswith("We show Sállir.")
    assert form_of(answer.text, "/reports").fields["lat"] == [str(STORGATA[0])]


def test_words_that_somebody_wrote_as_the_address_stay(client: TestClient, form: Form) -> None:
    answer = form.fill(where="prøvegata 5", address="Behind the shop", do="place").send(client)
    assert form_of(answer.text, "/reports").fields["address"] == ["Behind the shop"]


def test_enter_in_the_search_looks_for_the_place_and_sends_nothing(
    client: TestClient, session: Session, form: Form
) -> None:
    answer = form.fill(where="prøvegata 5", category="sweeping").send(client)
    assert said(answer.text) == "The place is now Prøvegata 5."
    assert session.scalars(select(Report)).all() == []
    assert form_of(answer.text, "/reports").send(client).status_code == 303


def test_what_was_only_looked_for_does_not_stop_a_report_with_a_place(
    client: TestClient, session: Session, form: Form
) -> None:
    assert form.fill(where="ukjent", category="sweeping", **PLACE).send(client).status_code == 303
    assert session.scalars(select(Report)).one().address in {None, ""}


def test_words_looked_for_without_a_network_come_along_as_the_address(
    client: TestClient, session: Session, form: Form, now: datetime
) -> None:
    written = (now - timedelta(hours=1)).isoformat()
    answer = form.fill(where="By the red shop", category="sweeping", written_at=written).send(client)
    assert answer.status_code in {201, 303}
    report = session.scalars(select(Report)).one()
    assert (report.address, report.is_placed) == ("By the red shop", False)


@pytest.mark.parametrize(
    "value", ["place:1e5,2:x", "place:nan,nan:x", "place:999,999:x", "place:.,.:x", "place:69,18", "place::", "place:x"]
)
def test_a_button_that_was_tampered_with_takes_nothing(client: TestClient, form: Form, value: str) -> None:
    answer = form.fill(do=value).send(client)
    assert answer.status_code == 200
    assert "lat" not in form_of(answer.text, "/reports").fields


def test_markup_in_a_place_is_text(client: TestClient, form: Form) -> None:
    answer = form.fill(do="place:69.65,18.95:<b>here</b>").send(client)
    assert "<b>here" not in answer.text
    assert form_of(answer.text, "/reports").fields["where"] == ["<b>here</b>"]


def test_the_nearest_address_is_told_with_the_place(client: TestClient) -> None:
    assert client.get("/place", params=PLACE).json()["address"] == "Prøvegata 5"


def test_a_report_keeps_the_address_that_we_found_whatever_the_browser_says(
    client: TestClient, session: Session, form: Form
) -> None:
    form.fill(category="sweeping", nearest_address="Slottsplassen 1", address="Slottsplassen 1", **PLACE).send(client)
    report = session.scalars(select(Report)).one()
    assert (report.nearest_address, report.address) == ("Prøvegata 5", "Slottsplassen 1")


class TestDesk:
    """The same search for whoever takes a report on the phone."""

    @pytest.fixture
    def desk(self, browser_of: Callable[..., object], kari: Staff) -> Iterator[object]:
        return browser_of(kari)

    def test_a_place_is_found_without_script_and_the_callers_words_stay(self, desk) -> None:
        page = desk.look("/staff/reports/new")
        assert "place-search" in page
        answer = desk.submit("/staff/reports/new", where="Sállir", description="Says it is dark", do="place")
        assert said(answer.text).startswith("We show Sállir.")
        filled = form_of(answer.text, "/staff/reports/new").fields
        assert filled["lat"] == [str(STORGATA[0])]
        assert "Says it is dark" in answer.text

    def test_the_form_for_a_new_place_of_a_report_has_the_search_for_scripts(
        self, desk, make_report: Callable[..., Report]
    ) -> None:
        page = html.fromstring(desk.look(f"/staff/reports/{make_report().reference}"))
        (box,) = page.get_element_by_id("decide-place").find_class("place-search")
        assert box.get("hidden") is not None
        assert box.get("data-lat-field") == "place-lat"


def test_a_street_is_no_spot_so_that_no_address_is_claimed_for_it(
    client: TestClient, session: Session, form: Form
) -> None:
    session.add(Place(kind="name", source_ref="y", label="Nordbyen", lat=STORGATA[0], lon=STORGATA[1]))
    session.flush()
    answer = form.fill(where="Nordbyen", do="place").send(client)
    assert "We show Nordbyen. Write the house number" in answer.text
    again = form_of(answer.text, "/reports")
    assert not again.fields.get("address", [""])[0]
    assert again.fields["lat"] == [repr(STORGATA[0])]
    assert "Nearest address: Prøvegata" not in answer.text
