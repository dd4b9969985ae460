"""Where a report stands, what comes next and when at the latest: an honest sentence for every status."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.models import REPORTER, SYSTEM, Actor, Report, ReportStatus
from app.models.links import follow_path
from app.queries.following import First
from app.web.next_steps import NextSteps, Reader, next_steps
from tests.application import SECRET


@pytest.fixture
def report(make_report):
    return make_report(category="lamp_dark")


@pytest.fixture
def told(session: Session, rules, clock):
    """What a reader is told: `told(report, own=True)`."""

    def tell(report: Report, *, own: bool = True, first: First | None = None, days: int = 60, hears=False) -> NextSteps:
        session.commit()
        session.refresh(report, ["updates"])
        for update in report.updates:
            session.refresh(update, ["note"])
        reader = Reader("en", clock(), days, own=own, hears=hears)
        return next_steps(report, rules, reader, history=report.updates, first=first)

    return tell


def everything(steps: NextSteps) -> str:
    return " ".join([steps.stands, *steps.then])


def test_a_new_report_is_read_on_the_next_working_day_and_done_by_its_date(report, told, clock):
    steps = told(report)
    assert steps.stands == "The service desk has the report."
    assert steps.then[0] == "They read it by 1 December 2026 at the latest."
    assert "most likely City operations (Bydrift)" in steps.then[1]
    assert steps.then[2].startswith("It should be done by ")
    clock.pass_(days=2)
    assert "They should have read it by 1 December 2026. That is late, and we are sorry." in told(report).then
    assert told(report).icon == "clock"


def test_the_sender_reads_by_when_there_is_an_answer_and_others_do_not(report, told, clock, kari):
    assert told(report, hears=True).then[-1] == "You get an answer by 3 December 2026 at the latest."
    assert told(report).then[-1] == "We answer here by 3 December 2026 at the latest."
    assert "answer" not in everything(told(report, own=False))
    clock.pass_(days=4)
    late = "You should have got an answer by 3 December 2026. That is late, and we are sorry."
    assert told(report, hears=True).then[-1] == late
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    assert "answer by" not in everything(told(report, hears=True))


def test_who_may_wait_for_more_than_a_month_reads_when_there_are_words_again(report, told, clock, kari):
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    assert "hear from us" not in everything(told(report, hears=True)), "it is done before"
    report.due_at = clock() + timedelta(days=80)
    again = "You hear from us again by 30 December 2026 at the latest, even if it is not done by then."
    assert again in told(report, hears=True).then
    assert again.replace("You hear from us", "We write here") in told(report).then
    report.due_at = None
    assert again in told(report, hears=True).then


def test_what_has_no_date_is_promised_none(report, told):
    report.due_at = None
    assert "We cannot promise a date for this." in told(report).then


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("forwarded", "City operations (Bydrift) has the report."),
        ("in_progress", "City operations (Bydrift) is working on it."),
        ("scheduled", "It is on the list of a crew from City operations (Bydrift)."),
    ],
)
def test_a_unit_that_has_it_is_named_with_the_date_and_its_delay(report, told, clock, kari, status, sentence):
    kari = Actor.of(kari)
    report.forward("bydrift", actor=kari, at=clock())
    if status == "in_progress":
        report.take(actor=kari, at=clock())
    if status == "scheduled":
        report.schedule(actor=kari, at=clock(), route_list_id=1)
    steps = told(report)
    assert steps.stands == sentence
    assert "It should be done by" in everything(steps)
    assert steps.then[-1] == "You see it here when it is done."
    assert told(report, hears=True).then[-1] == "You get a mail when it is done."
    clock.now = report.due_at + timedelta(days=1)
    late = told(report)
    assert "It is late, and we are sorry." in everything(late)
    assert "City operations (Bydrift) sees every day that it is late." in late.then
    assert (late.icon, late.color) == ("clock", "warning")


def test_a_planned_day_says_once_that_a_crew_drives_there(report, told, clock, kari):
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    report.schedule(actor=Actor.of(kari), at=clock(), route_list_id=1, day=clock().date() + timedelta(days=2))
    assert "drives to the place" in told(report).stands
    assert "drive to the place" not in everything(told(report))


def test_who_waits_for_an_answer_is_said_to_each(report, told, clock, kari):
    report.ask(actor=Actor.of(kari), at=clock(), words="Which side?")
    assert told(report).stands == "The service desk has asked you something and waits for your answer."
    assert "person who reported it" in told(report, own=False).stands
    assert "Answer below" not in everything(told(report, own=False))


@pytest.mark.parametrize(
    ("close", "stands", "then"),
    [
        ("fix", "It is fixed, says City operations (Bydrift).", "Is it still broken? Tell us here, until"),
        ("answer", "The service desk has answered.", "Is something still unclear? Tell us here, until"),
        ("reject", "The report is closed without work.", "Do you think that this is wrong? Tell us here, until"),
        ("withdraw", "You withdrew the report.", "Is it there after all? Tell us here, until"),
        ("vanish", "It is no longer a problem, you told us.", "Is it there after all? Tell us here, until"),
    ],
)
def test_a_closed_report_says_what_its_reporter_can_still_do_and_until_when(
    report, told, clock, kari, close, stands, then
):
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    by = REPORTER if close in {"withdraw", "vanish"} else Actor.of(kari)
    words = {"words": "Because of the frost"} if close not in {"withdraw", "vanish"} else {}
    getattr(report, close)(actor=by, at=clock(), **words)
    steps = told(report)
    assert steps.stands == stands
    assert any(sentence.startswith(then) and "29 January 2027" in sentence for sentence in steps.then)
    assert steps.words == words.get("words", "")
    assert "Tell us" not in everything(told(report, own=False))
    clock.pass_(days=61)
    assert "Then send a new report." in told(report).then[-1]


def test_an_authority_outside_is_named_with_telephone_and_address(client, session, report, told, clock, kari):
    report.refer("statens_vegvesen", actor=Actor.of(kari), at=clock())
    steps = told(report)
    assert "They must mend it, not the municipality." in steps.stands
    assert steps.unit is not None
    for page in (follow_path(report, secret=SECRET), f"/reports/{report.shown_reference}"):
        text = client.get(page).text
        assert 'href="tel:175"' in text
        assert "https://www.vegvesen.no" in text


def test_a_duplicate_leads_to_the_first_report_and_tells_how_that_one_is(report, told, clock, kari, make_report):
    first = make_report()
    report.mark_duplicate(first, actor=Actor.of(kari), at=clock())
    steps = told(report, first=First(first.reference, "in_progress", first.due_at))
    assert steps.first == first.shown_reference
    assert "That report now: in progress." in steps.then
    assert "It should be done by" in everything(steps)


def test_a_reopened_report_is_with_the_desk_again(report, told, clock):
    report.fix(actor=SYSTEM, at=clock())
    clock.pass_(days=3)
    report.reopen(actor=REPORTER, at=clock())
    assert told(report).stands == "You told us that it is still broken. The service desk has it again."
    assert "They read it by 4 December 2026 at the latest." in told(report).then


def test_every_status_has_sentences_in_every_language(session, rules, clock, report):
    for status in ReportStatus:
        report.status, report.closed_at = status.value, clock()
        for lang in ("nb", "en"):
            for own in (True, False):
                steps = next_steps(report, rules, Reader(lang, clock(), 60, own=own), history=[])
                assert steps.stands
                assert steps.then
                assert "%(" not in everything(steps)
