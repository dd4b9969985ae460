"""No page scrolls sideways: not on the narrowest phone, nor with text twice as large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from app.db import transaction
from app.models.links import support_path
from app.services import supporting
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
HERE = {
    "geolocation": {"latitude": STORGATA[0], "longitude": STORGATA[1], "accuracy": 12},
    "permissions": ["geolocation"],
}
# For the message: what sticks out further than the page is wide.
STICKS_OUT = """(width) => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest(".leaflet-container, .trap, legend"))
  .slice(0, 8).map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`)"""


@pytest.mark.parametrize("locale", ["nb-NO", "en-GB"])
@pytest.mark.parametrize(("width", "size"), [(320, 100), (360, 200)])
def test_nothing_sticks_out_of_a_narrow_page(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, size: int, locale: str
) -> None:
    at = live_server.state.clock()
    with transaction(live_server.state.session_factory) as session:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0] + 12 / 111_500, lon=STORGATA[1])
        report = submit_report(session, draft, rules=live_server.state.rules_file.current, at=at)
        known = {"device": "another", "secret": SECRET, "language": "en", "at": at}
        thanks = support_path(supporting.support(session, report.reference, **known).support, secret=SECRET)
        reference = report.shown_reference
    page = page_at(width, locale=locale, **HERE)

    def check() -> None:
        page.evaluate("size => document.documentElement.style.setProperty('font-size', `${size}%`, 'important')", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(STICKS_OUT, width)
        # The menu scrolls by itself where it must; here all of it is to be seen.
        assert page.evaluate("(nav => nav.scrollWidth - nav.clientWidth)(document.querySelector('.site-nav'))") <= 1

    page.goto("/")
    page.get_by_role("button", name="Min posisjon" if locale == "nb-NO" else "My position").click()
    page.locator(".tile:has(input[value=lamp_dark])").click()
    expect(page.locator("#similar")).to_be_visible()
    check()
    for path in ("/reports", f"/reports/{reference}", "/waiting", thanks):
        page.goto(path)
        check()
