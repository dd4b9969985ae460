"""Everybody's map and list in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.db import transaction
from app.models import SYSTEM, Report
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.browser.accessibility import check_everywhere, check_page
from tests.browser.conftest import ELSEWHERE, answer_from_here

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
    context.route(ELSEWHERE, answer_from_here)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/reports")
    expect(page.locator(".map-count").first).to_be_visible()
    check_page(page)
    screenshot(page, f"map-and-list-{size[0]}")
    expect(page.locator(".report-card")).to_have_count(20)

    page.locator("summary", has_text="What it is about").click()
    page.locator('[name="category"][value="ice"]').check()
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
    context.route(ELSEWHERE, answer_from_here)
    page = context.new_page()
    page.goto(f"{live_server.url}/reports")
    page.locator("summary", has_text="What it is about").click()
    page.locator('[name="category"][value="snow"]').check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".report-card")).to_have_count(15)
    page.goto(f"{live_server.url}/reports")
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".report-card")).to_have_count(10)
    page.get_by_role("link", name="Newer").click()
    assert [page.locator(".report-card a").first.get_attribute("href")] == [f"/reports/{reports[0]}"]
    context.close()


@pytest.mark.parametrize("size", [(320, 640)])
def test_search_chips_share_and_archive_by_keyboard(live_server, browser, reports, size, screenshot):
    """From a word to the report of a week, at 320 px as at 400 % of 1280: every state is held to the same rules."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="en-GB",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.route(ELSEWHERE, answer_from_here)
    page = context.new_page()
    page.goto(f"{live_server.url}/reports")
    page.get_by_label("Search in words or for a number").focus()
    page.keyboard.type("snow")
    page.keyboard.press("Enter")
    expect(page.locator(".report-card")).to_have_count(15)
    page.goto(f"{live_server.url}/reports?text=snow&category=snow,ice&status=open&near=69.646,18.955&radius=300"
              "&near_name=Storgata+1&sort=changed")  # fmt: skip
    expect(page.locator(".list-chips .ds-chip")).to_have_count(5)
    page.locator("summary", has_text="What it is about").press("Enter")
    page.locator("summary", has_text="Share this list").press("Enter")
    page.get_by_role("button", name="Copy the address").press("Enter")
    expect(page.locator("#copied")).to_have_text("Copied.")
    assert "text=snow&category=snow,ice" in page.evaluate("navigator.clipboard.readText()")
    check_page(page)
    screenshot(page, f"list-search-{size[0]}", whole=True)
    page.get_by_role("link", name="Within 300 m of Storgata 1").press("Enter")
    expect(page.locator(".list-chips .ds-chip")).to_have_count(4)

    for path, name in (("/reports?text=finnesikke&near=x", "list-nothing"), ("/near?where=Finnesikke", "near-nothing")):
        page.goto(f"{live_server.url}{path}")
        check_page(page)
        screenshot(page, f"{name}-{size[0]}", whole=True)

    # A status of many words wraps.
    with transaction(live_server.state.session_factory) as session:
        one = session.scalars(select(Report).order_by(Report.id).limit(1)).one()
        one.refer("road_county", actor=SYSTEM, at=live_server.state.clock())
    page.goto(f"{live_server.url}/reports?status=referred&text=snow")
    expect(page.locator('.status[data-status="referred"]')).to_be_visible()
    check_everywhere(page)
    screenshot(page, f"list-referred-{size[0]}", whole=True)
    page.goto(f"{live_server.url}/reports")
    page.get_by_role("link", name="All reports by year and week").press("Enter")
    for _ in range(2):
        check_page(page)
        screenshot(page, f"archive-{page.url.count('/')}-{size[0]}", whole=True)
        page.locator("tbody th a").last.press("Enter")
    expect(page.locator(".report-card").first).to_be_visible()
    check_page(page)
    screenshot(page, f"archive-week-{size[0]}", whole=True)
    context.close()


def test_the_pages_about_the_api_can_be_read_by_everybody(live_server, browser, screenshot):
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="nb-NO")
    context.route(ELSEWHERE, answer_from_here)
    page = context.new_page()
    for path in ("/api", "/problems/422"):
        page.goto(f"{live_server.url}{path}")
        check_page(page)
        screenshot(page, path.strip("/").replace("/", "-"))
    context.close()
