"""A planner's page: asked for with two taps, watched while it is worked out, and the answer comes by itself."""

from __future__ import annotations

from datetime import time

import pytest
from sqlalchemy import select

from app.db import transaction
from app.models import Actor, Crew, Report, Role, Staff, StaffUnit
from app.services import plan_working
from app.services.office import Office
from tests.application import STORGATA
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, report_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


@pytest.fixture
def planner(live_server):
    """Ola is signed in at Bydrift, which has a crew and three dark lamps."""
    token = hire(live_server.state, "Ola", Role.UNIT)
    for metres in (120, 700, 300):
        report_at(live_server.state, metres_north=metres, description="Dark")
    with transaction(live_server.state.session_factory) as session:
        ola = session.scalars(select(Staff)).one()
        ola.memberships.append(StaffUnit(unit_code="bydrift"))
        for report in session.scalars(select(Report)):
            report.forward("bydrift", actor=Actor.of(ola), at=live_server.state.clock())
        lat, lon = STORGATA
        hours = {"shift_from": time(7), "shift_until": time(15)}
        session.add(Crew(unit_code="bydrift", name="Lamp crew 1", start_lat=lat, start_lon=lon, **hours))
    return token


def work_out(state):
    """As a worker does, with a search that is over at once."""
    office = Office(
        settings=state.settings,
        session_factory=state.session_factory,
        rules_file=state.rules_file,
        photos=state.photos,
        secret=state.secret,
        channels={},
        clock=state.clock,
    )
    plan_working.work_out(office)


def test_a_plan_is_asked_for_watched_and_answered(live_server, page_at, planner, screenshot):
    page = page_at(360)
    sign_in(page.context, live_server, planner)
    page.goto("/staff/route-lists/new")
    page.get_by_role("checkbox", name="Lamp crew 1").wait_for()
    check_page(page)
    page.get_by_role("button", name="Find the way").last.click()
    page.get_by_text("Number 1 in the queue").wait_for()
    check_page(page)
    work_out(live_server.state)
    page.get_by_role("link", name="A: Lamp crew 1").wait_for()
    page.locator("path.leaflet-interactive.plan-line--0").wait_for(state="attached")
    page.locator(".plan-stop--0").first.wait_for()
    check_page(page)
    screenshot(page, "plan-answer")
    page.get_by_role("button", name="Release all rounds").click()
    page.get_by_text("The rounds are released.").wait_for()
