"""Finding the place by words: with a thumb, by keyboard alone, without map, without script, with registers down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.lookup.asking import Register
from app.models import Place, Report, Role
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import STORGATA
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, sign_in
from tests.lookup.kartverket import address, addresses, names
from tests.registers import HTML, FakeRegister

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
# What is done there is the same at every width.
PHONE = pytest.mark.parametrize("width", [360])
FIELD = "Address, place name, number on the lamp, or coordinates"
NEXT_DOOR = (69.6600, 18.9700)
FAR_END = (69.6630, 18.9800)


@pytest.fixture(autouse=True)
def places(live_server: LiveServer) -> None:
    """A street with three houses, and a name in two languages."""
    with transaction(live_server.state.session_factory) as session:
        for number, at in ((5, STORGATA), (7, NEXT_DOOR), (57, FAR_END)):
            label = f"Prøvegata {number}"
            session.add(
                Place(kind="address", source_ref=label, label=label, detail="9008 Tromsø", lat=at[0], lon=at[1])
            )
        for label, other in (("Sállir", "Kvaløya"), ("Kvaløya", "Sállir")):
            session.add(Place(kind="name", source_ref=label, label=label, detail=other, lat=69.65, lon=18.9))


def reports(live_server: LiveServer) -> list[Report]:
    with transaction(live_server.state.session_factory) as session:
        return list(session.scalars(select(Report)))


@WIDTHS
def test_the_whole_report_by_keyboard_alone_and_without_looking_at_the_map(
    live_server: LiveServer,
    page_at: Callable[..., Page],
    screenshot: Callable[..., None],
    width: int,
) -> None:
    page = page_at(width)
    page.goto("/")
    field = page.get_by_role("combobox", name=FIELD)
    field.focus()
    page.keyboard.type("provegata 5", delay=20)
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(page.locator("#place-search-said")).to_have_text("2 places found. Choose one.")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    marked = field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{marked}").text_content() == "Prøvegata 5 9008 Tromsø"
    screenshot(page, f"place-search-{width}")
    check_page(page)
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#place-status")).to_have_text("The place is now Prøvegata 5, 9008 Tromsø.")
    expect(page.locator("#nearest")).to_contain_text("Nearest address: Prøvegata 5.")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#address")).to_have_value("Prøvegata 5")
    expect(page.locator(".map-pin")).to_be_visible()
    check_page(page)
    page.get_by_role("radio", name=re.compile("lamp is dark")).first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send the report").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.lat, report.lon, report.nearest_address) == (*STORGATA, "Prøvegata 5")


@PHONE
def test_a_tap_on_a_suggestion_takes_it_and_the_map_follows(
    live_server: LiveServer, page_at: Callable[..., Page], width: int
) -> None:
    page = page_at(width)
    page.goto("/")
    page.locator("#map.leaflet-container").wait_for()
    page.get_by_label(FIELD).fill("kvaloya")
    page.get_by_role("option", name=re.compile("^Kvaløya")).click()
    expect(page.locator("#place-status")).to_have_text(
        "We show Kvaløya. Tap the map where the fault is, or write the house number."
    )
    expect(page.locator("#lat")).to_have_value("69.650000")
    expect(page.locator(".map-pin")).to_be_in_viewport()


def test_the_middle_of_a_street_is_no_address(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    with transaction(live_server.state.session_factory) as session:
        session.add(
            Place(kind="street", source_ref="1", label="Langgata", detail="Tromsø", lat=STORGATA[0], lon=STORGATA[1])
        )
    page = page_at(360)
    page.goto("/")
    page.locator("#map.leaflet-container").wait_for()
    page.get_by_label(FIELD).fill("langgata")
    with page.expect_response("**/place?*"):
        page.get_by_role("option", name=re.compile("^Langgata")).click()
    expect(page.locator("#place-status")).to_contain_text("We show Langgata. Tap the map")
    expect(page.locator("#nearest")).to_be_hidden()
    expect(page.locator("#address")).to_have_value("")
    page.locator("#map.leaflet-container").click(position={"x": 160, "y": 150})
    expect(page.locator("#nearest")).to_contain_text("Prøvegata 5")


def test_escape_closes_the_list_and_leaves_what_was_typed(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280)
    page.goto("/")
    field = page.get_by_label(FIELD)
    field.fill("prøvegata")
    expect(page.get_by_role("option")).not_to_have_count(0)
    field.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(field).to_have_value("prøvegata")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_one_place_is_taken_at_once_when_the_button_is_pressed(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    page.get_by_label(FIELD).fill("69,6492 18,9553")
    page.get_by_role("button", name="Search for the place").click()
    expect(page.locator("#place-status")).to_have_text("The place is now 69.6492, 18.9553.")
    expect(page.locator("#lon")).to_have_value("18.955300")
    expect(page.locator("#address")).to_have_value("Prøvegata 5")


def test_a_report_is_read_first_and_an_old_place_that_stays_is_named(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    with transaction(live_server.state.session_factory) as session:
        draft = ReportDraft(category="sweeping", lat=NEXT_DOOR[0], lon=NEXT_DOOR[1])
        at, rules = live_server.state.clock(), live_server.state.rules_file.current
        reference = submit_report(session, draft, rules=rules, at=at).shown_reference
    page = page_at(360)
    page.goto("/")
    field, offer, told = (
        page.get_by_label(FIELD),
        page.locator("#place-search-report"),
        page.locator("[data-place-search] [role=status]"),
    )
    field.fill("Prøvegata 57")
    field.press("Enter")
    expect(page.locator("#place-status")).to_contain_text("Prøvegata 57")
    field.fill(reference)
    field.press("Enter")
    expect(offer.get_by_role("link")).to_have_text(f"See report {reference}")
    expect(page.locator("#lat")).to_have_value(f"{FAR_END[0]:.6f}")
    expect(told).to_contain_text("The place is still Prøvegata 57")
    offer.get_by_role("button", name="Use the place").click()
    expect(page.locator("#lat")).to_have_value(f"{NEXT_DOOR[0]:.6f}")
    field.fill("xyzzyqw")
    field.press("Enter")
    expect(told).to_contain_text(f"The place is still Report {reference}")
    expect(offer).to_be_hidden()


def test_swapped_coordinates_and_what_only_looks_alike_are_offered_and_not_taken(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    field = page.get_by_label(FIELD)
    for typed, offered in (("18.9553, 69.6492", "Did you mean 69.6492, 18.9553?"), ("kvalojja", "Kvaløya")):
        field.fill(typed)
        field.press("Enter")
        expect(page.get_by_role("option").first).to_contain_text(offered)
        expect(page.locator("#lat")).to_have_value("")
    page.get_by_role("option").first.click()
    expect(page.locator("#lat")).to_have_value("69.650000")


def test_nothing_found_says_what_was_looked_for_and_outside_says_so(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    field = page.get_by_label(FIELD)
    field.fill("nowhere at all")
    field.press("Enter")
    expect(page.locator("#place-search-said")).to_contain_text("We found nothing for “nowhere at all”. We looked among")
    check_page(page)
    field.fill("0, 0")
    field.press("Enter")
    expect(page.locator("#place-search-said")).to_have_text(
        "0, 0 is what a phone says when it is lost. Show the place on the map, or write the address."
    )
    field.fill("59.91, 10.75")
    field.press("Enter")
    expect(page.locator("#place-search-said")).to_have_text("That place is outside our area.")
    assert reports(live_server) == []


def test_the_address_that_somebody_wrote_is_never_replaced(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280)
    page.goto("/")
    page.locator("#address").fill("Behind the shop")
    page.get_by_label(FIELD).fill("prøvegata 7")
    page.get_by_role("button", name="Search for the place").click()
    expect(page.locator("#nearest")).to_contain_text("Prøvegata 7")
    expect(page.locator("#address")).to_have_value("Behind the shop")


def test_the_nearest_address_follows_the_pin(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    here = {"latitude": STORGATA[0], "longitude": STORGATA[1], "accuracy": 12}
    page = page_at(360, geolocation=here, permissions=["geolocation"])
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#nearest")).to_have_text(
        "Nearest address: Prøvegata 5. Is that right? If not, correct it below."
    )
    expect(page.locator("#address")).to_have_value("Prøvegata 5")
    page.locator("#coordinates > summary").click()
    page.locator("#lat").fill(str(NEXT_DOOR[0]))
    page.locator("#lon").fill(str(NEXT_DOOR[1]))
    page.locator("#lon").press("Tab")
    expect(page.locator("#nearest")).to_contain_text("Nearest address: Prøvegata 7.")
    expect(page.locator("#address")).to_have_value("Prøvegata 7")


@PHONE
def test_without_the_map_the_search_finds_the_place(
    live_server: LiveServer, context_at: Callable[..., BrowserContext], width: int
) -> None:
    context = context_at(width, base_url=live_server.url)
    context.route(re.compile("leaflet"), lambda route: route.abort())
    context.route("**/static/js/leaflet.js*", lambda route: route.continue_())
    page = context.new_page()
    page.goto("/?category=sweeping")
    page.get_by_label(FIELD).fill("sallir")
    page.get_by_role("button", name="Search for the place").click()
    expect(page.locator("#lat")).to_have_value("69.650000")
    page.get_by_role("button", name="Send the report").last.click()
    page.wait_for_url("**/follow/**")
    assert reports(live_server)[0].lat == 69.65


@PHONE
def test_without_script_the_search_finds_the_place(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width, java_script_enabled=False)
    page.goto("/?category=sweeping")
    page.get_by_label(FIELD).fill("prøvegata")
    page.get_by_role("button", name="Search for the place").click()
    expect(page.get_by_label(FIELD)).to_be_in_viewport()
    screenshot(page, f"place-search-without-script-{width}")
    page.get_by_role("button", name="Prøvegata 7").click()
    expect(page.locator("#place-search-said")).to_have_text("The place is now Prøvegata 7.")
    page.get_by_role("button", name="Send the report").last.click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.lat, report.lon) == NEXT_DOOR


@pytest.fixture
def kartverket(live_server: LiveServer, make_register: Callable[[], FakeRegister]) -> FakeRegister:
    """Kartverket's registers, in place of the test's silence."""
    fake = make_register()
    fake.answers = {"/sok": addresses(address("Nygata 1", *STORGATA)), "/navn": names()}
    registers = live_server.state.registers
    for name in ("addresses", "names"):
        object.__setattr__(registers, name, Register(name, fake.url))
    return fake


def test_a_place_that_only_kartverket_knows_is_found_by_the_button(
    live_server: LiveServer, page_at: Callable[..., Page], kartverket: FakeRegister
) -> None:
    page = page_at(360)
    page.goto("/")
    page.get_by_label(FIELD).fill("Nygata 1")
    page.get_by_role("button", name="Search for the place").click()
    expect(page.locator("#place-status")).to_have_text("The place is now Nygata 1, 9008 Tromsø.")


@PHONE
def test_when_the_registers_are_down_the_page_says_so_and_the_rest_works(
    live_server: LiveServer, page_at: Callable[..., Page], kartverket: FakeRegister, width: int
) -> None:
    kartverket.answers = {"/sok": HTML, "/navn": HTML}
    page = page_at(width)
    page.goto("/?category=sweeping")
    field = page.get_by_label(FIELD)
    field.fill("Nygata 1")
    field.press("Enter")
    expect(page.locator("#place-search-said")).to_contain_text(
        "The address register does not answer just now. Use the map or coordinates."
    )
    check_page(page)
    field.fill("prøvegata 7")
    field.press("Enter")
    expect(page.locator("#place-status")).to_have_text("The place is now Prøvegata 7, 9008 Tromsø.")
    page.get_by_role("button", name="Send the report").last.click()
    page.wait_for_url("**/follow/**")
    assert reports(live_server)[0].is_placed


def test_without_a_network_the_search_says_so(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360, expect=["ERR_INTERNET_DISCONNECTED", "Failed to load resource", "Failed to fetch"])
    page.goto("/")
    page.locator("#map.leaflet-container").wait_for()
    page.context.set_offline(True)
    page.get_by_label(FIELD).fill("prøvegata 7")
    page.get_by_role("button", name="Search for the place").click()
    expect(page.locator("#place-search-said")).to_have_text(
        "We could not search: no network. Use the map, or write the address."
    )


@PHONE
def test_the_desk_finds_a_callers_place_without_the_mouse(
    live_server: LiveServer, page_at: Callable[..., Page], width: int
) -> None:
    page = page_at(width)
    sign_in(page.context, live_server, hire(live_server.state, "Kari", Role.DESK))
    page.goto("/staff/reports/new")
    field = page.get_by_label(re.compile("Find the place"))
    field.fill("prøvegata 7")
    field.press("Enter")
    expect(page.locator("#place-search-said")).to_have_text("The place is now Prøvegata 7, 9008 Tromsø.")
    expect(page.locator("#address")).to_have_value("Prøvegata 7")
    expect(page.locator("#place-lat")).to_have_value("69.660000")
    check_page(page)
