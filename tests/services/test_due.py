"""Another due date, and the interim reply: who is told, what undo brings back, and what cannot be."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from app.errors import Conflict, Invalid
from app.models import REPORTER, Notification, Report, Update, UpdateKind
from app.queries import deadlines
from app.services import due, following, right_unit, triage, undoing, units
from app.services.templates import ready_words

OSLO = ZoneInfo("Europe/Oslo")


def local(moment: datetime) -> str:
    return moment.astimezone(OSLO).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def report(make_report, session, clock):
    """A dark lamp of Monday 30 November at noon, whose reporter confirmed the address."""
    made = make_report(email="siri@example.com")
    made.reporter.confirm(at=clock())
    session.commit()
    return made


def mails(session, report, kind="status"):
    query = select(func.count()).where(Notification.report_id == report.id, Notification.kind == kind)
    return session.scalar(query.where(Notification.state == "pending"))


def waiting(session, condition):
    return set(session.scalars(select(Report.id).where(condition)))


def test_a_report_gets_its_three_dates_when_it_comes(report):
    assert local(report.first_answer_due_at) == "2026-12-03T16:00"
    assert local(report.interim_due_at) == "2026-12-30T16:00"
    assert local(report.due_at) == "2026-12-29T16:00", "20 working days, without Christmas"
    assert report.first_answered_at is None
    assert report.interim_sent_at is None


def test_the_dates_cost_the_intake_no_statement(make_report, session, engine):
    make_report()
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    make_report()
    event.remove(engine, "before_cursor_execute", note)
    assert not [one for one in statements if one.startswith("UPDATE report ")]


def test_a_later_date_is_told_in_one_mail_and_stands_in_the_history(session, report, decide):
    update = decide(due.set_due, report, day=date(2027, 1, 15), words="The part comes in January.")
    assert local(report.due_at) == "2027-01-15T16:00"
    assert mails(session, report) == 1
    assert (update.kind, update.public, update.note.public) == ("due_set", True, True)
    assert update.data["due"].startswith("2027-01-15T15:00")
    assert report.first_answered_at is not None
    assert local(report.interim_due_at) == "2026-12-30T16:00", "a month after these words"


def test_an_earlier_date_is_between_colleagues(session, report, decide):
    update = decide(due.set_due, report, day=date(2026, 12, 4), words="The crew is there on Friday.")
    assert local(report.due_at) == "2026-12-04T16:00"
    assert mails(session, report) == 0
    assert not update.public
    assert not update.note.public
    assert report.first_answered_at is None


@pytest.mark.parametrize(
    ("day", "words", "field"),
    [
        (None, "Why.", "due"),
        (date(2026, 11, 29), "Why.", "due"),
        (date(2028, 12, 1), "Why.", "due"),
        (date(2026, 12, 29), "Why.", "due"),
        (date(2027, 1, 4), "  ", "words"),
    ],
)
def test_a_day_that_nobody_can_promise_is_refused_with_a_sentence(report, decide, session, day, words, field):
    with pytest.raises(Invalid) as refused:
        decide(due.set_due, report, day=day, words=words)
    assert field in refused.value.fields
    assert local(report.due_at) == "2026-12-29T16:00"


def test_today_is_a_day(report, decide):
    decide(due.set_due, report, day=date(2026, 11, 30), words="At once.")
    assert local(report.due_at) == "2026-11-30T16:00"


def test_a_closed_report_has_no_due_date(report, decide):
    decide(triage.reject, report, words="No.")
    with pytest.raises(Conflict):
        decide(due.set_due, report, day=date(2027, 1, 4), words="Why.")
    with pytest.raises(Conflict):
        decide(due.reply_meanwhile, report, words="Soon.")


def test_while_we_wait_for_the_reporter_no_date_is_set(report, decide):
    decide(triage.ask, report, words="Which lamp?")
    with pytest.raises(Conflict):
        decide(due.set_due, report, day=date(2027, 1, 4), words="Why.")


def test_the_second_of_two_people_is_told(report, decide):
    before = report.version
    decide(due.set_due, report, day=date(2027, 1, 4), words="Why.", version=before)
    with pytest.raises(Conflict):
        decide(due.set_due, report, day=date(2027, 1, 5), words="Why.", version=before)


@pytest.mark.parametrize("verb", ["set_due", "reply_meanwhile", "ask", "reject", "reopen"])
def test_undo_brings_every_date_back_and_no_mail_goes_out(session, report, decide, kari, clock, rules, verb):
    if verb == "reopen":
        decide(triage.reject, report, words="No.")
        clock.pass_(days=1)
    names = (
        "due_at", "due_set_at", "counted_from", "paused_days", "first_answer_due_at", "first_answered_at",
        "interim_due_at", "interim_sent_at",
    )  # fmt: skip
    before = {name: getattr(report, name) for name in names}
    queued = mails(session, report)
    calls = {
        "set_due": (due.set_due, {"day": date(2027, 1, 4), "words": "Why."}),
        "reply_meanwhile": (due.reply_meanwhile, {"day": date(2027, 1, 4), "words": "Soon."}),
        "ask": (triage.ask, {"words": "Which lamp?"}),
        "reject": (triage.reject, {"words": "No."}),
        "reopen": (triage.reopen, {"rules": rules}),
    }
    call, given = calls[verb]
    update = decide(call, report, **given)
    assert {name: getattr(report, name) for name in names} != before
    decide(undoing.undo, report, update_id=update.id)
    session.refresh(report)
    assert {name: getattr(report, name) for name in names} == before
    assert mails(session, report) == queued
    assert mails(session, report, "question") == 0


def test_the_interim_reply_is_one_mail_with_the_words_and_the_new_date(session, report, decide, clock):
    clock.pass_(days=28)
    update = decide(due.reply_meanwhile, report, words="The part comes in January.", day=date(2027, 1, 15))
    assert mails(session, report) == 1
    assert (update.kind, update.public, update.note.body) == ("interim", True, "The part comes in January.")
    assert local(report.due_at) == "2027-01-15T16:00"
    assert report.interim_sent_at == clock()
    assert local(report.interim_due_at) == "2027-01-28T16:00"


def test_the_interim_reply_is_proposed_five_working_days_before_and_after_it_a_month_later(
    session, report, decide, clock
):
    def proposed() -> bool:
        return report.id in waiting(session, deadlines.words_due(clock()))

    assert not proposed()
    clock.now = datetime(2026, 12, 20, 11, 0, tzinfo=UTC)  # Sunday: the fifth working day from here is the 28th.
    assert not proposed()
    clock.now = datetime(2026, 12, 22, 11, 0, tzinfo=UTC)
    assert proposed()
    assert deadlines.needs_words(report, at=clock())
    clock.now = datetime(2027, 2, 1, 11, 0, tzinfo=UTC)
    assert proposed(), "it does not go away because nobody looked"
    decide(due.reply_meanwhile, report, words="Still waiting for the part.", day=date(2027, 2, 15))
    assert not proposed()
    clock.now = datetime(2027, 2, 23, 11, 0, tzinfo=UTC)
    assert proposed(), "nobody is left without words for more than a month"


def test_who_cannot_be_told_is_counted_apart(session, make_report, clock):
    nobody = make_report()
    clock.pass_(days=40)
    assert nobody.id not in waiting(session, deadlines.words_due(clock()))
    assert nobody.id in waiting(session, deadlines.nobody_to_tell(clock()))


def test_who_is_asked_something_is_not_told_to_wait(session, report, decide, clock):
    decide(triage.ask, report, words="Which lamp?")
    clock.pass_(days=60)
    assert report.id not in waiting(session, deadlines.words_due(clock()))


def test_the_proposed_words_are_in_the_reporters_language_and_hold_a_day_that_can_come_true(
    session, report, rules, clock
):
    report.reporter.language = "nb"
    clock.pass_(days=60)
    (first, *_) = ready_words(session, report, rules, for_what="interim")
    assert report.shown_reference in first.body
    assert first.lang == "nb"
    day = due.expected_day(report, at=clock())
    assert day > clock().date(), "the old date is over"


def test_no_answer_in_time_is_seen_until_somebody_answers(session, report, decide, clock, rules):
    def late() -> bool:
        return report.id in waiting(session, deadlines.unanswered(clock()))

    assert not late()
    clock.pass_(days=4)
    assert late()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    assert not late()


def test_a_report_that_is_opened_again_gets_all_its_dates_anew(session, report, decide, clock, rules):
    decide(triage.reject, report, words="No.")
    clock.pass_(days=30)
    following.still_broken(session, report, words="Dark again.", at=clock(), days=60, rules=rules)
    session.commit()
    assert local(report.first_answer_due_at) == "2027-01-05T16:00"
    assert report.first_answered_at is None
    assert local(report.due_at) == "2027-01-28T16:00"
    assert local(report.interim_due_at) == "2027-01-29T16:00"
    change(report, decide, "pothole", rules)
    assert local(report.due_at) == "2027-01-14T16:00", "ten working days from the day it was opened again"


def test_another_category_counts_from_the_day_of_receipt_and_keeps_the_pause(session, report, decide, clock, rules):
    decide(triage.ask, report, words="Which lamp?")
    clock.pass_(days=2)
    report.reply(actor=REPORTER, at=clock(), words="The north one.")
    session.commit()
    assert report.paused_days == 2
    change(report, decide, "pothole", rules)
    assert local(report.due_at) == "2026-12-16T16:00", "ten working days from 30 November, and two of pause"


def test_a_day_that_was_set_by_hand_stays_when_the_pin_moves_and_not_when_the_category_changes(
    session, report, decide, rules, clock
):
    decide(due.set_due, report, day=date(2027, 1, 15), words="Why.")
    decide_without_undo(decide, right_unit.place, report, lat=report.lat + 0.0001, lon=report.lon, rules=rules)
    assert local(report.due_at) == "2027-01-15T16:00"
    change(report, decide, "pothole", rules)
    assert local(report.due_at) == "2026-12-14T16:00"


def change(report, decide, code, rules):
    decide_without_undo(decide, right_unit.change_category, report, code=code, rules=rules)


def decide_without_undo(decide, verb, report, **given):
    """Some decisions are not undone."""

    def do(session, report, *, undo_seconds, **more):
        undoable = "undo_seconds" in inspect.signature(verb).parameters
        return verb(session, report, **more, **({"undo_seconds": undo_seconds} if undoable else {}))

    decide(do, report, **given)


def test_a_unit_that_closes_without_words_tells_the_reporter_all_the_same(session, report, decide, ola, clock, rules):
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    before = mails(session, report)
    units.fix(session, report, by=ola, at=clock())
    session.commit()
    assert mails(session, report) == before + 1
    assert session.scalar(select(func.count()).where(Update.kind == UpdateKind.FIXED.value)) == 1
    assert report.closed_at == clock()
    assert timedelta(0) <= report.due_at - report.closed_at
