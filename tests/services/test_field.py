"""Taps from the field: each once, in the order and with the times there, and nothing that came is swallowed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import transaction
from app.errors import NotFound
from app.models import (
    Actor,
    EntryKind,
    FieldEntry,
    Notification,
    Photo,
    Report,
    RoundLink,
    RouteList,
    Staff,
    Stop,
    StopOutcome,
    StopReport,
    Update,
)
from app.queries import field as queries
from app.services import crews, field, field_photos, round_changes, triage, undoing
from app.services.driving import Driver
from app.services.faults import worth_driving_to
from app.services.field_entries import Entry
from tests.application import STORGATA
from tests.rounds import ago
from tests.web.pages.test_front import jpeg


@pytest.fixture
def two_stops(waiting, make_round):
    """A round with two stops: one report, then two at one place."""
    return make_round([waiting(email="a@example.com")], [waiting(), waiting()])


@pytest.fixture
def cab(two_stops, per, cab_of):
    return cab_of(per, two_stops)


def reports_of(stop: Stop) -> list[Report]:
    return [entry.report for entry in stop.entries]


def test_done_mends_all_reports_of_the_stop_with_the_field_s_time(cab, two_stops, clock, session):
    stop = two_stops.stops[1]
    answer = cab.tap(stop, "done", happened_at=ago(clock, minutes=25), minutes=12, materials={"led_40": 2.0})
    assert (answer.result, answer.conflict) == ("applied", None)
    assert {(one.status, one.closed_at) for one in reports_of(stop)} == {("fixed", ago(clock, minutes=25))}
    assert (stop.completed_at, stop.received_at) == (ago(clock, minutes=25), clock())
    assert [(one.material_code, one.quantity, one.cost_ore) for one in stop.materials] == [("led_40", 2.0, 145000)]
    assert stop.minutes == 12


def test_whoever_asks_for_changes_since_then_hears_of_a_tick_that_came_late(cab, two_stops, clock):
    cab.tap(two_stops.stops[0], "done", happened_at=ago(clock, minutes=50))
    assert reports_of(two_stops.stops[0])[0].changed_at == clock()


def test_the_same_tap_counts_once_and_gets_its_answer_again(cab, two_stops, session):
    entry = cab.entry(two_stops.stops[0], "done")
    first, again = cab.send(entry)[0], cab.send(entry)[0]
    assert first == again
    assert len(session.scalars(select(FieldEntry)).all()) == 1
    assert len(session.scalars(select(Update).where(Update.kind == "fixed")).all()) == 1


def test_a_key_of_another_list_is_refused_and_says_nothing_of_it(cab, waiting, make_round, per, cab_of):
    other = make_round([waiting()])
    entry = cab.entry(cab.route_list.stops[0], "done")
    cab.send(entry)
    answer = cab_of(per, other).send(entry)[0]
    assert (answer.result, answer.conflict, answer.reference) == ("refused", "key_taken", None)


def test_taps_are_done_in_the_order_of_their_times_and_answered_in_the_order_given(cab, two_stops, clock):
    stop = two_stops.stops[0]
    undo = cab.entry(stop, kind=EntryKind.UNDO, happened_at=ago(clock, minutes=5))
    first = cab.entry(stop, "not_found", happened_at=ago(clock, minutes=10))
    last = cab.entry(stop, "done", happened_at=ago(clock, minutes=1))
    answers = cab.send(last, undo, first)
    assert [answer.key for answer in answers] == [last.key, undo.key, first.key]
    assert {answer.conflict for answer in answers} == {None}
    assert (stop.outcome, reports_of(stop)[0].status) == ("done", "fixed")


def test_a_phone_s_clock_is_believed_between_the_list_s_release_and_now(cab, two_stops, clock, session):
    cab.tap(two_stops.stops[0], "done", happened_at=clock() + timedelta(days=300))
    cab.tap(two_stops.stops[1], "done", happened_at=ago(clock, days=300))
    assert [stop.completed_at for stop in two_stops.stops] == [clock(), two_stops.released_at]


def test_what_was_not_found_goes_back_to_the_unit_with_the_crew_s_words_for_staff(cab, two_stops, history_of):
    stop = two_stops.stops[0]
    cab.tap(stop, "not_found", words="All of them are lit.")
    report = reports_of(stop)[0]
    assert (report.status, report.planned_for) == ("forwarded", None)
    assert history_of(report)[-3:] == ["unscheduled", "not_found", "noted"]


@pytest.mark.parametrize("outcome", ["needs_lift", "needs_cable"])
def test_what_takes_more_goes_back_with_a_mark_until_it_is_mended(
    outcome, cab, two_stops, waiting, make_round, per, cab_of
):
    stop = two_stops.stops[0]
    cab.tap(stop, outcome, words="Nine metres.")
    report = reports_of(stop)[0]
    assert (report.status, report.needs) == ("forwarded", [outcome])
    again = make_round([report])
    cab_of(per, again).tap(again.stops[0], "done")
    assert (report.status, report.needs) == ("fixed", [])


def test_news_of_a_tick_waits_for_the_seconds_of_undo(cab, two_stops, session, clock):
    cab.tap(two_stops.stops[0], "done", happened_at=ago(clock, minutes=30))
    news = session.scalars(select(Notification).join(Notification.update).where(Update.kind == "fixed")).one()
    assert news.next_attempt_at == clock() + timedelta(seconds=10)


def test_a_tick_taken_back_before_anybody_heard_leaves_no_trace_for_the_public(cab, two_stops, session, clock):
    stop = two_stops.stops[0]
    report = reports_of(stop)[0]
    cab.tap(stop, "done", minutes=5, materials={"led_40": 1.0})
    clock.pass_(seconds=8)
    assert cab.tap(stop, kind=EntryKind.UNDO).result == "applied"
    assert (report.status, report.planned_for, report.closed_at) == ("scheduled", two_stops.day, None)
    assert (stop.outcome, stop.completed_at, stop.minutes, stop.materials) == (None, None, None, [])
    assert stop.entries[0].active
    lines = session.scalars(select(Update).where(Update.report_id == report.id).order_by(Update.id)).all()
    assert [(one.kind, one.public) for one in lines][-2:] == [("fixed", False), ("undone", False)]
    fixed = select(Notification.state).join(Notification.update).where(Update.kind == "fixed")
    assert session.scalars(fixed).all() == ["cancelled"]


def test_a_tick_taken_back_after_the_mail_went_is_said_honestly(cab, two_stops, session, clock, history_of):
    stop = two_stops.stops[0]
    report = reports_of(stop)[0]
    cab.tap(stop, "done")
    news = session.scalars(select(Notification).join(Notification.update).where(Update.kind == "fixed")).one()
    news.start(at=clock())
    news.succeed(at=clock())
    clock.pass_(minutes=20)
    assert cab.tap(stop, kind=EntryKind.UNDO).result == "applied"
    assert (report.status, report.planned_for) == ("scheduled", two_stops.day)
    assert history_of(report)[-1] == "not_mended"
    told = session.scalars(select(Notification).join(Notification.update).where(Update.kind == "not_mended"))
    assert len(told.all()) == 1


def test_taking_back_what_needs_a_lift_takes_the_mark_away(cab, two_stops):
    stop = two_stops.stops[0]
    cab.tap(stop, "needs_lift")
    cab.tap(stop, kind=EntryKind.UNDO)
    assert (reports_of(stop)[0].status, reports_of(stop)[0].needs) == ("scheduled", [])
    assert stop.outcome is None


def test_a_tick_cannot_be_taken_back_once_somebody_has_gone_on(cab, two_stops, session, clock, kari):
    stop = two_stops.stops[0]
    report = reports_of(stop)[0]
    cab.tap(stop, "done")
    report.reopen(actor=Actor.of(kari), at=clock())
    session.commit()
    answer = cab.tap(stop, kind=EntryKind.UNDO)
    assert (answer.result, answer.conflict, report.status) == ("conflict", "gone_on", "new")


def test_what_the_desk_closed_meanwhile_stays_closed_and_the_crew_s_words_are_kept(
    cab, two_stops, session, clock, kari, history_of
):
    stop = two_stops.stops[0]
    report = reports_of(stop)[0]
    held = crews.hold_stop(session, report.id)
    report.reject(actor=Actor.of(kari), at=clock(), words="Not ours.")
    crews.leave_stop(held, report_id=report.id, at=clock())
    session.commit()
    answer = cab.tap(stop, "done", words="New bulb all the same.")
    assert (answer.result, answer.conflict, report.status) == ("conflict", "closed_by_desk", "rejected")
    assert history_of(report)[-1] == "noted"
    assert [one.words for one in queries.conflicts_of(session, two_stops.id)] == ["New bulb all the same."]
    assert stop.outcome == "done"


def test_of_a_stop_that_is_closed_in_part_the_rest_is_mended(cab, two_stops, session, clock, kari):
    stop = two_stops.stops[1]
    stop.entries[0].report.reject(actor=Actor.of(kari), at=clock(), words="Not ours.")
    session.commit()
    answer = cab.tap(stop, "done")
    assert (answer.result, answer.conflict) == ("applied", "part_closed")
    assert [report.status for report in reports_of(stop)] == ["rejected", "fixed"]


def test_what_a_colleague_ticked_off_first_is_a_conflict_that_the_unit_sees_once(
    cab, two_stops, ola, cab_of, session, clock, eva
):
    stop = two_stops.stops[0]
    cab_of(ola, two_stops).tap(stop, "done")
    answer = cab.tap(stop, "not_found", words="Nothing here.")
    assert (answer.result, answer.conflict, stop.outcome) == ("conflict", "already_done", "done")
    assert queries.open_conflicts(session, ola) == {two_stops.id: 1}
    assert queries.open_conflicts(session, eva) == {}
    with pytest.raises(NotFound):
        field.see(session, eva, two_stops.id, at=clock())
    assert field.see(session, ola, two_stops.id, at=clock()) == 1
    assert queries.open_conflicts(session, ola) == {}


def test_what_was_done_before_the_list_was_closed_counts_all_the_same(cab, two_stops, session, clock, ola):
    crews.close(crews.held_to_close(session, two_stops), by=ola, at=clock())
    session.commit()
    stop = two_stops.stops[0]
    assert reports_of(stop)[0].status == "forwarded"
    answer = cab.tap(stop, "done", happened_at=ago(clock, minutes=30))
    assert (answer.result, answer.conflict) == ("applied", "list_closed")
    assert (reports_of(stop)[0].status, stop.outcome) == ("fixed", "done")


def test_a_stop_given_to_another_list_is_followed_and_they_need_not_drive_there(cab, two_stops, session, make_round):
    stop = two_stops.stops[0]
    other = make_round()
    other.stops.append(stop)
    session.commit()
    answer = cab.tap(stop.id, "done")
    assert (answer.result, answer.conflict) == ("applied", "moved")
    assert (stop.outcome, stop.route_list_id) == ("done", other.id)


def test_a_report_that_is_planned_anew_is_mended_and_taken_off_the_new_list(
    cab, two_stops, session, clock, ola, make_round
):
    stop = two_stops.stops[0]
    report = reports_of(stop)[0]
    crews.close(crews.held_to_close(session, two_stops), by=ola, at=clock())
    anew = make_round([report], released=False)
    answer = cab.tap(stop, "done")
    assert (answer.result, answer.conflict, report.status) == ("applied", "list_closed", "fixed")
    session.refresh(anew.stops[0])
    assert anew.stops[0].completed_at is not None
    assert anew.stops[0].outcome is None


def test_a_stop_taken_off_counts_by_the_reports_that_the_crew_saw_there(cab, two_stops, session, clock, ola):
    stop = two_stops.stops[0]
    report, gone = reports_of(stop)[0], stop.id
    round_changes.take_off(stop, by=ola, at=clock())
    two_stops.stops.remove(stop)
    session.commit()
    answer = cab.tap(gone, "done", references=(report.shown_reference,))
    assert (answer.result, answer.conflict, report.status) == ("applied", "taken_off", "fixed")


def test_reports_that_were_never_on_this_list_cannot_be_mended_by_naming_them(cab, waiting, session):
    other = waiting()
    answer = cab.tap(987654, "done", references=(other.shown_reference,), words="Mended.")
    assert (answer.result, answer.conflict, other.status) == ("conflict", "not_on_list", "forwarded")
    assert [one.words for one in queries.conflicts_of(session, cab.route_list.id)] == ["Mended."]


def test_a_stop_of_another_unit_s_list_is_not_touched(cab, waiting, make_round):
    theirs = waiting(unit="eiendom")
    other = make_round([theirs], unit="eiendom")
    answer = cab.tap(other.stops[0], "done")
    assert (answer.result, answer.conflict, theirs.status) == ("conflict", "not_on_list", "scheduled")


def test_a_report_that_went_to_another_unit_meanwhile_stays_there(cab, two_stops, session, clock, kari):
    stop = two_stops.stops[0]
    report = reports_of(stop)[0]
    report.forward("eiendom", actor=Actor.of(kari), at=clock())
    session.commit()
    answer = cab.tap(stop, "done", words="Mended.")
    assert (answer.result, answer.conflict, report.status) == ("conflict", "other_unit", "forwarded")


def test_another_fault_is_a_report_of_its_own_for_the_desk(cab, two_stops, session, clock):
    entry = cab.entry(
        two_stops.stops[0], kind=EntryKind.OTHER_FAULT, category="pothole", words="A hole as deep as a boot.",
        lat=STORGATA[0], lon=STORGATA[1], happened_at=ago(clock, hours=2),
    )  # fmt: skip
    first, again = cab.send(entry)[0], cab.send(entry)[0]
    assert first.reference is not None
    assert first == again
    report = session.scalars(select(Report).where(Report.channel == "crew")).one()
    assert (report.status, report.category_code, report.description) == ("new", "pothole", "A hole as deep as a boot.")
    assert report.proposed_unit_code is not None
    assert report.shown_reference == first.reference


def test_a_fault_of_a_kind_that_is_gone_is_kept_for_the_unit(cab, session):
    answer = cab.tap(None, kind=EntryKind.OTHER_FAULT, category="gone", words="A hole.")
    assert (answer.result, answer.conflict) == ("conflict", "no_category")
    assert queries.conflicts_of(session, cab.route_list.id)[0].words == "A hole."


def test_a_note_stands_at_the_stop_and_in_its_reports_for_staff(cab, two_stops, history_of, session):
    stop = two_stops.stops[1]
    cab.tap(stop, words="The mast leans.")
    assert stop.note == "The mast leans."
    assert {history_of(report)[-1] for report in reports_of(stop)} == {"noted"}
    assert stop.completed_at is None


def test_the_end_of_the_day_says_what_was_driven_and_gives_back_what_was_not_done(cab, two_stops):
    cab.tap(two_stops.stops[0], "done")
    assert cab.tap(None, kind=EntryKind.END, metres=41300.0).result == "applied"
    assert (two_stops.driven_metres, two_stops.is_open) == (41300.0, False)
    assert {report.status for report in reports_of(two_stops.stops[1])} == {"forwarded"}


def test_another_unit_s_list_is_not_there(two_stops, eva, kari, per, session):
    for staff in (kari, per):
        assert queries.list_for(session, staff, two_stops.id).id == two_stops.id
    with pytest.raises(NotFound):
        queries.list_for(session, eva, two_stops.id)


@pytest.mark.realdb
def test_the_same_tap_sent_twice_at_the_same_moment_counts_once(real_session_factory, rules, clock):
    from app.services.drafts import ReportDraft
    from app.services.reporting import submit_report

    with transaction(real_session_factory) as session:
        per = Staff(email="per@x.example", name="Per", role="crew", created_at=clock(), language="en", active=True)
        session.add(per)
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        report = submit_report(session, draft, rules=rules, at=clock())
        session.flush()
        report.forward("bydrift", actor=Actor.of(per), at=clock())
        route_list = RouteList(
            name="N", unit_code="bydrift", created_at=clock(), start_lat=69.6, start_lon=18.9, day=clock().date(),
            starts_at=clock(), released_at=clock(),
        )  # fmt: skip
        entries = [StopReport(report=report, active=True)]
        route_list.stops = [Stop(sort_order=1, lat=69.6, lon=18.9, leg_metres=1.0, entries=entries)]
        session.add(route_list)
        session.flush()
        report.schedule(actor=Actor.of(per), at=clock(), route_list_id=route_list.id)
        staff_id, list_id, stop_id = per.id, route_list.id, route_list.stops[0].id
    entry = Entry(key="tap", kind=EntryKind.OUTCOME, happened_at=clock(), stop_id=stop_id, outcome=StopOutcome.DONE)

    def send(_number):
        with transaction(real_session_factory) as session:
            driver = Driver(staff=session.get_one(Staff, staff_id))
            here = session.get_one(RouteList, list_id)
            return field.apply(session, driver, here, [entry], rules=rules, at=clock())[0]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert {(one.result, one.conflict) for one in answers} == {("applied", None)}
    with transaction(real_session_factory) as session:
        assert len(session.scalars(select(Update).where(Update.kind == "fixed")).all()) == 1
        assert len(session.scalars(select(FieldEntry)).all()) == 1


@pytest.mark.parametrize(
    ("outcome", "words"), [("needs_lift", "takes a lift"), ("needs_cable", "takes the cable crew")]
)
def test_what_takes_more_is_marked_in_the_inbox_and_in_the_next_plan(
    outcome, words, waiting, make_round, cab_of, per, ola, browser_of, session, rules, clock
):
    report = waiting(category="pothole", answers={"size": "large"})
    route_list = make_round([report])
    cab_of(per, route_list).tap(route_list.stops[0], outcome)
    (seen,) = worth_driving_to(session, unit_code="bydrift", rules=rules, at=clock())
    assert {"code": outcome} in seen.why
    assert seen.lift == (outcome == "needs_lift")
    inbox = browser_of(ola)
    assert words in inbox.look("/staff/inbox")
    assert words in inbox.look(f"/staff/inbox/{report.shown_reference}")


def test_a_firm_with_a_link_ticks_off_its_round_and_nothing_else(
    waiting, make_round, session, rules, clock, cab_of, per
):
    mine, theirs = waiting(), waiting()
    route_list, other = make_round([mine]), make_round([theirs])
    link = RoundLink(route_list_id=route_list.id, name="Lys AS", created_at=clock(), ends_at=clock())
    session.add(link)
    session.commit()
    cab = cab_of(per, route_list)
    cab.driver = Driver(link=link)
    assert cab.tap(other.stops[0], "done").conflict == "not_on_list"
    assert cab.tap(route_list.stops[0], "done", words="New lamp.", show=True).result == "applied"
    assert (mine.status, theirs.status) == ("fixed", "scheduled")
    assert route_list.stops[0].completed_link_id == link.id
    fixed = session.scalars(select(Update).where(Update.kind == "fixed")).one()
    assert (fixed.actor_kind, fixed.staff_id) == ("contractor", None)


def test_photos_are_tied_whichever_comes_first_the_photo_or_the_tap(cab, two_stops, session, state, clock):
    stop = two_stops.stops[0]
    cab.tap(stop, "done", photo_keys=("late",), photos_before=("early",), show=True)
    for key in ("late", "early", "late"):
        field_photos.take_photo(session, state.photos, two_stops, jpeg(), key=key, at=clock())
    found = {photo.sort_order: photo for photo in session.scalars(select(Photo))}
    assert {(order, photo.public, photo.by_crew) for order, photo in found.items()} == {
        (field_photos.BEFORE, False, True),
        (field_photos.AFTER, True, True),
    }
    assert {(photo.stop_id, photo.report_id) for photo in found.values()} == {(stop.id, reports_of(stop)[0].id)}


def test_a_photo_shown_by_a_tick_that_was_taken_back_is_for_staff_again(cab, two_stops, session, state, clock):
    stop = two_stops.stops[0]
    field_photos.take_photo(session, state.photos, two_stops, jpeg(), key="after", at=clock())
    cab.tap(stop, "done", photo_keys=("after",), show=True)
    photo = session.scalars(select(Photo)).one()
    session.refresh(photo)
    assert photo.public
    cab.tap(stop, kind=EntryKind.UNDO)
    session.refresh(photo)
    assert not photo.public


def test_the_desk_s_undo_brings_the_promised_day_back(two_stops, decide, kari, session, clock):
    report = reports_of(two_stops.stops[0])[0]
    rejected = decide(triage.reject, report, words="Not ours.")
    assert report.planned_for is None
    undoing.undo(session, report, update_id=rejected.id, by=kari, at=clock(), undo_seconds=10)
    assert (report.status, report.planned_for) == ("scheduled", two_stops.day)
