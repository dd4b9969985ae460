"""The pages of staff administration and a report's file in a browser: all of it open, as people with aids meet it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Role, Staff, StaffUnit
from tests.browser.accessibility import check_everywhere
from tests.browser.conftest import LiveServer
from tests.browser.desk_day import hire, report_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


def test_a_deputy_is_named_and_a_file_is_taken_out(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    state = live_server.state
    reference = report_at(state, description="Hullet er dypt.", email="nina@example.org")
    for name in ("Ola", "Eva"):
        hire(state, name, Role.UNIT)
    with transaction(state.session_factory) as session:
        ids = {one.name: one.id for one in session.scalars(select(Staff))}
        session.add_all([StaffUnit(staff_id=ids["Ola"], unit_code="bydrift", leader=True)])
        session.add_all([StaffUnit(staff_id=ids["Eva"], unit_code="eiendom")])
    page = page_at(1280)
    sign_in(page.context, live_server, hire(state, "Ada", Role.ADMIN))
    page.goto(f"/staff/people/{ids['Ola']}")
    page.get_by_text("When the person is away …").click()
    page.get_by_label("Who stands in").select_option(value=str(ids["Eva"]))
    page.get_by_label("Last day away").fill(
        "2027-12-24" if state.clock().year == 2027 else f"{state.clock().year}-12-31"
    )
    page.locator("form[action$='/deputies'] button").click()
    expect(page.get_by_text("Eva stands in.").first).to_be_visible()
    page.get_by_text("When the person leaves …").click()
    check_everywhere(page)
    for path in ("/staff/people", "/staff/units", "/staff/account", f"/staff/people/{ids['Ola']}/sights"):
        page.goto(path)
        check_everywhere(page)
    page.goto(f"/staff/reports/{reference}")
    page.locator("#who-saw summary").click()
    expect(page.locator("#who-saw")).to_contain_text("Ada")
    page.locator("#file summary").click()
    check_everywhere(page)
    with page.expect_download() as taken:
        page.locator("#file").get_by_role("button", name="PDF").click()
    assert taken.value.suggested_filename.endswith("-masked.pdf")
