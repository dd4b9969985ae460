"""Without a network: the form opens, what is written waits on the phone, sends itself once, and says what became of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import transaction
from app.models import Report
from tests.application import STORGATA
from tests.browser.accessibility import check_page
from tests.browser.test_reporting import noisy_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.application import Clock
    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
# A browser whose network is cut complains in its console, as it should.
CUT = ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION_REFUSED", "Failed to fetch", "503", "422"]
SAVED = "The report is saved on this phone."


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The phone's clock is the machine's, and so the server's must be."""
    clock.now = datetime.now(UTC)


@pytest.fixture
def phone(page_at: Callable[..., Page]) -> Callable[[int], Page]:
    """`phone(360)`: a page on a phone that has opened the site before."""

    def open_phone(width: int) -> Page:
        page = page_at(width, expect=CUT, service_workers="allow")
        page.goto("/")
        installed(page)
        return page

    return open_phone


def installed(page: Page) -> None:
    """Wait until the worker has everything and answers for this page."""
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=20_000)


def write(page: Page, *, words: str = "Deep one") -> None:
    """A report about a pothole, with its question answered and a place in words."""
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="Pothole").click()
    page.get_by_label("Larger than a car tyre").check()
    page.locator("#description").fill(words)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send the report").click()


def reports(live_server: LiveServer) -> list[Report]:
    """What is in the database now."""
    with transaction(live_server.state.session_factory) as session:
        return list(session.scalars(select(Report).options(selectinload(Report.photos))))


@WIDTHS
def test_a_report_written_without_a_network_waits_and_sends_itself_once(
    live_server: LiveServer, phone: Callable[[int], Page], width: int, screenshot: Callable[..., None], clock: Clock
) -> None:
    page = phone(width)
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-shell", "")
    write(page)
    page.locator("#photo_files").set_input_files(
        [{"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(1200, 800)}]
    )
    check_page(page)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    check_page(page)
    screenshot(page, f"offline-kept-{width}", whole=True)
    page.goto("/waiting")
    row = page.locator(".waiting-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Pothole")
    expect(row).to_contain_text("1 photo")
    expect(row).to_contain_text("Waits for a network")
    check_page(page)
    screenshot(page, f"offline-waiting-{width}", whole=True)
    assert reports(live_server) == []
    clock.now += timedelta(hours=2)
    page.context.set_offline(False)
    expect(row).to_contain_text("Sent", timeout=20_000)
    (report,) = reports(live_server)
    assert (report.category_code, report.description, len(report.photos)) == ("pothole", "Deep one", 1)
    assert report.written_at is not None
    assert abs(report.created_at - timedelta(hours=2) - report.written_at) < timedelta(minutes=2)
    expect(row).to_contain_text(report.shown_reference)
    check_page(page)
    screenshot(page, f"offline-sent-{width}", whole=True)
    row.get_by_role("link", name="Follow the report").click()
    expect(page.get_by_text("Deep one")).to_be_visible()
