"""Mistakes and limits in a real browser: what people read then, and that nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Report
from app.models.links import confirm_path
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.browser.accessibility import check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
SWAPPED = f"/?lat={STORGATA[1]}&lon={STORGATA[0]}&category=sweeping"


@pytest.mark.parametrize(("width", "script"), [(360, True), (1280, True), (360, False)])
def test_swapped_numbers_are_put_right_with_one_tap(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int, script: bool
) -> None:
    page = page_at(width, java_script_enabled=script)
    page.goto("/?category=sweeping" if script else SWAPPED)
    if script:
        page.locator("#coordinates > summary").click()
        page.locator("#lat").fill(str(STORGATA[1]))
        page.locator("#lon").fill(str(STORGATA[0]))
        page.locator("#description").fill("Glass")
    else:
        page.locator("#description").fill("Glass")
    expect(page.get_by_text("Did you mean 69.6492 north and 18.9553 east?")).to_be_visible()
    page.locator("#position").scroll_into_view_if_needed()
    screenshot(page, f"mistake-swapped-{width}{'' if script else '-no-script'}")
    if script:
        check_page(page)
    page.get_by_role("button", name="Yes, put it right").click()
    expect(page.locator("#lat")).to_have_value("69.649200")
    expect(page.locator("#swapped")).to_be_hidden()
    expect(page.locator("#description")).to_have_value("Glass")


@pytest.mark.parametrize("width", [360, 1280])
def test_zeros_are_said_to_be_a_lost_phone_and_nobody_else_is_named(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width)
    page.goto("/?category=sweeping")
    page.locator("#coordinates > summary").click()
    page.locator("#lat").fill("0")
    page.locator("#lon").fill("0")
    page.locator("#description").fill("Glass")
    sentence = "0, 0 is what a phone says when it is lost. Show the place on the map, or write the address."
    expect(page.locator("#place-status")).to_have_text(sentence)
    expect(page.locator("#outside-text")).to_have_text(sentence)
    expect(page.locator("#outside-contacts li")).to_have_count(0)
    expect(page.locator("#swapped")).to_be_hidden()
    page.locator("#position").scroll_into_view_if_needed()
    screenshot(page, f"mistake-zeros-{width}")
    check_page(page)


@pytest.mark.parametrize(("width", "script"), [(360, True), (1280, True), (360, False)])
def test_the_language_can_be_switched_in_the_middle_of_a_report(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, script: bool
) -> None:
    page = page_at(width, java_script_enabled=script)
    page.goto("/?category=pothole")
    page.locator("#description").fill("Deep")
    page.locator("#address").fill("Storgata 64")
    page.get_by_label("Larger than a car tyre").check()
    page.locator(".language summary").click()
    page.get_by_role("button", name="Norsk bokmål").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Meld en feil")
    expect(page.locator("#description")).to_have_value("Deep")
    expect(page.locator("#address")).to_have_value("Storgata 64")
    expect(page.get_by_label("Større enn et bildekk")).to_be_checked()
    page.get_by_role("button", name="Send meldingen").click()
    page.wait_for_url("**/follow/**")
    with transaction(live_server.state.session_factory) as session:
        assert session.scalars(select(Report.description)).all() == ["Deep"]


@pytest.mark.parametrize(("width", "script"), [(360, True), (1280, True), (360, False)])
def test_over_the_limit_the_form_stays_and_says_when_to_try_again(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int, script: bool
) -> None:
    live_server.state.settings.limit_reports_per_hour = 2
    page = page_at(width, java_script_enabled=script, expect=["429"])
    for address in ("Storgata 64", "Storgata 65"):
        page.goto("/?category=sweeping")
        page.locator("#address").fill(address)
        page.get_by_role("button", name="Send the report").click()
        if address == "Storgata 64":
            page.wait_for_url("**/follow/**")
    expect(page.get_by_text("Please try again at 12:30.").first).to_be_visible()
    expect(page.locator("#address")).to_have_value("Storgata 65")
    screenshot(page, f"mistake-limit-{width}{'' if script else '-no-script'}")
    if script:
        check_page(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_owner_of_an_address_chooses_what_is_theirs(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None], width: int
) -> None:
    state = live_server.state
    with transaction(state.session_factory) as session:
        first, second = (
            submit_report(
                session,
                ReportDraft(category=category, address="Storgata 64", reporter=ReporterDraft(email="me@example.com")),
                rules=state.rules_file.current,
                at=state.clock(),
            )
            for category in ("sweeping", "ice")
        )
        path = confirm_path(first, "me@example.com", secret=SECRET)
    page = page_at(width)
    page.goto(path)
    expect(page.get_by_label("Slippery road")).to_be_checked()
    screenshot(page, f"confirm-several-{width}")
    check_page(page)
    page.get_by_role("button", name="Yes, write to me").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    expect(page.get_by_role("link", name=second.shown_reference)).to_be_visible()
    screenshot(page, f"confirmed-several-{width}")
    check_page(page)
