"""Enter in a field of the form: it does what the field is for, and only the Send button sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


def sent(live_server: LiveServer) -> list[str]:
    with transaction(live_server.state.session_factory) as session:
        return [report.category_code for report in session.scalars(select(Report))]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("field", ["#address", "#kind", "#email", "[name='answers.mast']"])
def test_enter_in_a_field_never_sends(
    live_server: LiveServer, page_at: Callable[..., Page], field: str, *, script: bool
) -> None:
    page = page_at(360, java_script_enabled=script)
    page.goto("/?category=lamp_dark&address=Storgata+64&answers.mast=0042")
    if not page.locator(field).is_visible():
        page.locator("#contact > summary").click()
    page.locator(field).press("Enter")
    page.wait_for_timeout(400)
    assert sent(live_server) == []
    expect(page.locator("#address")).to_have_value("Storgata 64")
    page.get_by_role("button", name="Send the report").press("Enter")
    page.wait_for_url("**/follow/**")
    assert sent(live_server) == ["lamp_dark"]


def test_enter_in_the_number_of_a_mast_looks_for_the_lamp(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/?category=lamp_dark")
    page.locator("[name='answers.mast']").fill("0042")
    with page.expect_request("**/here?*answers.mast=0042*"):
        page.locator("[name='answers.mast']").press("Enter")
    assert page.url.endswith("/?category=lamp_dark")


def test_without_script_enter_says_that_nothing_is_sent(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360, java_script_enabled=False)
    page.goto("/?category=lamp_dark&address=Storgata+64&answers.mast=0042")
    page.locator("#address").press("Enter")
    expect(page.get_by_text("Nothing is sent yet.")).to_be_visible()
    assert sent(live_server) == []
