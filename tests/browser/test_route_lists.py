"""A crew's morning: plan the round, drive it on a phone, tick off with a photo."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import select

from app.db import transaction
from app.models import Actor, Report, Role, Staff, StaffUnit
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, report_at, sign_in

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


@pytest.mark.parametrize("width", [360, 1280])
def test_a_round_is_planned_driven_and_closed(live_server, page_at, crew, width, screenshot):
    page = page_at(width)
    sign_in(page.context, live_server, crew)
    page.goto("/staff/route-lists")
    check_page(page)
    page.get_by_role("link", name="New route list").click()
    page.get_by_role("button", name="Find the way").wait_for()
    check_page(page)
    screenshot(page, f"route-list-new-{width}")
    page.get_by_role("button", name="Find the way").click()
    page.get_by_text("0 of 3 stops done").wait_for()
    page.locator(".map-stop").first.wait_for()
    check_page(page)
    screenshot(page, f"route-list-{width}")

    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "darkslateblue").save(picture, "JPEG")
    first = page.locator(".stop--next")
    first.locator("summary").click()
    first.get_by_label("Note (optional)").fill("New bulb, new fuse")
    first.get_by_label("Photo (optional)").set_input_files(
        {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    first.get_by_role("button", name="Done").click()
    page.get_by_text("1 of 3 stops done").wait_for()
    page.locator(".stop--next").get_by_role("button", name="Not found").click()
    page.get_by_text("2 of 3 stops done").wait_for()
    check_page(page)
    page.get_by_role("button", name="Close the route list").click()
    page.get_by_text("The route list is closed.").first.wait_for()
    check_page(page)
    with live_server.state.session_factory() as session:
        assert sorted({report.status for report in session.scalars(select(Report))}) == ["fixed", "forwarded"]


def test_the_paper_list_fits_a_phone_too(live_server, page_at, crew):
    page = page_at(360)
    sign_in(page.context, live_server, crew)
    page.goto("/staff/route-lists/new")
    page.get_by_role("button", name="Find the way").click()
    page.get_by_role("link", name="Print").click()
    page.locator(".tick-box").first.wait_for()
    check_page(page)
