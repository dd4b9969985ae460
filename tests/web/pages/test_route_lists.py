"""Route lists on the web: the crew, a colleague from another unit, a stranger."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, text

from app.models import Actor, Photo, Report, RouteList, Stop
from tests.application import STORGATA


@pytest.fixture
def at_bydrift(make_report, kari, session, clock):
    reports = [make_report(lat=STORGATA[0] + n / 1000, lon=STORGATA[1], description=f"Lamp {n}") for n in (1, 3, 2)]
    for report in reports:
        report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    return reports


@pytest.fixture
def route_list(at_bydrift, browser_of, per, session):
    answer = browser_of(per).submit("/staff/route-lists", unit="bydrift", start="69.6492, 18.9553", name="North")
    assert answer.status_code == 303, answer.text
    return session.scalars(select(RouteList)).one()


def test_a_crew_plans_a_round_and_sees_it_in_driving_order(browser_of, per, route_list):
    page = browser_of(per).look(f"/staff/route-lists/{route_list.id}/drive")
    shown = re.findall(r"Lamp (\d)", page)
    assert shown in (["1", "2", "3"], ["3", "2", "1"])
    assert "geo:69.65" in page


def test_the_form_says_what_waits_where(browser_of, per, at_bydrift):
    page = browser_of(per).look("/staff/route-lists/new")
    assert "(3)" in page


@pytest.mark.parametrize("start", ["", "Storgata", "169.6, 18.9", "69.6", "nan, nan"])
def test_a_start_that_is_no_place_shows_the_form_again_with_what_was_typed(browser_of, per, at_bydrift, session, start):
    answer = browser_of(per).submit("/staff/route-lists", unit="bydrift", start=start, name="My round")
    assert answer.status_code == 422
    assert 'value="My round"' in answer.text
    assert session.scalars(select(RouteList)).all() == []


def test_another_unit_cannot_plan_open_or_tick_off(browser_of, eva, route_list, session):
    browser = browser_of(eva)
    stop = session.scalars(select(Stop)).first()
    base = f"/staff/route-lists/{route_list.id}"
    assert browser.submit("/staff/route-lists", unit="bydrift", start="69.6, 18.9").status_code == 403
    for path in (base, f"{base}/print", f"{base}/round.gpx", f"{base}/round.geojson"):
        assert browser.get(path).status_code == 404
    for path in (f"{base}/stops/{stop.id}/completion", f"{base}/stops/{stop.id}/removal", f"{base}/closing"):
        assert browser.submit(path).status_code == 404
    session.refresh(stop)
    assert stop.completed_at is None


def test_a_stranger_is_sent_to_the_door(browser_of, route_list):
    assert browser_of(None).get(f"/staff/route-lists/{route_list.id}/round.gpx").status_code == 303


def test_the_crew_never_sees_who_reported(browser_of, per, make_report, kari, session, clock):
    report = make_report(name="Siri Reporter", email="siri@example.com")
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    browser = browser_of(per)
    browser.submit("/staff/route-lists", unit="bydrift", start="69.6492, 18.9553")
    made = session.scalars(select(RouteList)).one()
    for path in ("", "/print", "/round.gpx", "/round.geojson"):
        answer = browser.get(f"/staff/route-lists/{made.id}{path}")
        assert answer.status_code == 200
        assert "Siri" not in answer.text
        assert "siri@" not in answer.text


def test_a_stop_is_ticked_off_with_note_and_photo(browser_of, per, route_list, session):
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(picture, "JPEG")
    browser, stop = browser_of(per), session.scalars(select(Stop).order_by(Stop.sort_order)).first()
    answer = browser.post(
        f"/staff/route-lists/{route_list.id}/stops/{stop.id}/completion",
        data={"csrf_token": browser.token, "outcome": "done", "words": "New bulb", "key": "k1", "show": "yes"},
        files={"photo": ("after.jpg", picture.getvalue(), "image/jpeg")},
    )
    assert answer.status_code == 303, answer.text
    session.expire_all()
    assert session.get_one(Stop, stop.id).outcome == "done"
    photo = session.scalars(select(Photo)).one()
    assert (photo.by_crew, photo.public) == (True, True)
    assert sorted(session.scalars(select(Report.status))) == ["fixed", "scheduled", "scheduled"]
    assert "1 of 3 stops done" in browser.look(f"/staff/route-lists/{route_list.id}/drive")


def test_a_file_that_is_no_photo_leaves_the_stop_as_it_was(browser_of, per, route_list, session):
    browser, stop = browser_of(per), session.scalars(select(Stop)).first()
    answer = browser.post(
        f"/staff/route-lists/{route_list.id}/stops/{stop.id}/completion",
        data={"csrf_token": browser.token, "outcome": "done"},
        files={"photo": ("x.jpg", b"not a photo", "image/jpeg")},
    )
    assert answer.status_code == 422
    session.refresh(stop)
    assert stop.completed_at is None


def test_a_stop_taken_off_joins_the_legs_around_it(browser_of, per, route_list, session):
    stops = session.scalars(select(Stop).order_by(Stop.sort_order)).all()
    before = sum(stop.leg_metres for stop in stops)
    browser_of(per).submit(f"/staff/route-lists/{route_list.id}/stops/{stops[1].id}/removal")
    session.expire_all()
    left = session.scalars(select(Stop).order_by(Stop.sort_order)).all()
    assert [stop.sort_order for stop in left] == [1, 2]
    assert sum(stop.leg_metres for stop in left) == pytest.approx(before, rel=0.001)
    assert sorted(session.scalars(select(Report.status))) == ["forwarded", "scheduled", "scheduled"]


def test_gpx_names_the_stops_and_the_print_view_has_boxes(browser_of, per, route_list):
    browser = browser_of(per)
    gpx = browser.get(f"/staff/route-lists/{route_list.id}/round.gpx")
    assert gpx.headers["content-type"].startswith("application/gpx+xml")
    assert gpx.text.count("<rtept") == 3
    assert browser.look(f"/staff/route-lists/{route_list.id}/print").count("tick-box") == 12


def test_a_tick_that_comes_after_the_list_was_closed_counts_and_says_so(browser_of, per, route_list, session):
    browser, stop = browser_of(per), session.scalars(select(Stop)).first()
    browser.submit(f"/staff/route-lists/{route_list.id}/closing")
    answer = browser.submit(f"/staff/route-lists/{route_list.id}/stops/{stop.id}/completion", outcome="done")
    assert answer.status_code == 303
    assert "The list was closed already." in browser.look(answer.headers["location"])
    session.refresh(stop)
    assert stop.outcome == "done"


def test_a_round_that_no_crew_drives_in_a_day_stays_a_draft_and_says_so(browser_of, per, at_bydrift, session):
    browser = browser_of(per)
    answer = browser.submit("/staff/route-lists", unit="bydrift", start="59.9139, 10.7522", name="From Oslo")
    assert answer.status_code == 303, answer.text
    made = session.scalars(select(RouteList)).one()
    assert made.is_draft
    assert set(session.scalars(select(Report.status))) == {"forwarded"}
    assert "The round is too long for one day." in browser.look(answer.headers["location"])


def test_mails_of_a_round_from_here_and_now_wait_so_that_it_can_be_taken_back(
    browser_of, per, reports_waiting, session, clock, settings
):
    reports_waiting(1)
    browser = browser_of(per)
    browser.submit("/staff/route-lists", unit="bydrift", start="69.6492, 18.9553")
    made = session.scalars(select(RouteList)).one()
    waits = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notify' AND scheduled_at >= :later")
    later = clock() + timedelta(seconds=settings.undo_seconds)
    assert session.scalar(waits, {"later": later}) == 1
    browser.submit(f"/staff/route-lists/{made.id}/return")
    session.expire_all()
    assert session.get_one(RouteList, made.id).is_draft
