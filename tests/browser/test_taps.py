"""The shortest report, from the open page to the receipt: at most four taps, with all guards against robots on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Asset, Report
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from app.settings import Settings
from tests.application import STORGATA, Clock
from tests.browser.test_reporting import HERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
MOST = 4
# Counted where a finger or a mouse goes down: a tap on a label is one tap, though the page sees two clicks.
COUNT = "addEventListener('pointerdown', event => { if (event.isTrusted) window.tapped(); }, true);"


@pytest.fixture
def guarded(live_server: LiveServer) -> LiveServer:
    """The server with the settings that people meet, not those of the tests."""
    shipped = Settings.model_fields["form_seconds"].default
    assert shipped > 0
    live_server.state.settings.form_seconds = shipped
    return live_server


@pytest.fixture
def make_real_report(guarded: LiveServer, clock: Clock) -> Callable[[], None]:
    """A dark lamp that somebody reported at the same place."""

    def make() -> None:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        with transaction(guarded.state.session_factory) as session:
            submit_report(session, draft, rules=guarded.state.rules_file.current, at=clock())

    return make


def counted(page: Page) -> list[str]:
    """A list that grows by one with every tap, on this page and those that follow."""
    taps: list[str] = []
    page.expose_function("tapped", lambda: taps.append(page.url))
    page.add_init_script(COUNT)
    return taps


def reports(server: LiveServer) -> list[Report]:
    with transaction(server.state.session_factory) as session:
        return list(session.scalars(select(Report)))


@pytest.mark.parametrize("width", [360, 1280])
def test_the_shortest_report_takes_four_taps_at_most(
    guarded: LiveServer, page_at: Callable[..., Page], clock: Clock, width: int
) -> None:
    page = page_at(width, **HERE)
    taps = counted(page)
    page.goto("/")
    shown_first = page.locator(".tile")
    assert shown_first.count() == 6
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#place-status")).to_contain_text("12 metres")
    shown_first.filter(has_text="One lamp is dark").click()
    clock.pass_(seconds=10)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    expect(page.get_by_text("Thank you. We have your report.")).to_be_visible()
    (report,) = reports(guarded)
    assert (report.category_code, report.lat, report.lon) == ("lamp_dark", *STORGATA)
    assert 1 <= len(taps) <= MOST, taps


def test_beside_a_lamp_and_with_a_similar_report_there_it_takes_no_more(
    guarded: LiveServer, page_at: Callable[..., Page], clock: Clock, real_session_factory, make_real_report
) -> None:
    with transaction(real_session_factory) as session:
        session.add(Asset(kind="lamp", source_ref="1", number="123", lat=STORGATA[0], lon=STORGATA[1]))
    make_real_report()
    page = page_at(360, **HERE)
    taps = counted(page)
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    page.locator(".tile", has_text="One lamp is dark").click()
    expect(page.get_by_role("button", name="Mine too").first).to_be_visible()
    clock.pass_(seconds=10)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert len(reports(guarded)) == 2
    assert len(taps) <= MOST, taps


def test_mine_too_takes_three(
    guarded: LiveServer, page_at: Callable[..., Page], clock: Clock, make_real_report
) -> None:
    make_real_report()
    page = page_at(360, **HERE)
    taps = counted(page)
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    page.locator(".tile", has_text="One lamp is dark").click()
    clock.pass_(seconds=10)
    page.get_by_role("button", name="Mine too").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert len(taps) <= 3, taps


def test_a_form_sent_in_a_blink_costs_one_more_tap_and_loses_nothing(
    guarded: LiveServer, page_at: Callable[..., Page], clock: Clock
) -> None:
    page = page_at(360, expect=["422"])
    page.goto(f"/?lat={STORGATA[0]}&lon={STORGATA[1]}&category=sweeping")
    page.locator("#description").fill("Glass")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("That was very quick.").first).to_be_visible()
    assert page.locator("#description").input_value() == "Glass"
    clock.pass_(seconds=3)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(guarded)
    assert report.description == "Glass"


@pytest.mark.parametrize("script", [True, False])
def test_a_browser_that_fills_in_the_hidden_field_can_send_the_second_time(
    guarded: LiveServer, page_at: Callable[..., Page], clock: Clock, script: bool
) -> None:
    page = page_at(360, expect=["422"], java_script_enabled=script)
    page.goto("/?category=sweeping")
    page.locator("#address").fill("Storgata 64")
    page.locator("input[name=second_thought]").fill("filled in by a browser", force=True)
    clock.pass_(seconds=10)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("A field that should be empty was filled in.").first).to_be_visible()
    assert page.locator("#address").input_value() == "Storgata 64"
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert len(reports(guarded)) == 1
