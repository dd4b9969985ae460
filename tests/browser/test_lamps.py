"""The lamp itself: tapped on the map, snapped to by the pin, chosen from a list, known by its number; or another."""

from __future__ import annotations

from math import asinh, pi, radians, tan
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Asset, Place, Report
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import STORGATA
from tests.browser.accessibility import check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
# What is done there is the same at every width.
PHONE = pytest.mark.parametrize("width", [360])
PRESS_RIGHT = "document.getElementById('map').dispatchEvent(new KeyboardEvent('keydown', {keyCode: 39, bubbles: true}))"
# About 8 m and 40 m north of the place, and 2 km south of it.
NEAR, NEXT, FAR = (STORGATA[0] + 0.000072, STORGATA[1]), (STORGATA[0] + 0.00036, STORGATA[1]), (69.6312, 18.9553)


@pytest.fixture
def lamps(live_server: LiveServer) -> None:
    """Three lamps with numbers."""
    with transaction(live_server.state.session_factory) as session:
        for number, (lat, lon) in {"1234": NEAR, "1235": NEXT, "9001": FAR}.items():
            session.add(_lamp(number, lat, lon))


def _lamp(number: str | None, lat: float, lon: float) -> Asset:
    return Asset(
        kind="lamp", source_ref=number or f"node/{lat}", number=number, lat=lat, lon=lon, owner="municipality",
        road_owner="municipality", street="Storgata",
    )  # fmt: skip


def at(place: tuple[float, float]) -> dict[str, object]:
    """A phone at this place."""
    position = {"latitude": place[0], "longitude": place[1], "accuracy": 12}
    return {"geolocation": position, "permissions": ["geolocation"]}


def reports(live_server: LiveServer) -> list[Report]:
    with transaction(live_server.state.session_factory) as session:
        return list(session.scalars(select(Report).order_by(Report.id)))


def report_lamp(live_server: LiveServer, place: tuple[float, float]) -> Report:
    """Somebody reported the lamp there three days ago."""
    state = live_server.state
    draft = ReportDraft(category="lamp_dark", lat=place[0], lon=place[1])
    with transaction(state.session_factory) as session:
        report = submit_report(session, draft, rules=state.rules_file.current, at=state.clock())
    state.clock.pass_(days=3)  # type: ignore[attr-defined]
    return report


def number_of(live_server: LiveServer, report: Report) -> str | None:
    with transaction(live_server.state.session_factory) as session:
        return session.scalar(select(Asset.number).where(Asset.id == report.asset_id))


def choose_dark_lamp(page: Page) -> None:
    page.locator(".tile", has_text="One lamp is dark").click()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")


@WIDTHS
def test_the_pin_snaps_to_the_lamp_beside_it_and_says_so(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    with transaction(live_server.state.session_factory) as session:
        for label, place in (("Lysgata 1", STORGATA), ("Lysgata 2", NEAR)):
            session.add(
                Place(kind="address", source_ref=label, label=label, detail="Tromsø", lat=place[0], lon=place[1])
            )
    page = page_at(width)
    page.goto("/")
    page.locator("#place-search").fill("Lysgata 1")
    page.get_by_role("option").first.click()
    choose_dark_lamp(page)
    expect(page.locator("#kind-said")).to_contain_text("One lamp is dark is chosen. ")
    expect(page.locator("#lamp")).to_contain_text("Lamp 1234")
    # The address that was chosen stays; only the pin moves.
    expect(page.locator("#place-status")).to_have_text("The place is set: Lamp 1234.")
    expect(page.locator("#nearest")).to_be_hidden()
    expect(page.locator("#address")).to_have_value("Lysgata 1")
    expect(page.locator("#lamp")).to_contain_text("We moved the pin to this lamp, 8 m away.")
    assert float(page.locator("#lat").input_value()) == pytest.approx(NEAR[0], abs=1e-6)
    check_page(page)
    page.locator("#lamp").scroll_into_view_if_needed()
    screenshot(page, f"lamp-snap-{width}", whole=True)
    send(page)
    (report,) = reports(live_server)
    assert number_of(live_server, report) == "1234"


@PHONE
def test_not_this_lamp_puts_the_pin_back_and_ties_the_report_to_none(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width, **at(STORGATA))
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    choose_dark_lamp(page)
    page.get_by_role("button", name="Not this lamp").click()
    expect(page.locator("#lamp")).to_contain_text("The report is not tied to that lamp.")
    expect(page.locator("#lamp")).to_be_focused()
    assert float(page.locator("#lat").input_value()) == pytest.approx(STORGATA[0], abs=1e-6)
    check_page(page)
    screenshot(page, f"lamp-refused-{width}", whole=True)
    # Nor does the pin snap back to it when it is moved a little.
    page.locator("#coordinates > summary").click()
    with page.expect_response("**/here?*"):
        page.get_by_label("Longitude").fill(f"{STORGATA[1] + 0.0001}")
        page.get_by_label("Longitude").blur()
    expect(page.locator("#lamp")).to_contain_text("The report is not tied to that lamp.")
    send(page)
    (report,) = reports(live_server)
    assert report.asset_id is None
    assert (report.lat, report.lon) == (STORGATA[0], pytest.approx(STORGATA[1] + 0.0001))


@PHONE
def test_a_tap_on_a_lamp_sets_the_place_and_fills_in_its_number(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width, **at(STORGATA))
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#lamp-legend")).to_be_visible()
    x, y = pixel_of(page, NEXT)
    page.mouse.click(x, y)
    expect(page.locator("#place-status")).to_have_text("The place is set: Lamp 1235.")
    expect(page.locator(".leaflet-popup")).to_contain_text("Lamp 1235")
    check_page(page)
    screenshot(page, f"lamp-tapped-{width}")
    choose_dark_lamp(page)
    expect(page.get_by_label("Number on the mast")).to_have_value("1235")
    expect(page.locator("#lamp .lamp__name")).to_contain_text("Lamp 1235")
    send(page)
    (report,) = reports(live_server)
    assert number_of(live_server, report) == "1235"


def pixel_of(page: Page, place: tuple[float, float]) -> tuple[float, float]:
    """Where a place is on the screen: the pin stands at STORGATA, zoom 17, 256 px tiles."""
    box = page.locator(".map-pin").bounding_box()
    assert box
    page.wait_for_timeout(300)
    box = page.locator(".map-pin").bounding_box()
    assert box

    def mercator(lat: float) -> float:
        return asinh(tan(radians(lat))) / (2 * pi) * 256 * 2**17

    up = mercator(place[0]) - mercator(STORGATA[0])
    right = (place[1] - STORGATA[1]) / 360 * 256 * 2**17
    return box["x"] + 20 + right, box["y"] + 48 - up


@PHONE
def test_a_reported_lamp_says_so_on_the_map_and_before_the_words(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    known = report_lamp(live_server, NEXT)
    page = page_at(width, **at(STORGATA))
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    page.locator("#map .map-lamp--reported").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("This lamp is already reported.")
    expect(page.locator(".leaflet-popup a", has_text="See the report")).to_have_attribute(
        "href", f"/reports/{known.reference}"
    )
    expect(page.locator("#place-status")).to_contain_text("already reported")
    # What is drawn already stays when the map moves on, and the popup with it.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "lamps.json" in request.url else None)
    for _ in range(12):
        page.evaluate(PRESS_RIGHT)
        # Longer than the map waits before it asks: many steps on, the lamp would be out of what it asks for.
        page.wait_for_timeout(700)
        if asked:
            break
    assert asked
    page.wait_for_timeout(500)
    expect(page.locator(".leaflet-popup")).to_contain_text("This lamp is already reported.")
    screenshot(page, f"lamp-reported-popup-{width}")
    choose_dark_lamp(page)
    expect(page.locator("#lamp")).to_contain_text("This lamp is already reported, 3 days ago.")
    check_page(page)
    screenshot(page, f"lamp-reported-{width}", whole=True)


@PHONE
def test_the_nearest_lamps_are_a_list_for_whoever_has_no_map(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], width: int
) -> None:
    page = page_at(width)
    page.goto("/")
    page.locator("#coordinates > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Latitude").fill(f"{STORGATA[0]}, {STORGATA[1]}")
    page.keyboard.press("Tab")
    page.locator(".tile input").first.focus()
    page.locator(".tile", has_text="One lamp is dark").locator("input").focus()
    page.keyboard.press("Space")
    expect(page.locator("#lamp")).to_contain_text("We moved the pin to this lamp")
    page.get_by_text("Another lamp?").focus()
    page.keyboard.press("Enter")
    other = page.get_by_role("button", name="1235 – 32 m north")
    other.focus()
    check_page(page)
    page.keyboard.press("Enter")
    expect(page.locator("#lamp .lamp__name")).to_contain_text("Lamp 1235")
    expect(page.locator("#lamp")).to_be_focused()
    expect(page.get_by_label("Number on the mast")).to_have_value("1235")
    send(page)
    (report,) = reports(live_server)
    assert number_of(live_server, report) == "1235"


def test_a_number_from_the_mast_is_place_enough(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    choose_dark_lamp(page)
    page.get_by_label("Number on the mast").fill("Mast nr. 12 34")
    page.get_by_label("Number on the mast").blur()
    expect(page.locator("#lamp .lamp__name")).to_contain_text("Lamp 1234")
    assert float(page.locator("#lat").input_value()) == pytest.approx(NEAR[0], abs=1e-6)
    send(page)
    (report,) = reports(live_server)
    assert number_of(live_server, report) == "1234"


def test_a_number_far_from_the_pin_is_asked_about_and_the_pin_moves_there(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None]
) -> None:
    page = page_at(360, **at(STORGATA))
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    choose_dark_lamp(page)
    page.get_by_label("Number on the mast").fill("9001")
    page.get_by_label("Number on the mast").blur()
    expect(page.locator("#lamp")).to_contain_text("Lamp 9001 stands far from the place you chose.")
    check_page(page)
    screenshot(page, "lamp-far-360", whole=True)
    page.get_by_role("button", name="Move the pin to Storgata, 2 km away").click()
    expect(page.locator("#lamp .lamp__name")).to_contain_text("Lamp 9001")
    assert float(page.locator("#lat").input_value()) == pytest.approx(FAR[0], abs=1e-6)


@PHONE
def test_without_script_the_lamps_are_offered_and_refused_as_well(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width, java_script_enabled=False)
    page.goto(f"/?lat={STORGATA[0]}&lon={STORGATA[1]}")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#lamp")).to_contain_text("Lamp 1234")
    expect(page.locator("#lamp")).to_contain_text("It stands 8 m from the place you chose.")
    screenshot(page, f"lamp-no-script-{width}", whole=True)
    page.get_by_role("button", name="Not this lamp").click()
    assert page.url.endswith("/reports#lamp")
    page.get_by_role("button", name="1235 – 40 m north").click()
    expect(page.locator("#lamp .lamp__name")).to_contain_text("Lamp 1235")
    expect(page.get_by_label("Number on the mast")).to_have_value("1235")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert number_of(live_server, report) == "1235"
    assert report.lat == pytest.approx(NEXT[0], abs=1e-6)


def test_without_tiles_the_lamps_lie_above_what_stands_in_for_the_map(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None]
) -> None:
    page = page_at(360, expect=["Failed to load resource"], **at(STORGATA))
    page.context.route("https://tiles.example/**", lambda route: route.abort())
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#lamp-legend")).to_be_visible()
    expect(page.locator("#map path.map-part").first).to_be_attached()
    part, drawings = (
        page.locator(which).first.evaluate("one => Number(getComputedStyle(one.closest('.leaflet-pane')).zIndex)")
        for which in ("#map path.map-part", "#map .leaflet-overlay-pane canvas")
    )
    assert part < drawings
    screenshot(page, "lamps-without-tiles-360")


@PHONE
def test_a_report_on_the_forms_map_looks_unlike_a_lamp_and_says_what_it_is_when_tapped(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    state = live_server.state
    draft = ReportDraft(category="sweeping", lat=STORGATA[0] + 0.0006, lon=STORGATA[1])
    with transaction(state.session_factory) as session:
        reported = submit_report(session, draft, rules=state.rules_file.current, at=state.clock())
    page = page_at(width)
    page.goto(f"/?lat={STORGATA[0]}&lon={STORGATA[1]}")
    expect(page.locator("#report-legend")).to_contain_text("Reported here already")
    before = page.locator("#lat").input_value()
    page.locator("#map .map-report").click()
    popup = page.locator(".leaflet-popup")
    expect(popup.get_by_role("link", name="See the report")).to_have_attribute(
        "href", f"/reports/{reported.shown_reference}"
    )
    # The popup moves the map, which asks for the reports once more.
    page.wait_for_timeout(900)
    expect(popup).to_be_visible()
    assert page.locator("#lat").input_value() == before
    check_page(page)
    screenshot(page, f"report-on-the-forms-map-{width}")
    popup.locator(".leaflet-popup-close-button").click()
    expect(popup).to_have_count(0)


def test_a_tap_shows_one_pin_and_another_place_closes_the_popup(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, **at(STORGATA))
    page.goto("/")
    page.locator("#map.leaflet-container").wait_for()
    # A text field has the keyboard's focus, and the map gets it from there.
    page.locator("#place-search").click()
    page.locator("#map.leaflet-container").click(position={"x": 160, "y": 150})
    expect(page.locator(".map-pin")).to_be_visible()
    expect(page.locator(".map-cross")).to_be_hidden()
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#lamp-legend")).to_be_visible()
    x, y = pixel_of(page, NEXT)
    page.mouse.click(x, y)
    expect(page.locator(".leaflet-popup")).to_contain_text("Lamp 1235")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#place-status")).to_contain_text("We found you")
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_whoever_does_not_know_which_lamp_it_is_can_say_so_and_a_wrong_number_is_answered(
    live_server: LiveServer, lamps: None, page_at: Callable[..., Page], screenshot: Callable[..., None]
) -> None:
    page = page_at(360, **at((NEXT[0] + 42 / 111_500, NEXT[1])))
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    choose_dark_lamp(page)
    unsure = page.locator("#lamp").get_by_role("button", name="I do not know")
    expect(unsure).to_be_visible()
    check_page(page)
    page.locator("#lamp").scroll_into_view_if_needed()
    screenshot(page, "lamp-asks-360", whole=True)
    unsure.click()
    expect(page.locator("#lamp")).to_contain_text("That is fine. We look for it where the pin is.")
    expect(page.locator("#lamp")).to_be_focused()
    expect(unsure).to_have_count(0)
    page.get_by_label("Number on the mast").fill("99-999")
    page.get_by_label("Number on the mast").blur()
    expect(page.locator("#lamp")).to_contain_text(
        "We do not find 99-999. Look at the sign once more, or choose on the map."
    )
    send(page)
    (report,) = reports(live_server)
    assert report.asset_id is None
