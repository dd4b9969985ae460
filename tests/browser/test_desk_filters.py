"""The day's page, the filters and what is saved under a name: by keyboard and open to people with aids."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.models import Role
from tests.browser.accessibility import check_everywhere
from tests.browser.conftest import LiveServer
from tests.browser.desk_day import hire, report_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


def test_a_search_begins_with_a_key_and_is_kept_under_a_name(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None]
) -> None:
    reference = report_at(live_server.state, description="To lyktestolper er skeive.")
    page = page_at(1280)
    sign_in(page.context, live_server, hire(live_server.state, "Kari", Role.DESK))
    page.goto("/staff/day")
    check_everywhere(page)
    page.keyboard.press("/")
    expect(page.locator("#day-text")).to_be_focused()
    page.keyboard.type("lyktestolpe")
    page.keyboard.press("Enter")
    expect(page.locator("table")).to_contain_text(f"{reference[:4]}-{reference[4:-1]}-{reference[-1]}")
    page.locator("#status").select_option("open")
    page.locator(".filters button").click()
    page.locator(".filters summary").click()
    page.locator(".save-filter summary").click()
    check_everywhere(page)
    page.locator("#filter-name").fill("Skeive stolper")
    page.locator(".save-filter button").click()
    expect(page.locator(".saved-bar [aria-current]")).to_have_text("Skeive stolper")
    page.keyboard.press("g")
    expect(page.locator(".day-saved")).to_contain_text("Skeive stolper")
    check_everywhere(page)
    screenshot(page, "desk-day-1280")
    page.goto("/staff/filters")
    check_everywhere(page)
