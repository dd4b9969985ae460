"""A planned round on a desk: dragged, moved by keys, locked, planned anew; and on a phone, without script too."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.db import transaction
from app.models import Actor, Report, Role, RouteList, Staff, StaffUnit
from app.planning.travel import StraightWays
from app.queries.rounds import rounds_of
from app.services.round_measuring import Planner, measure
from app.services.round_orders import set_order
from tests.browser.accessibility import check_page
from tests.browser.desk_day import STORGATA, hire, report_at, sign_in
from tests.services.rounds_at_bydrift import a_stop

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


@pytest.fixture
def planned(live_server):
    """Ola at Bydrift has a draft of five stops, and one report waits beside its way."""
    state = live_server.state
    token = hire(state, "Ola", Role.UNIT)
    for metres in (300, 100, 500, 200, 400, 250):
        report_at(state, metres_north=metres, description=f"Lamp {metres}")
    with transaction(state.session_factory) as session:
        ola = session.scalars(select(Staff)).one()
        ola.memberships.append(StaffUnit(unit_code="bydrift"))
        session.flush()
        now = state.clock()
        route_list = RouteList(
            name="Lamps in the centre", unit_code="bydrift", created_at=now, start_lat=STORGATA[0],
            start_lon=STORGATA[1], start_name="The depot", returns=True, day=now.date(), starts_at=now,
        )  # fmt: skip
        session.add(route_list)
        session.flush()
        reports = session.scalars(select(Report).order_by(Report.id)).all()
        for report in reports:
            report.address = (report.description or "").replace("Lamp", "Storgata")
            report.forward("bydrift", actor=Actor.of(ola), at=now)
        for report in reports[:5]:
            a_stop(session, route_list, report)
        driven = rounds_of(session, ola, [route_list.id])[route_list.id]
        rules = state.rules_file.current
        planner = Planner(staff=ola, rules=rules, ways=StraightWays(), at=now)
        measure(driven, sorted(driven.stops, key=lambda stop: stop.id), planner)
        return token, route_list.id


def order(page):
    return [re.search(r"\d+", row.get_attribute("data-place"))[0] for row in page.locator("[data-stop]").all()]


def test_a_round_is_dragged_moved_by_keys_locked_and_planned_anew(live_server, page_at, planned, screenshot):
    token, route_list_id = planned
    page = page_at(1280)
    sign_in(page.context, live_server, token)
    page.goto(f"/staff/route-lists/{route_list_id}")
    page.locator(".map-stop").nth(4).wait_for()
    assert order(page) == ["300", "100", "500", "200", "400"]
    check_page(page)
    screenshot(page, "round-plan-1280", whole=True)

    live = page.locator("[data-plan-live]")
    handle = page.locator("[data-handle]").nth(2)
    box, first = handle.bounding_box(), page.locator("[data-stop]").first.bounding_box()
    page.mouse.move(box["x"] + 15, box["y"] + 15)
    page.mouse.down()
    page.mouse.move(box["x"] + 15, first["y"] + 40, steps=6)
    page.mouse.move(box["x"] + 15, first["y"] + 4, steps=3)
    page.mouse.up()
    page.get_by_text("The order is changed.").first.wait_for()
    assert order(page) == ["500", "300", "100", "200", "400"]

    handle = page.locator("[data-handle]").first
    handle.focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('[data-plan-live]').textContent.includes('taken up')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.querySelector('[data-plan-live]').textContent.includes('place 3 of 5')")
    page.keyboard.press("Escape")
    assert order(page) == ["500", "300", "100", "200", "400"]
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    with page.expect_response("**/order"):
        page.keyboard.press("Space")
    page.wait_for_function(
        "() => document.querySelector('[data-stop] [data-number]').textContent === '1'"
        " && document.querySelector('[data-stop]').dataset.place.includes('300')"
    )
    assert order(page) == ["300", "500", "100", "200", "400"]
    assert page.evaluate("document.activeElement.dataset.handle") == ""
    assert live.get_attribute("aria-live") == "assertive"

    page.get_by_role("button", name="Lock stop 2").click()
    page.get_by_text("The stop is locked.").first.wait_for()
    page.get_by_role("button", name="Plan anew").click()
    page.get_by_text(re.compile(r"Planned anew[.:]")).first.wait_for()
    found = order(page)
    assert found[1] == "500"
    assert sorted(found) == ["100", "200", "300", "400", "500"]
    check_page(page)
    page.get_by_role("button", name=re.compile("^Add 2")).click()
    page.get_by_text("is on the round as stop").first.wait_for()
    assert len(order(page)) == 6
    screenshot(page, "round-plan-changed-1280")


def test_what_is_pressed_while_an_answer_is_on_its_way_is_done_after_it_and_typed_words_stay(
    live_server, page_at, planned
):
    token, route_list_id = planned
    page = page_at(1280)
    sign_in(page.context, live_server, token)
    page.goto(f"/staff/route-lists/{route_list_id}")
    page.locator(".map-stop").nth(4).wait_for()
    page.get_by_text("Somebody phones in a fault").click()
    page.get_by_label("What was said").fill("It hums and blinks")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/lock", hold, times=1)
    page.get_by_role("button", name="Lock stop 2").click()
    page.get_by_role("button", name="Stop 5 one up").click()
    page.get_by_role("button", name=re.compile("^Add 2")).click()
    assert order(page) == ["300", "100", "500", "200", "400"]
    held[0].continue_()
    page.get_by_text("is on the round as stop").first.wait_for()
    found = order(page)
    assert len(found) == 6
    assert found.index("400") < found.index("200")
    assert "100" in page.locator(".plan-stop--locked").get_attribute("data-place")
    assert page.get_by_label("What was said").input_value() == "It hums and blinks"


def test_on_a_phone_without_script_the_buttons_do_the_same(live_server, page_at, planned, screenshot):
    token, route_list_id = planned
    page = page_at(360, java_script_enabled=False)
    sign_in(page.context, live_server, token)
    page.goto(f"/staff/route-lists/{route_list_id}")
    page.get_by_role("button", name="Stop 2 one up").click()
    page.get_by_text("The order is changed.").wait_for()
    places = page.locator("[data-stop] .plan-stop__place strong").all_inner_texts()
    assert [re.search(r"\d+", place)[0] for place in places] == ["100", "300", "500", "200", "400"]
    page.get_by_role("button", name="Take stop 3 off the round").click()
    page.get_by_text("The stop is taken off.").wait_for()


def test_on_a_phone_who_comes_second_sees_what_was_tried_and_does_it_again(live_server, page_at, planned, screenshot):
    token, route_list_id = planned
    page = page_at(360, expect=["409"])
    sign_in(page.context, live_server, token)
    page.goto(f"/staff/route-lists/{route_list_id}")
    page.locator(".map-stop").nth(4).wait_for()
    check_page(page)
    screenshot(page, "round-plan-360", whole=True)

    somebody_puts_the_last_first(live_server.state, route_list_id)
    page.get_by_role("button", name="Stop 5 one up").click()
    page.get_by_text("Berit changed the same stops a moment ago.").first.wait_for()
    assert order(page) == ["400", "300", "100", "500", "200"]
    check_page(page)
    screenshot(page, "round-plan-second-360")
    page.get_by_role("button", name="Put them in my order").click()
    page.get_by_text("The order is changed.").first.wait_for()
    assert order(page) == ["300", "100", "500", "400", "200"]


def somebody_puts_the_last_first(state, route_list_id):
    hire(state, "Berit", Role.DESK)
    with transaction(state.session_factory) as session:
        berit = session.scalars(select(Staff).where(Staff.name == "Berit")).one()
        stops = [stop.id for stop in rounds_of(session, berit, [route_list_id])[route_list_id].left]
        planner = Planner(staff=berit, rules=state.rules_file.current, ways=StraightWays(), at=state.clock())
        set_order(session, route_list_id, [stops[-1], *stops[:-1]], version=None, planner=planner)
