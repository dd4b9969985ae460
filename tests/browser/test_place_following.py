"""Following a place in a real browser: drawn by mouse, by the keyboard on a phone, and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.db import transaction
from app.models import PlaceFollow
from app.models.links import place_confirm_path
from tests.application import SECRET
from tests.browser.accessibility import check_page

pytestmark = pytest.mark.realdb


def only_follow(live_server) -> PlaceFollow:
    with transaction(live_server.state.session_factory) as session:
        return session.scalars(select(PlaceFollow)).one()


def test_a_circle_is_drawn_with_the_mouse_and_the_slider(page_at, live_server, screenshot):
    page = page_at(1280)
    page.goto("/reports")
    page.get_by_role("link", name="Get a mail about a place: follow it").click()
    shown = page.locator("#map.leaflet-container")
    shown.click(position={"x": 300, "y": 150})
    status = page.locator("#place-status")
    expect(status).to_have_text("You follow what happens within 500\u00a0m of this place.")
    expect(page.locator("path.map-circle")).to_be_visible()
    slider = page.get_by_label("How far from there", exact=True)
    slider.fill("65")
    expect(page.get_by_label("How far from there, in metres")).to_have_value("1000")
    expect(status).to_have_text("You follow what happens within 1\u00a0km of this place.")
    page.get_by_label("Street lights").check()
    page.get_by_label("Your e-mail address").fill("nina@example.org")
    check_page(page)
    screenshot(page, "follow-place-1280", whole=True)
    page.get_by_role("button", name="Follow the place").click()
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    check_page(page)
    follow = only_follow(live_server)
    assert (follow.radius, follow.groups, follow.language) == (1000, ["lamps"], "en")
    page.goto(place_confirm_path(follow, secret=SECRET))
    check_page(page)
    page.get_by_role("button", name="Yes, write to me").click()
    expect(page.get_by_text("Thank you. You follow the place from now on.")).to_be_visible()
    expect(page.locator("path.map-circle")).to_be_visible()
    check_page(page)
    screenshot(page, "followed-place-1280", whole=True)
    page.get_by_role("button", name="Stop the mails about this place").click()
    expect(page.get_by_role("heading", name="You no longer follow this place")).to_be_visible()
    check_page(page)
    assert only_follow(live_server).email is None


def test_a_circle_is_drawn_with_the_keyboard_on_a_phone(page_at, live_server, screenshot):
    page = page_at(360, expect=["422"])
    page.goto("/follow-place")
    shown = page.locator("#map.leaflet-container")
    expect(shown).to_be_visible()
    page.get_by_role("button", name="Search for the place").focus()
    page.keyboard.press("Tab")
    expect(shown).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#place-status")).to_contain_text("You follow what happens within 500\u00a0m")
    page.get_by_label("How far from there", exact=True).focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("How far from there, in metres")).to_have_value(re.compile("4[0-9]0"))
    page.evaluate("scrollTo(0, 0)")
    screenshot(page, "follow-place-circle-360")
    page.get_by_label("Your e-mail address").focus()
    page.keyboard.type("nina")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="The e-mail address must look like name@example.com.")).to_be_visible()
    check_page(page)
    screenshot(page, "follow-place-360", whole=True)
    page.get_by_label("Your e-mail address").fill("nina@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    assert only_follow(live_server).radius < 500


def test_without_script_coordinates_are_enough(page_at, live_server):
    page = page_at(360, java_script_enabled=False)
    page.goto("/follow-place")
    page.locator("summary", has_text="Write coordinates").click()
    page.get_by_label("Latitude").fill("69.6492")
    page.get_by_label("Longitude").fill("18.9553")
    page.get_by_label("How far from there, in metres").fill("250")
    page.get_by_label("Your e-mail address").fill("nina@example.org")
    page.get_by_label("Your e-mail address").press("Enter")
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    assert only_follow(live_server).radius == 250
