"""Whose road: the register is asked while the form is filled in, and the resident reads who gets the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Asset, Report, Road
from tests.application import STORGATA
from tests.browser.accessibility import check_page
from tests.lookup.test_roads import position

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer
    from tests.registers import FakeRegister

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
LAT, LON = STORGATA
HERE = {"geolocation": {"latitude": LAT, "longitude": LON, "accuracy": 12}, "permissions": ["geolocation"]}
WIDTHS = pytest.mark.parametrize(("width", "color_scheme"), [(360, "light"), (1280, "dark")])


@pytest.fixture
def fake(make_register: Callable[[], FakeRegister], live_server: LiveServer) -> FakeRegister:
    """The road register, which knows a county road and takes a moment to say so."""
    register = make_register()
    register.answers["/posisjon"] = [position("F")]
    register.delay = 0.7
    live_server.state.settings.road_register = register.url
    return register


def report_of(live_server: LiveServer) -> Report:
    with transaction(live_server.state.session_factory) as session:
        return session.scalars(select(Report)).one()


@WIDTHS
def test_the_form_says_who_gets_it_when_the_register_has_spoken(
    live_server: LiveServer, fake: FakeRegister, page_at: Callable[..., Page], width: int, color_scheme: str
) -> None:
    page = page_at(width, color_scheme=color_scheme, **HERE)
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    page.locator(".tile", has_text="Pothole").click()
    who = page.locator("#who")
    expect(who).to_contain_text("County road 9862. The report goes to Troms County Authority")
    expect(who).to_contain_text("We send it on for you.")
    check_page(page)
    page.get_by_label("Large").first.check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    expect(page.get_by_text("Most likely it is for Troms County Authority.")).to_be_visible()
    check_page(page)
    report = report_of(live_server)
    assert (report.road_owner, report.road_ref) == ("county", "FV9862 S1D1 m687")
    assert report.proposed_unit_code == "troms_fylkeskommune"
    assert len(fake.asked) == 1


@WIDTHS
def test_a_municipal_lamp_on_a_county_road_goes_to_those_who_run_the_lamp(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, color_scheme: str
) -> None:
    line = f"SRID=4326;LINESTRING({LON} {LAT - 0.001}, {LON} {LAT + 0.001})"
    with transaction(live_server.state.session_factory) as session:
        session.add(Road(source_ref="x", owner="county", ref="FV9862", name="Stakkevollvegen", line=line))
        session.add(Asset(kind="lamp", source_ref="1", number="12-345", lat=LAT, lon=LON, owner="municipality"))
    page = page_at(width, color_scheme=color_scheme, **HERE)
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    page.locator(".tile", has_text="One lamp is dark").click()
    expect(page.locator("#who")).to_have_text(
        "County road 9862, Stakkevollvegen. The lamp belongs to the municipality. "
        "City operations (Bydrift) gets the report.",
        use_inner_text=True,
    )
    check_page(page)


def test_a_register_that_hangs_does_not_hold_up_a_report(
    live_server: LiveServer, fake: FakeRegister, page_at: Callable[..., Page]
) -> None:
    fake.delay = 30
    page = page_at(360, **HERE)
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    page.locator(".tile", has_text="One lamp is dark").click()
    expect(page.locator("#who")).to_contain_text("City operations (Bydrift) gets the report.")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert report_of(live_server).road_owner == "unknown"
