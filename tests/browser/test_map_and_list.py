"""Everybody's map and list in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.db import transaction
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.browser.accessibility import check_page
from tests.browser.conftest import answer_from_here

pytestmark = [pytest.mark.realdb, pytest.mark.browser]


@pytest.fixture
def reports(live_server, rules) -> list[str]:
    """Thirty reports on a line through the town."""
    state = live_server.state
    with transaction(state.session_factory) as session:
        made = [
            submit_report(
                session, ReportDraft(category="ice" if number % 2 else "snow", lat=69.645 + number / 5000, lon=18.955),
                rules=rules, at=state.clock() - timedelta(hours=number),
            )
            for number in range(30)
        ]  # fmt: skip
    return [report.shown_reference for report in made]


@pytest.mark.parametrize("size", [(360, 780), (1280, 900)])
def test_map_and_list_are_found_filtered_and_followed(live_server, browser, reports, size, screenshot):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
    context.route("**/*", answer_from_here)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/reports")
    expect(page.locator(".map-count").first).to_be_visible()
    check_page(page)
    screenshot(page, f"map-and-list-{size[0]}")
    expect(page.locator(".report-card")).to_have_count(20)

    page.get_by_label("What it is about").select_option("ice")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".report-card")).to_have_count(15)

    # The list follows the map, and the address brings both back.
    page.get_by_label("Only what the map shows").check()
    expect(page).to_have_url(re.compile(r"bbox="))
    for _ in range(4):
        before = page.url
        page.get_by_role("button", name="Zoom in").click()
        expect(page).not_to_have_url(before)
    # A point is a report: its popup leads to it.
    expect(page.locator(".map-dot").first).to_be_visible()
    few = page.locator(".report-card").count()
    assert 0 < few < 15
    address = page.url
    page.goto(address)
    expect(page.locator(".report-card")).to_have_count(few)
    expect(page.get_by_label("Only what the map shows")).to_be_checked()
    assert problems == []
    context.close()


def test_without_script_the_list_has_everything(live_server, browser, reports):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    context.route("**/*", answer_from_here)
    page = context.new_page()
    page.goto(f"{live_server.url}/reports")
    page.get_by_label("What it is about").select_option("snow")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".report-card")).to_have_count(15)
    page.goto(f"{live_server.url}/reports")
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".report-card")).to_have_count(10)
    page.get_by_role("link", name="Newer").click()
    assert [page.locator(".report-card a").first.get_attribute("href")] == [f"/reports/{reports[0]}"]
    context.close()


def test_the_pages_about_the_api_can_be_read_by_everybody(live_server, browser, screenshot):
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="nb-NO")
    context.route("**/*", answer_from_here)
    page = context.new_page()
    for path in ("/api", "/problems/422"):
        page.goto(f"{live_server.url}{path}")
        check_page(page)
        screenshot(page, path.strip("/").replace("/", "-"))
    context.close()
