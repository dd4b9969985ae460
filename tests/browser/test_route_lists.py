"""A crew's morning: plan the round, drive it on a phone, tick off with a photo."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from app.db import transaction
from app.models import Actor, Report, Role, Staff, StaffUnit
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, report_at, sign_in
from tests.browser.shift import shift

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


@pytest.fixture
def crew(live_server):
    """Per is signed in at Bydrift, where four lamps wait, two of them side by side."""
    token = hire(live_server.state, "Per", Role.CREW)
    for metres, words in ((120, "Dark since Friday"), (700, "Flickers"), (300, "Dark"), (310, "Dark here too")):
        report_at(live_server.state, metres_north=metres, description=words)
    with transaction(live_server.state.session_factory) as session:
        per = session.scalars(select(Staff)).one()
        per.memberships.append(StaffUnit(unit_code="bydrift"))
        for report in session.scalars(select(Report)):
            report.forward("bydrift", actor=Actor.of(per), at=live_server.state.clock())
    return token


def plan_a_round(page, screenshot):
    """From the lists to a round of three stops, and on to its page for the cab."""
    page.goto("/staff/route-lists")
    check_page(page)
    page.get_by_role("link", name="New route list").click()
    page.get_by_role("button", name="Find the way").first.wait_for()
    check_page(page)
    screenshot(page, "route-list-new")
    page.get_by_role("button", name="Find the way").first.click()
    page.wait_for_url(re.compile(r"/staff/route-lists/\d+$"))
    page.goto(f"{page.url}/drive")


def test_a_round_is_planned_driven_and_ended(live_server, page_at, crew, screenshot):
    page = page_at(360)
    sign_in(page.context, live_server, crew)
    plan_a_round(page, screenshot)
    page.get_by_text("Stop 1 of 3").wait_for()
    page.locator(".cab-map .map-stop").first.wait_for()
    check_page(page)
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("Stop 2 of 3").wait_for()
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_text("Stop 1 is open again.").wait_for()
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("Stop 2 of 3").wait_for()
    page.get_by_role("button", name="Not found").click()
    page.get_by_text("Stop 3 of 3").wait_for()
    page.get_by_role("button", name="All stops").click()
    page.get_by_role("button", name="End the round").first.click()
    check_page(page)
    page.get_by_role("button", name="End the round").click()
    page.get_by_text("The round is over.").wait_for()
    page.get_by_text("All is sent").wait_for()
    check_page(page)
    assert statuses(live_server) == ["fixed", "forwarded"]


@pytest.mark.parametrize("width", [360, 1280])
def test_without_script_a_round_is_driven_by_plain_forms(live_server, page_at, width, screenshot):
    token, list_id = shift(live_server.state)
    page = page_at(width, java_script_enabled=False)
    sign_in(page.context, live_server, token)
    page.goto(f"/staff/route-lists/{list_id}/drive")
    screenshot(page, f"cab-plain-{width}", whole=True)
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "darkslateblue").save(picture, "JPEG")
    first = page.locator(".stop--next")
    first.locator("summary").click()
    first.get_by_label("Note (optional)").fill("New bulb, new fuse")
    first.get_by_label("Photo after (optional)").set_input_files(
        {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    first.get_by_role("button", name="Done").click()
    page.get_by_text("1 of 5 stops done").wait_for()
    page.locator(".stop--next").get_by_role("button", name="Needs lift").click()
    page.get_by_text("2 of 5 stops done").wait_for()
    page.locator("#cab-plain").get_by_label("Kilometres driven (optional)").fill("7.5")
    page.get_by_role("button", name="End the round").click()
    page.get_by_role("status").get_by_text("The round is over.").wait_for()
    assert statuses(live_server) == ["fixed", "forwarded"]


def statuses(live_server):
    with live_server.state.session_factory() as session:
        return sorted({report.status for report in session.scalars(select(Report))})


def test_the_paper_list_fits_a_phone_too(live_server, page_at, crew):
    page = page_at(360)
    sign_in(page.context, live_server, crew)
    page.goto("/staff/route-lists/new")
    page.get_by_role("button", name="Find the way").first.click()
    page.get_by_role("link", name="Print").click()
    page.locator(".tick-box").first.wait_for()
    check_page(page)
