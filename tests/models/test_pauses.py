"""Dates stand still while the reporter is asked, and are counted by the calendar that people have on their wall."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.models import Actor, ActorKind, Report, ReportStatus
from app.models.deadlines import NORWAY

OSLO = ZoneInfo("Europe/Oslo")
KARI = Actor(ActorKind.STAFF, 1)
NINA = Actor(ActorKind.REPORTER, None)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO).astimezone(UTC)


def shown(moment: datetime) -> str:
    return moment.astimezone(OSLO).strftime("%Y-%m-%dT%H:%M")


def a_report(*, due: str, interim: str = "2030-01-15T16:00") -> Report:
    return Report(
        id=1, reference="2026-000001-8", status=ReportStatus.NEW.value, due_at=local(due),
        interim_due_at=local(interim), first_answer_due_at=local(due), paused_days=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "answered", "due", "expected", "days"),
    [
        # The same day: nobody has lost any time.
        ("2026-11-30T09:00", "2026-11-30T15:00", "2026-12-04T16:00", "2026-12-04T16:00", 0),
        ("2026-11-30T09:00", "2026-12-02T15:00", "2026-12-04T16:00", "2026-12-08T16:00", 2),
        # Over a weekend only Monday counts, and one never lands on a weekend.
        ("2026-12-04T09:00", "2026-12-07T09:00", "2026-12-11T16:00", "2026-12-14T16:00", 1),
        # Over Easter: Maundy Thursday to Easter Monday nobody works.
        ("2026-04-01T09:00", "2026-04-07T09:00", "2026-04-08T16:00", "2026-04-09T16:00", 1),
        # The seventeenth of May, here on a Monday, and Whit Monday a week before it does not.
        ("2027-05-14T09:00", "2027-05-18T09:00", "2027-05-19T16:00", "2027-05-20T16:00", 1),
        # Christmas: the 25th and 26th, and a weekend.
        ("2026-12-23T09:00", "2026-12-28T09:00", "2026-12-30T16:00", "2027-01-04T16:00", 2),
        # Clocks are put forward on 29 March and back on 25 October: it is 16 o'clock on both sides.
        ("2026-03-26T09:00", "2026-03-27T09:00", "2026-03-27T16:00", "2026-03-30T16:00", 1),
        ("2026-10-22T09:00", "2026-10-23T09:00", "2026-10-23T16:00", "2026-10-26T16:00", 1),
        # What was late before it was asked is as late afterwards.
        ("2026-11-30T09:00", "2026-12-02T09:00", "2026-11-25T16:00", "2026-11-27T16:00", 2),
    ],
)
def test_the_due_date_moves_by_the_working_days_of_the_pause(asked, answered, due, expected, days):
    report = a_report(due=due)
    report.ask(actor=KARI, at=local(asked), words="Which side?")
    assert report.due_at == local(due)
    report.reply(actor=NINA, at=local(answered), words="The north side.")
    assert shown(report.due_at) == expected
    assert report.paused_days == days
    assert report.waiting_since is None


def test_whoever_answers_twice_moves_nothing_twice():
    report = a_report(due="2026-12-04T16:00")
    report.ask(actor=KARI, at=local("2026-11-30T09:00"), words="Which side?")
    report.reply(actor=NINA, at=local("2026-12-01T09:00"), words="The north side.")
    report.reply(actor=NINA, at=local("2026-12-03T09:00"), words="And it blinks.")
    assert shown(report.due_at) == "2026-12-07T16:00"


def test_when_the_desk_waits_no_longer_the_dates_move_as_well():
    report = a_report(due="2026-12-04T16:00")
    report.lat, report.lon = 69.65, 18.95
    report.ask(actor=KARI, at=local("2026-11-30T09:00"), words="Which side?")
    report.forward("bydrift", actor=KARI, at=local("2026-12-02T09:00"))
    assert shown(report.due_at) == "2026-12-08T16:00"
    report.reply(actor=NINA, at=local("2026-12-10T09:00"), words="Too late.")
    assert shown(report.due_at) == "2026-12-08T16:00"


def test_the_time_for_the_next_words_stands_still_too():
    report = a_report(due="2026-12-04T16:00")
    report.ask(actor=KARI, at=local("2026-11-30T09:00"), words="Which side?")
    # To ask was to say something: a month from then, here on 30 December.
    assert shown(report.interim_due_at) == "2026-12-30T16:00"
    report.reply(actor=NINA, at=local("2026-12-02T09:00"), words="The north side.")
    assert shown(report.interim_due_at) == "2027-01-04T16:00"


@pytest.mark.parametrize(
    ("received", "days", "expected"),
    [
        ("2026-11-30T09:00", None, "2026-12-30T16:00"),
        ("2026-01-31T09:00", None, "2026-02-27T16:00"),  # There is no 31 February, and the 28th is a Saturday.
        ("2026-02-28T23:30", None, "2026-03-27T16:00"),  # A Saturday once more; clocks change two days later.
        ("2026-11-26T09:00", None, "2026-12-24T16:00"),
        ("2026-04-17T09:00", None, "2026-05-15T16:00"),  # The seventeenth of May, a Sunday.
        ("2026-11-30T09:00", 14, "2026-12-14T16:00"),
        ("2026-12-25T09:00", 5, "2026-12-30T16:00"),
    ],
)
def test_the_next_words_are_due_a_month_later_or_on_the_working_day_before(received, days, expected):
    assert shown(NORWAY.reply_due(local(received), days)) == expected


def test_a_persons_first_decision_is_the_first_answer_and_a_receipt_is_none():
    report = a_report(due="2026-12-04T16:00")
    report.begin(actor=KARI, at=local("2026-11-30T09:00"))
    assert report.first_answered_at is None
    report.note(actor=KARI, at=local("2026-11-30T10:00"), words="Ring Ola.", public=False)
    report.reply(actor=NINA, at=local("2026-11-30T11:00"), words="It blinks.")
    assert report.first_answered_at is None
    report.note(actor=KARI, at=local("2026-11-30T12:00"), words="Ola looks at it today.", public=True)
    assert report.first_answered_at == local("2026-11-30T12:00")
    report.reject(actor=KARI, at=local("2026-12-01T12:00"), words="No.")
    assert report.first_answered_at == local("2026-11-30T12:00")


def test_every_decision_that_the_reporter_hears_of_is_an_answer():
    for verb in ("forward", "ask", "reject", "answer", "refer"):
        report = a_report(due="2026-12-04T16:00")
        report.lat, report.lon = 69.65, 18.95
        given = {"unit_code": "bydrift"} if verb in {"forward", "refer"} else {"words": "Words."}
        getattr(report, verb)(actor=KARI, at=local("2026-11-30T09:00"), **given)
        assert report.first_answered_at == local("2026-11-30T09:00"), verb


def test_words_to_the_reporter_put_the_next_ones_off_by_a_month_and_a_decision_without_words_does_not():
    report = a_report(due="2026-12-04T16:00", interim="2026-12-30T16:00")
    report.lat, report.lon = 69.65, 18.95
    report.forward("bydrift", actor=KARI, at=local("2026-12-10T09:00"), words="For the unit.")
    assert shown(report.interim_due_at) == "2026-12-30T16:00"
    report.note(actor=KARI, at=local("2026-12-14T09:00"), words="The part is ordered.", public=True)
    assert shown(report.interim_due_at) == "2027-01-14T16:00"
    assert report.interim_sent_at == local("2026-12-14T09:00")


def test_the_rhythm_of_the_category_is_kept():
    report = a_report(due="2026-12-04T16:00", interim="2026-12-14T16:00")
    report.interim_days = 14
    report.note(actor=KARI, at=local("2026-12-01T09:00"), words="The part is ordered.", public=True)
    assert shown(report.interim_due_at) == "2026-12-15T16:00"
