"""Afterwards, on the phone: what was sent is put right on the map, and by keyboard alone it is told to be over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from app.db import transaction
from app.models import Report
from app.models.links import follow_path
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.browser.accessibility import check_everywhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


@pytest.fixture
def path(live_server: LiveServer) -> str:
    """The way to a report that was sent just now."""
    state = live_server.state
    with transaction(state.session_factory) as session:
        draft = ReportDraft(
            category="lamp_dark",
            lat=STORGATA[0],
            lon=STORGATA[1],
            description="Dark since Monday",
            reporter=ReporterDraft(email="me@example.com", language="en"),
        )
        report = submit_report(session, draft, rules=state.rules_file.current, at=state.clock())
    return follow_path(report, secret=SECRET)


def stored(live_server: LiveServer) -> Report:
    with transaction(live_server.state.session_factory) as session:
        return session.query(Report).one()


def test_a_tap_on_the_map_moves_the_place_and_a_mistake_is_named_at_its_field(
    live_server: LiveServer, page_at: Callable[..., Page], path: str
) -> None:
    page = page_at(360, expect=["422", "404"])
    page.goto(path)
    page.get_by_role("link", name="Correct what you sent").click()
    page.locator("#pin-map .map-pin").wait_for()
    check_everywhere(page)
    page.locator("#pin-map").scroll_into_view_if_needed()
    page.locator("#pin-map").tap(position={"x": 100, "y": 120})
    expect(page.locator("#pin-said")).to_have_text("The pin is moved. Save to keep it.")
    page.get_by_label("Your words").fill("Dark since Sunday")
    page.get_by_label("E-mail").fill("me@nowhere")
    page.get_by_role("button", name="Save the corrections").click()
    expect(page.locator("#error-summary")).to_contain_text("name@example.com")
    check_everywhere(page)
    expect(page.get_by_label("Your words")).to_have_value("Dark since Sunday")
    page.get_by_label("E-mail").fill("you@example.com")
    page.get_by_role("button", name="Save the corrections").click()
    expect(page.get_by_role("status").first).to_contain_text("A mail has gone to the new address")
    after = stored(live_server)
    assert after.description == "Dark since Sunday"
    assert (after.lat, after.lon) != STORGATA
    page.goto(path[:-2])
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work")
    check_everywhere(page)


def test_with_the_keyboard_alone_and_no_script_the_report_is_told_to_be_over(
    live_server: LiveServer, page_at: Callable[..., Page], path: str
) -> None:
    page = page_at(360, java_script_enabled=False)
    page.goto(path)
    page.locator("#gone > summary").focus()
    for key in ("Enter", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("Somebody mended it")
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#what-next")).to_have_text("It is no longer a problem, you told us.")
    assert stored(live_server).status == "withdrawn"
