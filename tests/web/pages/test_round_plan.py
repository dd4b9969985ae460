"""The page of a planned round: read and changed by the unit's people, and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import FieldEntry, Report, RouteList, Stop
from app.queries.rounds import rounds_of
from tests.application import STORGATA
from tests.services.rounds_at_bydrift import NORTH, a_crew, ids, places, waiting


def base(route_list):
    return f"/staff/route-lists/{route_list.id}"


def stops_of(session, staff, route_list):
    return ids(rounds_of(session, staff, [route_list.id])[route_list.id])


def test_the_page_says_where_when_and_how_long(lamp_round, browser_of, ola, session):
    route_list = lamp_round([1, 2, 3], released=True)
    page = browser_of(ola).look(base(route_list))
    assert re.findall(r"Storgata (\d)</strong>", page) == ["1", "2", "3"]
    assert "End of the shift" in page
    assert "kept" in page
    for path in ("/drive", "/print", "/round.pdf", "/round.gpx", "/round.ics", "/links"):
        assert f'href="{base(route_list)}{path}"' in page


def test_a_shift_too_short_is_said(lamp_round, browser_of, ola):
    page = browser_of(ola).look(base(lamp_round([1, 2, 3], hours=0.3)))
    assert "too long" in page
    assert "Too late" in page


def test_a_time_agreed_with_somebody_is_shown(lamp_round, browser_of, ola, session):
    route_list = lamp_round([1, 2])
    stop = session.scalars(select(Stop).where(Stop.route_list_id == route_list.id)).first()
    stop.window_from, stop.window_until = route_list.starts_at, route_list.starts_at + timedelta(hours=2)
    session.commit()
    assert "Agreed: 12:00–14:00" in browser_of(ola).look(base(route_list))


def test_the_page_asks_the_database_little_whatever_it_lists(
    lamp_round, browser_of, ola, count_queries, make_report, kari, clock, session
):
    route_list = lamp_round([1, 2, 3, 4, 5, 6, 7, 8])
    lamp_round([3.5])
    waiting(make_report, kari, clock, [1.5, 2.5])
    a_crew(session)
    browser = browser_of(ola)
    browser.look(base(route_list))
    with count_queries() as counted:
        browser.look(base(route_list))
    assert counted.number <= 12, counted.statements


def test_buttons_move_lock_and_take_off_without_script(lamp_round, browser_of, per, session):
    route_list = lamp_round([1, 2, 3])
    one, two, three = stops_of(session, per, route_list)
    browser = browser_of(per)
    order = {"version": route_list.version, "order": [one, two, three]}
    assert browser.submit(f"{base(route_list)}/order", **order, move=f"{three}:up").status_code == 303
    assert places(session, per, route_list.id) == [1, 3, 2]
    assert browser.submit(f"{base(route_list)}/stops/{one}/lock", locked="yes").status_code == 303
    assert browser.submit(f"{base(route_list)}/stops/{two}/must", must="no").status_code == 303
    assert browser.submit(f"{base(route_list)}/stops/{three}/removal").status_code == 303
    page = browser.look(base(route_list))
    assert "The stop is taken off" in page
    assert places(session, per, route_list.id) == [1, 2]
    assert session.get_one(Stop, one).locked
    assert not session.get_one(Stop, two).must


def test_a_stop_taken_off_is_put_on_again_by_one_button(lamp_round, browser_of, per, ola, clock, session):
    route_list = lamp_round([1, 2, 3])
    two = stops_of(session, per, route_list)[1]
    browser, path = browser_of(per), f"{base(route_list)}/stops"
    assert 'class="plan-undo"' not in browser.look(base(route_list))
    browser.submit(f"{path}/{two}/removal")
    form = re.search(r'<form class="plan-undo".*?</form>', browser.look(base(route_list)), re.DOTALL)[0]
    assert "You took a report off the round." in form
    assert 'class="plan-undo"' not in browser_of(ola).look(base(route_list))
    assert browser.submit(path, reference=re.findall(r'name="reference" value="(\d+)"', form)).status_code == 303
    assert places(session, per, route_list.id) == [1, 2, 3]
    assert 'class="plan-undo"' not in browser.look(base(route_list))
    browser.submit(f"{path}/{stops_of(session, per, route_list)[0]}/removal")
    clock.pass_(minutes=16)
    assert 'class="plan-undo"' not in browser.look(base(route_list))


def test_all_reports_of_a_stop_taken_off_come_back_together(lamp_round, browser_of, per, session):
    route_list = lamp_round([1, 2])
    one, two = rounds_of(session, per, [route_list.id])[route_list.id].left
    references = [entry.report.reference for stop in (one, two) for entry in stop.entries]
    browser, path = browser_of(per), f"{base(route_list)}/stops"
    for stop in (one, two):
        browser.submit(f"{path}/{stop.id}/removal")
    assert browser.submit(path, reference=references).status_code == 303
    assert sorted(places(session, per, route_list.id)) == [1, 2]


def test_the_page_says_what_the_round_was_planned_with(lamp_round, browser_of, ola, session):
    route_list = lamp_round([1])
    route_list.way_by = "osrm"
    session.commit()
    assert "come from OSRM" in browser_of(ola).look(base(route_list))


def test_a_register_names_the_place_before_the_reporter_on_every_page(lamp_round, browser_of, ola, session):
    route_list = lamp_round([1], released=True)
    (stop,) = rounds_of(session, ola, [route_list.id])[route_list.id].left
    stop.entries[0].report.address, stop.entries[0].report.nearest_address = "by the shop", "Storgata 17"
    session.commit()
    browser = browser_of(ola)
    for path in ("", "/drive", "/print", "/round-data.json"):
        page = browser.look(f"{base(route_list)}{path}")
        assert "Storgata 17" in page, path
        assert "by the shop" not in page, path


def test_what_is_done_is_folded_and_what_waits_nearby_does_not_fill_the_page(
    lamp_round, browser_of, ola, make_report, kari, clock, session
):
    route_list = lamp_round([1, 2, 3])
    waiting(make_report, kari, clock, [1.1, 1.3, 1.5, 1.7, 2.1, 2.3, 2.5])
    first = rounds_of(session, ola, [route_list.id])[route_list.id].left[0]
    first.completed_at, first.outcome = route_list.starts_at, "done"
    session.commit()
    page = browser_of(ola).look(base(route_list))
    done = re.search(r'<details class="said-details plan-done".*?</details>', page, re.DOTALL)[0]
    assert "1 stop is over" in done
    assert "Storgata 1</strong>" in done
    assert "Storgata 2</strong>" not in done
    more = re.search(r'<details class="said-details" id="more-near">.*?</details>', page, re.DOTALL)[0]
    assert "2 more" in more
    assert (page.count(">Add</span>"), more.count(">Add</span>")) == (7, 2)


def test_who_comes_second_sees_the_newest_state_and_what_was_tried(lamp_round, browser_of, per, ola, session):
    route_list = lamp_round([1, 2, 3, 4])
    seen, (one, two, three, four) = route_list.version, stops_of(session, per, route_list)
    first, second = browser_of(per), browser_of(ola)
    first.submit(f"{base(route_list)}/order", version=seen, order=[four, one, two, three])
    answer = second.submit(f"{base(route_list)}/order", version=seen, order=[one, four, two, three])
    assert answer.status_code == 409
    assert "Per changed the same stops" in answer.text
    tried = re.search(r'<form class="panel plan-tried".*?</form>', answer.text, re.DOTALL)[0]
    assert re.findall(r"<li>Storgata (\d)</li>", tried) == ["1", "4", "2", "3"]
    assert places(session, per, route_list.id) == [4, 1, 2, 3]
    version = re.search(r'name="version" value="(\d+)"', tried)[1]
    again = re.findall(r'name="order" value="(\d+)"', tried)
    assert second.submit(f"{base(route_list)}/order", version=version, order=again).status_code == 303
    assert places(session, per, route_list.id) == [1, 4, 2, 3]


def test_a_second_change_of_other_stops_is_put_together_and_said(lamp_round, browser_of, per, ola, session):
    route_list = lamp_round([1, 2, 3, 4])
    seen, (one, two, three, four) = route_list.version, stops_of(session, per, route_list)
    browser_of(per).submit(f"{base(route_list)}/stops/{two}/removal", version=seen)
    second = browser_of(ola)
    second.submit(f"{base(route_list)}/order", version=seen, order=[four, one, two, three])
    assert "Per also changed the round" in second.look(base(route_list))
    assert places(session, per, route_list.id) == [4, 1, 3]


def test_a_report_is_added_by_reference_and_a_wrong_one_shows_the_page_again(
    lamp_round, browser_of, per, make_report, kari, clock, session
):
    route_list = lamp_round([1, 3], released=True)
    (report,) = waiting(make_report, kari, clock, [2])
    session.commit()
    browser = browser_of(per)
    assert browser.submit(f"{base(route_list)}/stops", reference="12").status_code == 422
    assert f'value="{report.reference}"' in browser.look(base(route_list))
    assert browser.submit(f"{base(route_list)}/stops", reference=report.reference).status_code == 303
    session.refresh(report)
    assert report.status == "scheduled"
    answer = browser.submit(f"{base(route_list)}/stops", reference=report.reference)
    assert (answer.status_code, "on a round already" in answer.text) == (409, True)


def test_what_is_phoned_in_becomes_a_report_and_a_stop(lamp_round, browser_of, per, session):
    route_list = lamp_round([1, 3])
    browser = browser_of(per)
    place = f"{STORGATA[0] + 2 * NORTH:.6f}, {STORGATA[1]}"
    given = {"category": "lamp_dark", "where": place, "words": "Dark since Friday", "key": "call"}
    for _ in range(2):
        answer = browser.submit(f"{base(route_list)}/stops", **given)
        assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:600]
    assert len(places(session, per, route_list.id)) == 3
    report = session.scalars(select(Report).order_by(Report.id.desc())).first()
    assert (report.channel, report.unit_code, report.description) == ("phone", "bydrift", "Dark since Friday")


def test_a_place_nobody_knows_and_a_question_not_answered_keep_what_was_typed(lamp_round, browser_of, per):
    route_list = lamp_round([1])
    browser = browser_of(per)
    answer = browser.submit(f"{base(route_list)}/stops", category="pothole", where="Nowhere at all", words="A hole")
    assert answer.status_code == 422
    assert 'value="Nowhere at all"' in answer.text
    assert "A hole" in answer.text


def test_stops_are_given_to_another_round_and_to_a_new_one(lamp_round, browser_of, per, session):
    source, target = lamp_round([1, 2, 3], released=True), lamp_round([5], released=True, name="South round")
    crew = a_crew(session)
    one, _two, three = stops_of(session, per, source)
    browser = browser_of(per)
    path = f"{base(source)}/handover"
    assert browser.submit(path, target=f"list:{target.id}").status_code == 422
    assert browser.submit(path, target="", stop=[three]).status_code == 422
    assert browser.submit(path, target=f"list:{target.id}", stop=[three]).status_code == 303
    assert sorted(places(session, per, target.id)) == [3, 5]
    browser.submit(f"{base(source)}/stops/{one}/lock", locked="yes")
    assert browser.submit(path, target=f"crew:{crew.id}", what="all").status_code == 303
    assert places(session, per, source.id) == [1]
    made = session.scalars(select(RouteList).order_by(RouteList.id.desc())).first()
    assert (made.name, places(session, per, made.id)) == ("South", [2])
    assert browser.submit(path, target=f"vehicle:{crew.vehicle_id}", stop=[one]).status_code == 303
    made = session.scalars(select(RouteList).order_by(RouteList.id.desc())).first()
    assert (made.name, made.crew_id, places(session, per, made.id)) == ("Lift lorry", None, [1])
    assert browser.submit(path, target="vehicle:999999", stop=[one]).status_code in {404, 409}


def test_a_draft_is_released_taken_back_and_thrown_away(lamp_round, browser_of, per, session):
    route_list = lamp_round([1, 2])
    browser = browser_of(per)
    assert browser.submit(f"{base(route_list)}/release").status_code == 303
    assert set(session.scalars(select(Report.status))) == {"scheduled"}
    session.expire_all()
    assert browser.submit(f"{base(route_list)}/discard").status_code == 409
    assert browser.submit(f"{base(route_list)}/return").status_code == 303
    session.expire_all()
    assert set(session.scalars(select(Report.status))) == {"forwarded"}
    assert browser.submit(f"{base(route_list)}/discard").status_code == 303
    assert session.scalars(select(RouteList)).all() == []


def test_a_breakdown_and_a_new_plan_by_their_buttons(lamp_round, browser_of, per, session):
    source, other = lamp_round([4, 1, 3, 2], released=True), lamp_round([5], released=True)
    browser = browser_of(per)
    assert browser.submit(f"{base(source)}/replan", version=source.version).status_code == 303
    assert "shorter" in browser.look(base(source))
    assert browser.submit(f"{base(source)}/replan", now="yes", here="up north").status_code == 422
    assert browser.submit(f"{base(source)}/breakdown").status_code == 303
    session.expire_all()
    assert not session.get_one(RouteList, source.id).is_open
    assert len(places(session, per, other.id)) == 5
    assert browser.submit(f"{base(source)}/breakdown").status_code == 409


def test_what_the_field_could_not_do_is_shown_until_it_is_seen(lamp_round, browser_of, per, session, clock):
    route_list = lamp_round([1], released=True)
    entry = FieldEntry(
        key="tap", route_list_id=route_list.id, kind="outcome", happened_at=clock(), received_at=clock(),
        words="Bulb was fine", result="conflict", conflict="closed_by_desk",
    )  # fmt: skip
    session.add(entry)
    session.commit()
    browser = browser_of(per)
    page = browser.look(base(route_list))
    assert "The service desk had closed the report already." in page
    assert "Bulb was fine" in page
    assert browser.submit(f"{base(route_list)}/seen", entry=entry.id).status_code == 303
    assert "Bulb was fine" not in browser.look(base(route_list))


CHANGES = ("order", "handover", "breakdown", "replan", "release", "return", "discard", "closing", "stops", "seen")


@pytest.mark.parametrize("path", [*CHANGES, "stops/{stop}/lock", "stops/{stop}/must", "stops/{stop}/removal"])
def test_another_unit_finds_nothing_and_a_stranger_is_sent_to_the_door(lamp_round, browser_of, eva, per, session, path):
    route_list = lamp_round([1, 2], released=True)
    (stop, other), seen = stops_of(session, per, route_list), route_list.version
    given = {"order": [other, stop], "stop": [stop], "target": "new", "reference": "1", "locked": "yes"}
    path = f"{base(route_list)}/{path.format(stop=stop)}"
    assert browser_of(eva).submit(path, **given).status_code == 404
    answer = browser_of(None).submit(path, **given)
    assert (answer.status_code, answer.headers["location"][:14]) == (303, "/staff/sign-in")
    session.expire_all()
    assert (places(session, per, route_list.id), route_list.version) == ([1, 2], seen)
    for page in ("", "/way.json"):
        assert browser_of(eva).get(f"{base(route_list)}{page}").status_code == 404


def test_the_way_of_the_map_holds_legs_stops_and_what_waits_nearby_and_nobody_s_words(
    lamp_round, browser_of, per, make_report, kari, clock
):
    route_list = lamp_round([1, 2])
    waiting(make_report, kari, clock, [3])
    features = browser_of(per).get(f"{base(route_list)}/way.json").json()["features"]
    kinds = [one["properties"]["kind"] for one in features]
    assert (kinds.count("leg"), kinds.count("stop"), kinds.count("near"), kinds.count("start")) == (3, 2, 1, 1)
    assert "Lamp" not in str(features)
