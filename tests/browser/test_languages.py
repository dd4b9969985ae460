"""A lamp is reported in nynorsk and in Northern Sámi on a small phone; the language changes when half is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.db import transaction
from app.languages import LANGUAGES
from app.models import Report
from app.text import translate
from tests.application import STORGATA
from tests.browser.accessibility import check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
HERE = {
    "geolocation": {"latitude": STORGATA[0], "longitude": STORGATA[1], "accuracy": 12},
    "permissions": ["geolocation"],
}
WORDS = "Lámpá ii čuovgga, ŧ đ ŋ. Lampa er mørk på hjørnet."


@pytest.mark.parametrize(("locale", "first", "then", "width"), [("nn-NO", "nn", "se", 320), ("se-NO", "se", "nn", 360)])
def test_a_lamp_is_reported_in_two_languages(
    live_server: LiveServer, page_at: Callable[..., Page], locale: str, first: str, then: str, width: int
) -> None:
    rules = live_server.state.rules_file.current
    page = page_at(width, locale=locale, **HERE)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", first)
    page.get_by_role("button", name=translate("My position", first)).click()
    expect(page.locator("#place-status")).to_contain_text("12")
    page.locator(".tile", has_text=rules.categories["lamp_dark"].name(first)).click()
    page.locator("#description").fill(WORDS)
    page.locator(".language summary").click()
    choices = page.locator(".language button")
    expect(choices).to_have_text([name for code, name in LANGUAGES.items() if code != first])
    check_page(page)
    choices.filter(has_text=LANGUAGES[then]).click()
    expect(page.locator("html")).to_have_attribute("lang", then)
    expect(page.locator("#description")).to_have_value(WORDS)
    expect(page.locator(".tile:has(:checked)")).to_contain_text(rules.categories["lamp_dark"].name(then))
    page.get_by_role("button", name=translate("Send the report", then)).click()
    page.wait_for_url("**/follow/**")
    expect(page.locator("html")).to_have_attribute("lang", then)
    expect(page.locator("main")).to_contain_text(WORDS)
    check_page(page)
    page.goto("/privacy")
    expect(page.locator("html")).to_have_attribute("lang", then)
    with transaction(live_server.state.session_factory) as session:
        report = session.scalars(select(Report).options(joinedload(Report.reporter))).one()
        assert (report.category_code, report.description) == ("lamp_dark", WORDS)
