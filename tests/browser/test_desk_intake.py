"""A caller is served by keyboard: what, where, the question, the words, who; the keys are counted and printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.db import transaction
from app.models import IncomingMail, Report, Role
from tests.browser.accessibility import check_everywhere
from tests.browser.desk_day import hire, sign_in
from tests.serving import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
# An ordinary typist at a service desk; forms and thinking make it slower than a race.
KEYS_A_MINUTE = 200


class Keyboard:
    """Presses keys and counts them: those that write, and those that lead on."""

    def __init__(self, page: Page) -> None:
        self.page, self.written, self.leading = page, 0, 0

    def write(self, words: str) -> None:
        self.page.keyboard.type(words, delay=5)
        self.written += len(words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.leading += 1


@pytest.fixture
def desk_at(live_server: LiveServer, page_at: Callable[..., Page]) -> Callable[..., Page]:
    """`desk_at(1280)`: Kari at the desk."""

    def open_desk(width: int) -> Page:
        page = page_at(width)
        sign_in(page.context, live_server, hire(live_server.state, "Kari", Role.DESK))
        return page

    return open_desk


def test_a_caller_is_served_in_half_a_minute_by_keyboard_alone(
    live_server: LiveServer, desk_at: Callable[..., Page], screenshot: Callable[..., None]
) -> None:
    page = desk_at(1280)
    page.goto("/staff/reports/new")
    keys = Keyboard(page)
    keys.write("lyktestolpe")
    keys.press("Enter")
    expect(page.locator("#category")).to_have_value("lamp_dark")
    expect(page.locator("#place-search")).to_be_focused()
    keys.write("69.6492, 18.9553")
    keys.press("Enter")
    expect(page.locator("#place-lat")).to_have_value("69.649200")
    expect(page.locator("#place-search")).not_to_be_focused()
    while page.evaluate("document.activeElement.id") != "description":
        keys.press("Tab")
    keys.write("Mørkt ved busstoppet")
    keys.press("Tab")
    keys.write("77000099")
    keys.press("Tab")
    keys.write("Nina")
    with page.expect_navigation():
        keys.press("Control+Enter")
    expect(page.get_by_role("heading", name="The report is taken in")).to_be_visible()
    seconds = 60 * (keys.written + keys.leading) / KEYS_A_MINUTE
    print(f"A caller's report: {keys.written} keys of words, {keys.leading} that lead on, {seconds:.0f} s")
    assert keys.leading <= 10
    assert seconds <= 30
    check_everywhere(page)
    with transaction(live_server.state.session_factory) as session:
        report = session.scalars(select(Report).options(joinedload(Report.reporter))).one()
        assert (report.category_code, report.lat, report.channel) == ("lamp_dark", 69.6492, "phone")
        assert (report.reporter.name, report.reporter.phone) == ("Nina", "77000099")
    another_from_the_same(page, report.shown_reference)
    screenshot(page, "desk-caller-1280")
    with transaction(live_server.state.session_factory) as session:
        given = {"state": "waiting", "reason": "not_theirs", "received_at": live_server.state.clock()}
        words = {"sender": "nina@example.org", "subject": "Sv: Gatelys", "body": "Det er fortsatt mørkt. " * 60}
        session.add(IncomingMail(key="k" * 64, report_id=report.id, **given, **words))
    look_at_the_rest(page, report.reference)


def another_from_the_same(page: Page, reference: str) -> None:
    """The same number again: what became of the first one, and who it was, without typing."""
    page.keyboard.press("i")
    page.wait_for_url("**/staff/reports/new")
    page.get_by_label("Phone", exact=False).first.press_sequentially("+47 77 00 00 99")
    expect(page.locator("#caller-earlier")).to_contain_text(reference)
    page.get_by_role("button", name="Use this name and address").click()
    expect(page.locator("#name")).to_have_value("Nina")
    page.locator("#kind").fill("lyktestolpe")
    page.locator("#kind").press("Enter")
    page.locator("#place-search").fill("69.6492, 18.9553")
    page.locator("#place-search").press("Enter")
    expect(page.locator("#caller-here")).to_contain_text("That is mine too")
    check_everywhere(page)


def look_at_the_rest(page: Page, reference: str) -> None:
    for path in (f"/staff/reports/{reference}/slip", "/staff/channels", "/staff/mails"):
        page.goto(path)
        check_everywhere(page)
