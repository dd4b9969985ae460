"""A fixed round: its way is drawn by taps and by keys, its day is started with a thumb, and a report goes along."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.db import transaction
from app.models import Actor, Report, Role, Staff, StaffUnit
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, report_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_round_is_drawn_started_and_takes_a_report_along(live_server, page_at, screenshot, width):
    state = live_server.state
    token = hire(state, "Ola", Role.UNIT)
    report_at(state, metres_north=0, category="snow")
    with transaction(state.session_factory) as session:
        ola = session.scalars(select(Staff)).one()
        ola.memberships.append(StaffUnit(unit_code="bydrift"))
        report = session.scalars(select(Report)).one()
        report.forward("bydrift", actor=Actor.of(ola), at=state.clock())
        lat, lon = report.lat, report.lon
    page = page_at(width, expect=["422"])
    sign_in(page.context, live_server, token)
    page.goto("/staff/routine-rounds")
    check_page(page)
    page.get_by_role("link", name="New round").click()
    page.get_by_label("Name", exact=True).fill("Plough round centre")
    box = page.locator("[data-way-map]")
    box.locator(".leaflet-control-zoom").wait_for()
    box.click(position={"x": 60, "y": 60})
    box.focus()
    page.keyboard.press("Enter")
    page.get_by_text("The way has 2 points.").wait_for()
    page.get_by_role("button", name="Take the last point back").click()
    page.get_by_text("The way has 1 points.").wait_for()
    points = page.get_by_label("Points, one a line: latitude, longitude")
    points.fill(f"{lat - 0.001}, {lon}\n{lat + 0.002}, {lon}")
    page.get_by_label("When you say so, as after snow").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Choose what is done on this round.").first.wait_for()
    check_page(page)
    screenshot(page, f"routine-form-{width}")
    assert points.input_value().startswith(f"{lat - 0.001:.3f}"[:6])
    page.locator("input[name=category][value=snow]").check()
    page.get_by_label("Begins at").fill("00:01")
    page.get_by_label("Has been there by").fill("23:59")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The round is kept.").wait_for()
    check_page(page)
    screenshot(page, f"routine-round-{width}")
    page.goto("/staff/routine-rounds")
    page.get_by_role("button", name="Drives now").click()
    page.get_by_text("Residents on the way read that it is driven today.").wait_for()
    check_page(page)
    screenshot(page, f"routine-day-{width}")
    page.get_by_role("link", name="Plough round centre").first.click()
    check_page(page)
    page.get_by_role("button", name="Take along").click()
    page.get_by_text("They are on the round.").wait_for()
    with state.session_factory() as session:
        assert session.scalars(select(Report.status)).all() == ["scheduled"]
