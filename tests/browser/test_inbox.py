"""A unit's day in a real browser: find, take, answer, mend."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.db import transaction
from app.models import Actor, Report, Role, Staff, StaffUnit
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, report_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_unit_takes_answers_and_mends(live_server, page_at, width, screenshot):
    state = live_server.state
    token = hire(state, "Ola", Role.UNIT)
    report_at(
        state, description="The lamp at the crossing by the school is dark.", email="siri@example.com", name="Siri"
    )
    report_at(state, metres_north=400, description="Dark at the bus stop.")
    with transaction(state.session_factory) as session:
        ola = session.scalars(select(Staff)).one()
        ola.memberships.append(StaffUnit(unit_code="bydrift"))
        for report in session.scalars(select(Report)):
            report.forward("bydrift", actor=Actor.of(ola), at=state.clock())
    page = page_at(width)
    sign_in(page.context, live_server, token)
    page.goto("/staff/inbox")
    check_page(page)
    screenshot(page, f"inbox-{width}")
    page.locator(".report-card__title a").first.click()
    page.get_by_role("button", name="Take it").click()
    page.get_by_text("You have taken the report.").wait_for()
    page.locator(".leaflet-container").wait_for()
    check_page(page)
    screenshot(page, f"inbox-report-{width}", whole=True)
    page.get_by_label("Answer or note").fill("We come on Thursday.")
    page.get_by_role("button", name="Publish the answer").click()
    page.get_by_text("Your answer is public now.").wait_for()
    page.get_by_role("button", name="It is fixed").click()
    page.get_by_text("The report is fixed.").first.wait_for()
    with state.session_factory() as session:
        assert sorted(session.scalars(select(Report.status))) == ["fixed", "forwarded"]
