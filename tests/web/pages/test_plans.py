"""The plan form, the page that tells how far a plan is, and its answer."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from app.models import RouteList, RoutePlan, Stop
from app.planning.fleet import plan_fleet
from app.services import plan_working


@pytest.fixture
def planner(browser_of, ola):
    browser = browser_of(ola)
    browser.look("/staff/route-lists/new")
    return browser


@pytest.fixture
def form(lamp_crew, tomorrow):
    key = lamp_crew.id
    return {"unit": "bydrift", "who": "crews", "day": tomorrow.isoformat(), "crew": str(key),
            f"vehicle-{key}": str(lamp_crew.vehicle_id), f"from-{key}": "07:00", f"until-{key}": "15:00"}  # fmt: skip


@pytest.fixture
def work_out(office):
    def once():
        def search(made, budget, progress):
            return plan_fleet(made.travel, made.visits, made.shifts, detour=made.detour, budget=0.05)

        plan_working.work_out(office, search=search)

    return once


@pytest.fixture
def asked(planner, form, reports_waiting, session):
    reports_waiting(4)
    answer = planner.submit("/staff/route-lists", **form)
    assert answer.status_code == 303, answer.text
    return session.scalars(select(RoutePlan)).one()


def test_the_form_offers_the_unit_s_crews_with_their_usual_day(planner, lamp_crew, reports_waiting):
    reports_waiting(2)
    page = planner.look("/staff/route-lists/new")
    for shown in ("Lamp crew 1", "Lift 1", 'value="07:00"', 'value="15:00"', "(2)"):
        assert shown in page


def test_a_crew_s_own_form_is_one_round_from_here(browser_of, per, lamp_crew, reports_waiting):
    reports_waiting(1)
    browser = browser_of(per)
    page = browser.look("/staff/route-lists/new")
    assert 'id="who" name="who" value="here" checked' in page
    answer = browser.submit("/staff/route-lists", unit="bydrift", who="here", start="69.6492, 18.9553")
    assert answer.headers["location"].startswith("/staff/route-lists/")


def test_reports_chosen_elsewhere_come_ticked_along(planner, lamp_crew, reports_waiting, form, session, work_out):
    first, *_ = reports_waiting(3)
    page = planner.look(f"/staff/route-lists/new?unit=bydrift&report={first.reference}")
    assert f'value="{first.reference}" checked' in page
    planner.submit("/staff/route-lists", **form, report=first.reference)
    work_out()
    made = session.scalars(select(RouteList)).one()
    assert made.category_codes == []
    assert session.scalars(select(RoutePlan)).one().said["reports"] == 1


def test_without_a_worker_the_page_says_that_the_plan_waits(planner, asked):
    page = planner.look(f"/staff/plans/{asked.id}")
    assert "Number 1 in the queue" in page
    assert "Look again" in page
    assert '<progress max="100" aria-label' in page, "no bare 0 percent"
    told = planner.get(f"/staff/plans/{asked.id}/progress.json").json()
    assert told == {"state": "waiting", "progress": 0, "ahead": 0, "sentence": "Number 1 in the queue"}


def test_the_page_says_how_many_are_before(planner, asked, form, session, browser_of, kari):
    desk = browser_of(kari)
    desk.submit("/staff/route-lists", **form)
    second = session.scalars(select(RoutePlan).order_by(RoutePlan.id.desc())).first()
    assert "Number 2 in the queue" in desk.look(f"/staff/plans/{second.id}")


def test_the_answer_shows_the_rounds_and_leads_to_each(planner, asked, work_out, session, count_queries):
    work_out()
    made = session.scalars(select(RouteList)).one()
    with count_queries() as counted:
        page = planner.look(f"/staff/plans/{asked.id}")
    assert counted.number <= 12
    assert f"/staff/route-lists/{made.id}" in page
    assert "4 stops" in page
    assert "shift until 15:00" in page
    assert "always on to the nearest" in page
    rounds = planner.get(f"/staff/plans/{asked.id}/rounds.json").json()["features"]
    kinds = [feature["properties"]["kind"] for feature in rounds]
    assert kinds == ["way", "start", "stop", "stop", "stop", "stop"]
    assert len(rounds[0]["geometry"]["coordinates"]) == 5


def test_a_plan_of_nothing_says_so_and_leads_back(planner, form, session, work_out):
    planner.submit("/staff/route-lists", **form)
    work_out()
    plan = session.scalars(select(RoutePlan)).one()
    page = planner.look(f"/staff/plans/{plan.id}")
    assert "Nothing waits that fits" in page
    assert "Ask again" in page


def test_what_is_left_out_is_listed_with_its_reason(planner, form, lamp_crew, reports_waiting, session, work_out):
    lamp_crew.vehicle.lift = False
    session.commit()
    (report,) = reports_waiting(1)
    planner.submit("/staff/route-lists", **form)
    work_out()
    page = planner.look(f"/staff/plans/{session.scalars(select(RoutePlan)).one().id}")
    assert "Needs a lift, and no crew on this day has one" in page
    assert f"/staff/inbox/{report.reference}" in page


def test_all_rounds_are_released_taken_back_and_thrown_away_together(planner, asked, work_out, session):
    work_out()
    base = f"/staff/plans/{asked.id}"
    made = session.scalars(select(RouteList)).one()
    for verb, draft in (("release", False), ("taking-back", True)):
        assert planner.submit(f"{base}/{verb}").status_code == 303
        session.refresh(made)
        assert made.is_draft is draft
    assert planner.submit(f"{base}/discarding").status_code == 303
    session.expire_all()
    assert session.scalars(select(RouteList.id)).all() == []


def test_a_crew_that_gave_all_its_stops_away_holds_up_no_plan(planner, asked, work_out, session):
    work_out()
    made = session.scalars(select(RouteList)).one()
    same = ("unit_code", "created_at", "start_lat", "start_lon", "returns", "day", "starts_at", "plan_id")
    empty = RouteList(name="Gave all away", **{name: getattr(made, name) for name in same})
    session.add(empty)
    session.commit()
    base = f"/staff/plans/{asked.id}"
    assert "Gave all away" in planner.look(base)
    assert planner.submit(f"{base}/release").status_code == 303
    session.expire_all()
    (left,) = session.scalars(select(RouteList)).all()
    assert (left.id, left.is_draft) == (made.id, False)


def test_a_plan_on_which_nothing_waits_any_more_is_not_released(planner, asked, work_out, session):
    work_out()
    made = session.scalars(select(RouteList)).one()
    session.execute(delete(Stop))
    session.commit()
    answer = planner.submit(f"/staff/plans/{asked.id}/release")
    assert answer.status_code == 409
    assert "nothing to release" in answer.text
    session.refresh(made)
    assert made.is_draft


def test_another_unit_and_a_stranger_see_no_plan(asked, browser_of, eva):
    for path in ("", "/progress.json", "/rounds.json"):
        assert browser_of(eva).get(f"/staff/plans/{asked.id}{path}").status_code == 404
        assert browser_of(None).get(f"/staff/plans/{asked.id}{path}").status_code == 303
    for verb in ("release", "taking-back", "discarding"):
        assert browser_of(eva).submit(f"/staff/plans/{asked.id}/{verb}").status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": "someday"}, "Write the day as it stands in the calendar"),
        ({"day": "2020-01-01"}, "Choose a day from today on"),
        ({"crew": ""}, "Choose at least one crew"),
        ({"most": "many"}, "Write a whole number"),
        ({"along": "yes", "detour": "-3"}, "Write a whole number"),
        ({"window_from-0": "14:00", "window_until-0": "09:00"}, "Write when the window opens and closes"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(planner, form, session, change, sentence):
    answer = planner.submit("/staff/route-lists", **{**form, "name": "My own plan", **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="My own plan"' in answer.text
    assert session.scalars(select(RoutePlan)).all() == []


def test_a_shift_is_changed_for_the_day_only(planner, form, lamp_crew, session, reports_waiting, work_out):
    reports_waiting(1)
    key = lamp_crew.id
    planner.submit("/staff/route-lists", **{**form, f"from-{key}": "12:30", f"start-{key}": "69.66, 18.96"})
    work_out()
    made = session.scalars(select(RouteList)).one()
    assert (made.starts_at.hour, made.starts_at.minute, made.start_lat, made.start_name) == (11, 30, 69.66, None)
    assert made.ends_by.hour == 14
    session.refresh(lamp_crew)
    assert f"{lamp_crew.shift_from:%H:%M}" == "07:00"


def test_two_crews_in_one_car_are_told_apart(planner, form, lamp_crew, session):
    from app.models import Crew

    usual = {name: getattr(lamp_crew, name) for name in ("unit_code", "start_lat", "start_lon", "shift_from",
                                                         "shift_until", "vehicle_id")}  # fmt: skip
    second = Crew(name="Lamp crew 2", **usual)
    session.add(second)
    session.commit()
    key = second.id
    both = {**form, "crew": [str(lamp_crew.id), str(key)], f"vehicle-{key}": str(lamp_crew.vehicle_id),
            f"from-{key}": "07:00", f"until-{key}": "15:00"}  # fmt: skip
    answer = planner.submit("/staff/route-lists", **both)
    assert answer.status_code == 422
    assert "Two crews cannot drive in the same vehicle" in answer.text


def test_lists_come_by_day_with_drafts_apart(planner, asked, work_out):
    work_out()
    page = planner.look("/staff/route-lists")
    assert page.index("Drafts") < page.index("Lamp crew 1")
    assert f"/staff/plans/{asked.id}" in page
    planner.submit(f"/staff/plans/{asked.id}/release")
    page = planner.look("/staff/route-lists")
    assert "Coming" in page
    assert "/drive" in page
