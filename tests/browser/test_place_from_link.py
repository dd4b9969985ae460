"""A place that a link or the server filled in is followed like one that somebody chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Asset, Place, Report
from tests.application import STORGATA
from tests.browser.accessibility import check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
LINK = f"/?lat={STORGATA[0]}&lon={STORGATA[1]}"
# About 21 m north of the place.
LAMP = (STORGATA[0] + 0.00019, STORGATA[1])
ELSEWHERE = (69.6600, 18.9700)


@pytest.fixture(autouse=True)
def surroundings(live_server: LiveServer) -> None:
    """A lamp and a house at the place, and a house elsewhere."""
    with transaction(live_server.state.session_factory) as session:
        session.add(Asset(kind="lamp", source_ref="1", number="1234", lat=LAMP[0], lon=LAMP[1], owner="municipality"))
        for label, (lat, lon) in {"Prøvegata 5": STORGATA, "Prøvegata 7": ELSEWHERE}.items():
            session.add(Place(kind="address", source_ref=label, label=label, detail="9008 Tromsø", lat=lat, lon=lon))


def asked(page: Page, path: str) -> list[str]:
    """The questions of this kind that the page sends from now on."""
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url) if f"{path}?" in request.url else None)
    return urls


@WIDTHS
def test_the_nearest_address_is_shown_and_filled_in_at_once(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width)
    questions = asked(page, "/place")
    page.goto(LINK)
    expect(page.locator("#nearest")).to_have_text(
        "Nearest address: Prøvegata 5. Is that right? If not, correct it below."
    )
    expect(page.locator("#address")).to_have_value("Prøvegata 5")
    expect(page.locator(".map-pin")).to_be_visible()
    expect(page.locator("#place-status")).to_have_text("")
    assert page.evaluate("document.activeElement === document.body")
    assert len(questions) == 1
    check_page(page)
    page.locator("#nearest").scroll_into_view_if_needed()
    screenshot(page, f"place-from-link-{width}")


def test_a_lamp_beside_it_draws_the_pin_as_after_a_choice(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    questions = asked(page, "/place")
    page.goto(f"{LINK}&category=lamp_dark")
    expect(page.locator("#lamp")).to_contain_text("We moved the pin to this lamp, 21 m away.")
    expect(page.locator("#lat")).to_have_value(f"{LAMP[0]:.6f}")
    expect(page.locator("#address")).to_have_value("Prøvegata 5")
    assert page.evaluate("document.activeElement === document.body")
    assert len(questions) == 1
    check_page(page)
    page.get_by_role("button", name="Not this lamp").click()
    expect(page.locator("#lat")).to_have_value(f"{STORGATA[0]:.6f}")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    with transaction(live_server.state.session_factory) as session:
        report = session.scalars(select(Report)).one()
    assert (report.asset_id, report.nearest_address, report.lat) == (None, "Prøvegata 5", STORGATA[0])


def test_a_place_outside_says_so_and_an_empty_form_asks_nothing(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    questions = asked(page, "/place")
    page.goto("/")
    page.locator("#map.leaflet-container").wait_for()
    assert questions == []
    page.goto("/?lat=59.91&lon=10.75")
    expect(page.locator("#place-status")).to_contain_text("This place is outside our area.")
    expect(page.locator("#nearest")).to_be_hidden()


def test_an_address_that_the_page_filled_in_follows_the_place_after_the_form_came_back(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, expect=["422"])
    page.goto(LINK)
    expect(page.locator("#address")).to_have_value("Prøvegata 5")
    # No category was chosen.
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".ds-error-summary, [role=alert]").first).to_be_visible()
    expect(page.locator("#nearest")).to_contain_text("Prøvegata 5")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Latitude").fill(f"{ELSEWHERE[0]}")
    page.get_by_label("Latitude").blur()
    page.get_by_label("Longitude").fill(f"{ELSEWHERE[1]}")
    page.get_by_label("Longitude").blur()
    expect(page.locator("#address")).to_have_value("Prøvegata 7")
