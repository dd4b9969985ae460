"""A form that was left half filled in is there again; one that was sent is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Report
from tests.application import STORGATA
from tests.browser.accessibility import check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


def fill(page: Page) -> str:
    """A half-filled form with a place on the map; gives its key."""
    page.goto("/")
    page.locator(".map-pin").or_(page.locator("#map.leaflet-container")).first.wait_for()
    page.locator("#coordinates > summary").click()
    page.locator("#lat").fill(str(STORGATA[0]))
    page.locator("#lon").fill(str(STORGATA[1]))
    page.locator("#lon").press("Tab")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_label("Number on the mast").fill("0042")
    page.locator("#description").fill("By the gate")
    return page.locator("[name=key]").input_value()


def is_there(page: Page, key: str) -> None:
    expect(page.get_by_text("We kept what you had written.")).to_be_visible()
    expect(page.locator("#description")).to_have_value("By the gate")
    expect(page.locator(".tile", has_text="One lamp is dark").locator("input")).to_be_checked()
    expect(page.get_by_label("Number on the mast")).to_have_value("0042")
    expect(page.locator("#lat")).to_have_value(f"{STORGATA[0]:.6f}")
    expect(page.locator("#map .map-pin")).to_be_visible()
    expect(page.locator("[name=key]")).to_have_value(key)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_loaded_again_has_words_place_kind_and_answers(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width)
    key = fill(page)
    page.reload()
    is_there(page, key)
    screenshot(page, f"draft-{width}")
    check_page(page)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    with transaction(live_server.state.session_factory) as session:
        report = session.scalars(select(Report)).one()
        assert (report.category_code, report.description) == ("lamp_dark", "By the gate")
        assert [answer["value"] for answer in report.answers] == ["0042"]


def test_reading_about_privacy_and_coming_back_loses_nothing(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    key = fill(page)
    page.goto("/privacy")
    page.go_back()
    is_there(page, key)


def test_starting_again_gives_an_empty_form(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    key = fill(page)
    page.reload()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("#description")).to_have_value("")
    expect(page.locator("#draft-kept")).to_be_hidden()
    assert page.locator("[name=key]").input_value() != key
    page.reload()
    expect(page.locator("#draft-kept")).to_be_hidden()


def test_going_back_after_sending_says_what_was_sent(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    key = fill(page)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    with transaction(live_server.state.session_factory) as session:
        reference = session.scalars(select(Report)).one().shown_reference
    page.locator(".receipt__reference").wait_for()
    page.wait_for_timeout(300)
    page.go_back()
    expect(page.locator("#draft-sent")).to_have_text(f"You have sent {reference}")
    expect(page.locator("#description")).to_have_value("")
    assert page.locator("[name=key]").input_value() != key
    page.get_by_role("link", name=reference).click()
    page.wait_for_url("**/follow/**")


def test_a_new_form_and_a_filled_in_link_are_as_they_are(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    fill(page)
    page.goto("/?category=pothole")
    expect(page.locator("#draft-kept")).to_be_hidden()
    expect(page.locator("#description")).to_have_value("")
    page.locator(".language summary").click()
    page.get_by_role("button", name="Norsk bokmål").click()
    expect(page.locator("#draft-kept")).to_be_hidden()
