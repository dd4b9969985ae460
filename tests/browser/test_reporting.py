"""A resident reports: with a thumb, with a keyboard only, without script, without map, with photos."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import transaction
from app.models import Report
from tests.application import STORGATA
from tests.browser.accessibility import check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
HERE = {
    "geolocation": {"latitude": STORGATA[0], "longitude": STORGATA[1], "accuracy": 12},
    "permissions": ["geolocation"],
}
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
PLACED = "The place is set. You can move the pin."


def reports(live_server: LiveServer) -> list[Report]:
    """What is in the database now."""
    with transaction(live_server.state.session_factory) as session:
        return list(session.scalars(select(Report).options(selectinload(Report.photos))))


def noisy_jpeg(width: int, height: int) -> bytes:
    """A photo of several megabytes that does not compress away."""
    out = BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


@WIDTHS
def test_the_shortest_report_is_three_taps(live_server: LiveServer, page_at: Callable[..., Page], width: int) -> None:
    page = page_at(width, **HERE)
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#place-status")).to_contain_text("to within 12 metres")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.category_code, report.lat, report.lon) == ("lamp_dark", *STORGATA)


@pytest.mark.parametrize(("width", "color_scheme"), [(360, "light"), (360, "dark"), (1280, "dark")])
def test_the_form_is_accessible_in_every_state(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, color_scheme: str
) -> None:
    page = page_at(width, color_scheme=color_scheme, expect=["422"])
    page.goto("/")
    page.locator(".map .leaflet-tile-loaded").first.wait_for()
    check_page(page)
    page.locator(".tile", has_text="Pothole").click()
    page.get_by_text("How large is the hole?").wait_for()
    page.locator("#contact > summary").click()
    page.locator("#coordinates > summary").click()
    page.locator("#all-kinds > summary").click()
    page.locator("details.category-group > summary").first.click()
    check_page(page)
    page.get_by_label("E-mail").fill("nonsense")
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#error-summary")).to_be_focused()
    check_page(page)


def test_a_tap_on_the_map_places_the_pin_and_dragging_moves_it(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator("#map.leaflet-container").click(position={"x": 160, "y": 150})
    expect(page.locator("#place-status")).to_have_text(PLACED)
    before = page.locator("#lat").input_value()
    # From a town's height the map comes closer, so that the lamps show.
    page.wait_for_timeout(800)
    assert page.locator("#lat").input_value() == before
    box = page.locator(".map-pin").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 70, steps=5)
    page.mouse.up()
    assert float(page.locator("#lat").input_value()) < float(before)


def test_the_place_can_be_chosen_with_the_keyboard_alone(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(1280)
    page.goto("/")
    page.locator("#map.leaflet-container").wait_for()
    page.get_by_role("combobox").focus()
    page.keyboard.press("Tab")  # The button that searches.
    page.keyboard.press("Tab")
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    expect(page.locator("#place-status")).to_have_text(PLACED)
    assert float(page.locator("#lat").input_value()) > 69.6496


def test_outside_our_area_says_so_at_once_and_whom_to_ask(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, geolocation={"latitude": 59.91, "longitude": 10.75}, permissions=["geolocation"])
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#outside")).to_contain_text("Balsfjord kommune")
    expect(page.locator("#place-status")).to_have_text("This place is outside our area.")
    check_page(page)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        # The numbers of the browser's GeolocationPositionError: refused, unavailable, too late.
        (1, "You have not let this page know your position. Tap the map instead, or allow it in the settings of your "),
        (2, "Your phone does not know where it is just now. Tap the map instead."),
        (3, "It took too long to find you. Try again, or tap the map."),
    ],
)
def test_each_way_a_position_can_fail_has_its_own_words(
    live_server: LiveServer, page_at: Callable[..., Page], code: int, sentence: str
) -> None:
    page = page_at(360)
    page.goto("/")
    page.evaluate("code => { navigator.geolocation.getCurrentPosition = (good, bad) => bad({code}); }", code)
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#place-status")).to_contain_text(sentence)


def test_open_wires_show_the_number_and_no_form(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator("#all-kinds > summary").click()
    page.locator("summary", has_text="Street lights").click()
    page.get_by_label("Damaged mast or open wires").check()
    expect(page.get_by_role("link", name="Ring 77 00 00 02")).to_have_attribute("href", "tel:77000002")
    expect(page.get_by_role("button", name="Send the report")).to_be_hidden()
    check_page(page)
    page.locator(".tile", has_text="Pothole").click()
    expect(page.get_by_role("button", name="Send the report")).to_be_visible()


def test_a_photo_is_made_small_on_the_phone_and_survives_a_failed_form(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, expect=["422"])
    sizes: list[int] = []
    page.on(
        "request",
        lambda request: sizes.append(len(request.post_data_buffer or b"")) if request.url.endswith("/photos") else None,
    )
    page.goto("/")
    photo = noisy_jpeg(3000, 2000)
    assert len(photo) > 4_000_000
    page.locator("#photo_files").set_input_files(
        [
            {"name": "night.jpg", "mimeType": "image/jpeg", "buffer": photo},
            {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"Dear council"},
        ]
    )
    expect(page.locator("#photo-list img")).to_have_count(1, timeout=20_000)
    expect(page.locator("#photo-list")).to_contain_text("This file is not a photo.")
    assert sizes[0] < len(photo) / 1.5
    page.get_by_role("button", name="Remove: Photo 2").click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("#photo-list img")).to_have_count(1)
    assert page.locator("#photo-list img").evaluate("image => image.naturalWidth") > 0
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert len(reports(live_server)[0].photos) == 1


def test_sending_waits_for_a_photo_on_its_way(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.locator("#photo_files").set_input_files(
        [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(2500, 1500)}]
    )
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**", timeout=20_000)
    assert len(reports(live_server)[0].photos) == 1


def test_two_taps_are_one_report(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/?category=sweeping")
    page.locator("#address").fill("Storgata 64")
    page.get_by_role("button", name="Send the report").dblclick()
    page.wait_for_url("**/follow/**")
    assert len(reports(live_server)) == 1


@WIDTHS
def test_without_script_the_whole_form_works(live_server: LiveServer, page_at: Callable[..., Page], width: int) -> None:
    page = page_at(width, java_script_enabled=False)
    page.goto("/")
    expect(page.locator("#map")).to_be_hidden()
    page.locator("#address").fill("Storgata 64, by the bus stop")
    page.locator("#all-kinds > summary").click()
    page.locator("summary", has_text="Road").first.click()
    page.locator("input[name=category][value=pothole]").first.check(force=True)
    page.locator("#description").fill("Deep")
    page.locator("#photo_files").set_input_files(
        [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(300, 200)}]
    )
    page.get_by_role("button", name="Send the report").click()
    page.get_by_label("Larger than a car tyre").check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.category_code, report.description, len(report.photos)) == ("pothole", "Deep", 1)


def test_without_leaflet_the_page_says_so_and_coordinates_still_count(
    live_server: LiveServer, context_at: Callable[..., BrowserContext]
) -> None:
    context = context_at(360, base_url=live_server.url)
    context.route(re.compile("leaflet"), lambda route: route.abort())
    context.route("**/static/js/leaflet.js*", lambda route: route.continue_())
    page = context.new_page()
    page.goto("/?category=sweeping")
    expect(page.locator("#place-status")).to_contain_text("The map could not be loaded.", timeout=15_000)
    page.locator("#coordinates > summary").click()
    page.locator("#lat").fill("69.6492, 18.9553")
    page.locator("#lon").focus()
    expect(page.locator("#lon")).to_have_value("18.955300")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert reports(live_server)[0].is_placed
