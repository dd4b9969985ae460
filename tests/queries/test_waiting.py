"""What waits for the desk: each kind holds what its words say, and its count is exact."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import REPORTER, Delivery, Report, SendingState
from app.queries import waiting
from app.queries.desk_filter import DeskFilter, conditions
from app.services import noting, triage, undoing, units


@pytest.fixture
def held(session, kari, clock):
    """References of a kind: `held("overdue")`; its count must be as many."""

    def find(code, staff=kari):
        where = conditions(DeskFilter(waiting_for=code), staff, at=clock())
        found = list(session.scalars(select(Report.reference).where(*where).order_by(Report.id)))
        assert waiting.counts(session, staff, at=clock())[code] == len(found)
        return found

    return find


@pytest.fixture
def forwarded(session, make_report, kari, clock, rules):
    """A report at Bydrift."""
    report = make_report()
    triage.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    return report


def test_nothing_waits_where_there_is_nothing(session, kari, clock):
    assert set(waiting.counts(session, kari, at=clock()).values()) == {0}


def test_all_counts_are_one_statement(session, kari, clock, make_report, count_queries):
    make_report()
    with count_queries() as counted:
        waiting.counts(session, kari, at=clock())
    assert counted.number == 1


def test_new_reports_wait_until_somebody_decides(held, make_report, decide):
    report = make_report()
    assert held("new") == [report.reference]
    decide(triage.reject, report, words="Sorry, this is not ours.")
    assert held("new") == []


def test_words_of_danger_are_looked_for_in_new_reports(held, make_report, decide):
    report = make_report(description="A live wire hangs over the path.")
    make_report(description="A lamp is dark.")
    assert held("danger") == [report.reference]
    decide(triage.reject, report, words="Sorry, this is not ours.")
    assert held("danger") == []


def test_what_a_unit_sends_back_waits_as_such(held, session, forwarded, ola, clock, decide):
    assert held("sent_back") == []
    units.send_back(forwarded, words="It is the county's.", by=ola, at=clock())
    session.commit()
    assert held("sent_back") == [forwarded.reference]
    update = decide(triage.reject, forwarded, words="Ask the county.")
    assert held("sent_back") == []
    decide(undoing.undo, forwarded, update_id=update.id)
    assert held("sent_back") == [forwarded.reference], "an undone decision did not happen"


def test_a_reporters_answer_waits_until_somebody_acts_on_it(held, session, make_report, clock, decide):
    report = make_report()
    report.reply(actor=REPORTER, at=clock(), words="It is the third lamp.")
    session.commit()
    assert held("replied") == [report.reference]
    decide(noting.note, report, words="Seen.", public=False)
    assert held("replied") == []


def test_undo_brings_an_answer_back_to_what_waits(held, session, make_report, clock, decide):
    report = make_report()
    report.reply(actor=REPORTER, at=clock(), words="It is the third lamp.")
    session.commit()
    update = decide(triage.reject, report, words="Sorry, this is not ours.")
    assert held("replied") == []
    decide(undoing.undo, report, update_id=update.id)
    assert held("replied") == [report.reference]


def test_whoever_withdraws_waits_for_nothing_more(held, session, make_report, clock):
    report = make_report()
    report.reply(actor=REPORTER, at=clock(), words="It is the third lamp.")
    report.withdraw(actor=REPORTER, at=clock())
    session.commit()
    assert held("replied") == held("new") == []


@pytest.mark.parametrize("state", [SendingState.FAILED, SendingState.UNKNOWN])
def test_what_did_not_arrive_waits(held, session, forwarded, state):
    assert held("undelivered") == []
    for delivery in session.scalars(select(Delivery)):
        delivery.state = state.value
    session.commit()
    assert held("undelivered") == [forwarded.reference]


def test_overdue_and_due_today_follow_the_clock(held, session, make_report, forwarded, clock):
    new = make_report()
    new.due_at = forwarded.due_at = clock()
    session.commit()
    assert held("due_today") == [forwarded.reference, new.reference]
    assert held("overdue") == []
    clock.pass_(hours=1)
    assert held("due_today") == []
    assert held("overdue") == [forwarded.reference, new.reference]
    clock.pass_(days=-1)
    assert held("due_today") == held("overdue") == []


def test_what_waits_for_its_reporter_is_never_overdue(held, session, make_report, clock):
    report = make_report()
    report.due_at, report.waiting_since = clock(), clock()
    session.commit()
    clock.pass_(days=9)
    assert held("overdue") == held("due_today") == []


def test_reports_without_a_place_wait_for_one(held, make_report):
    report = make_report(address="Behind the red house")
    make_report()
    assert held("unplaced") == [report.reference]


def test_a_colleague_of_another_unit_is_told_nothing_of_it(held, forwarded, session, clock, ola, eva):
    forwarded.due_at = clock()
    session.commit()
    clock.pass_(hours=1)
    assert held("overdue", staff=ola) == [forwarded.reference]
    assert held("overdue", staff=eva) == held("new", staff=ola) == []


def test_words_wait_for_who_can_be_told_and_a_call_for_who_can_not(held, session, make_report, clock):
    told, silent = make_report(email="nina@example.org"), make_report()
    told.reporter.confirm(at=clock())
    told.interim_due_at = silent.interim_due_at = clock()
    session.commit()
    assert (held("interim"), held("nobody_to_tell")) == ([told.reference], [silent.reference])
    told.reporter.bounced_at = clock()
    session.commit()
    assert (held("interim"), held("nobody_to_tell")) == ([], [told.reference, silent.reference])


def test_what_nobody_has_answered_in_time_waits(held, session, make_report, clock):
    late, answered = make_report(), make_report()
    late.first_answer_due_at = answered.first_answer_due_at = clock()
    answered.first_answered_at = clock()
    session.commit()
    assert held("unanswered") == []
    clock.pass_(hours=1)
    assert held("unanswered") == [late.reference]


def test_a_note_that_names_somebody_waits_for_that_person(held, make_report, decide, ada):
    report = make_report()
    decide(noting.note, report, words="@Ada, do you know?", public=False)
    assert held("mentions") == []
    assert held("mentions", ada) == [report.reference]
