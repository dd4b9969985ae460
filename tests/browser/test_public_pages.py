"""The pages beside the form: axe-core finds nothing on any of them, however they are looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import joinedload

from app.db import transaction
from app.models import SYSTEM, Actor, ActorKind, Report
from app.models.links import confirm_path, follow_path, public_path
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.browser.accessibility import check_everywhere, check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
DESK = Actor(ActorKind.STAFF)


@pytest.fixture
def report(live_server: LiveServer) -> Report:
    """A dark lamp, reported with words and an address to write to."""
    with transaction(live_server.state.session_factory) as session:
        draft = ReportDraft(
            category="lamp_dark",
            lat=STORGATA[0],
            lon=STORGATA[1],
            description="Dark since Monday",
            answers={"mast": "12345"},
            reporter=ReporterDraft(email="me@example.com", language="en"),
        )
        return submit_report(session, draft, rules=live_server.state.rules_file.current, at=live_server.state.clock())


def change(live_server: LiveServer, report: Report, verb: Callable[[Report], object]) -> None:
    """Something happens to the report, committed."""
    with transaction(live_server.state.session_factory) as session:
        verb(session.get_one(Report, report.id, options=[joinedload(Report.reporter)]))


def test_every_page_that_tells_about_the_service_is_for_everybody(page_at: Callable[..., Page]) -> None:
    page = page_at(360, expect=["404"])
    for path in ("/privacy", "/accessibility", "/about", "/api", "/staff/sign-in", "/nothing-here"):
        page.goto(path)
        check_everywhere(page)


def test_every_state_of_the_reporters_page_is_for_everybody(
    live_server: LiveServer, page_at: Callable[..., Page], report: Report, screenshot: Callable[..., None]
) -> None:
    page = page_at(360, expect=["422"])
    path, at = follow_path(report, secret=SECRET), live_server.state.clock()
    page.goto(f"{path}?new=1")
    expect(page.locator(".receipt__reference")).to_have_text(report.shown_reference)
    page.locator("#report-map .leaflet-tile-loaded").first.wait_for()
    check_everywhere(page)
    page.goto(path)
    page.locator("summary", has_text="Tell us more").click()
    page.locator("summary", has_text="It is no longer a problem").click()
    page.locator("summary", has_text="I sent it by mistake").click()
    page.locator("summary", has_text="Who can see your words").click()
    check_everywhere(page)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("Write something, or choose a photo.")
    check_page(page)
    change(live_server, report, lambda one: one.ask(actor=DESK, at=at, words="Which side?"))
    page.goto(path)
    expect(page.locator("#what-next")).to_have_text(
        "The service desk has asked you something and waits for your answer."
    )
    check_page(page)
    change(live_server, report, lambda one: one.forward("bydrift", actor=DESK, at=at))
    page.goto(path)
    screenshot(page, "follow-open-360")
    change(live_server, report, lambda one: one.fix(actor=SYSTEM, at=at, words="New bulb"))
    page.goto(path)
    expect(page.locator(".next")).to_contain_text("New bulb")
    check_page(page)
    page.locator("summary", has_text="It is still broken").click()
    page.get_by_label("What do you see?").fill("Dark again")
    page.get_by_role("button", name="It is still broken").click()
    expect(page.get_by_role("status").first).to_contain_text("The service desk looks at it again.")
    check_everywhere(page)


def test_the_public_page_and_its_absences_are_for_everybody(
    live_server: LiveServer, page_at: Callable[..., Page], report: Report
) -> None:
    page = page_at(360, expect=["404", "410"])
    page.goto(public_path(report))
    page.locator("#report-map .leaflet-tile-loaded").first.wait_for()
    check_everywhere(page)
    page.goto("/reports/2026-000000-0")
    check_everywhere(page)
    change(live_server, report, lambda one: setattr(one, "hidden_at", live_server.state.clock()))
    page.goto(public_path(report))
    check_everywhere(page)


def test_confirming_an_address_is_one_press(
    live_server: LiveServer, page_at: Callable[..., Page], report: Report
) -> None:
    page = page_at(360)
    page.goto(confirm_path(report, "me@example.com", secret=SECRET))
    check_everywhere(page)
    page.get_by_role("button", name="Yes, write to me").click()
    page.wait_for_url("**/follow/**")
    expect(page.get_by_text("You will hear from us")).to_be_visible()


def test_the_link_can_be_copied(live_server: LiveServer, page_at: Callable[..., Page], report: Report) -> None:
    page = page_at(360, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{follow_path(report, secret=SECRET)}?new=1")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("#copied")).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(follow_path(report, secret=SECRET))


def test_the_language_is_changed_by_keyboard_and_the_page_stays(page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/privacy")
    page.locator(".language summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Norsk bokmål")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Dine opplysninger")
    assert re.search(r"/privacy$", page.url)


def test_a_map_without_tiles_shows_our_area_s_parts_by_name(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, expect=["ERR_FAILED"])
    page.context.route("https://tiles.example/**", lambda route: route.abort())
    page.goto("/")
    page.locator(".map-name", has_text="town centre").wait_for()
    check_page(page)
