"""One decision on many: each by itself, in words where refused, none twice, and all taken back together."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import transaction
from app.errors import Invalid, NotFound
from app.models import Delivery, Notification, Report, Role, Staff, Update
from app.services import triage
from app.services.drafts import ReportDraft
from app.services.many import MOST, Choice, decide_many, undo_many
from app.services.reporting import submit_report
from tests.application import STORGATA


@pytest.fixture
def many(session, kari, rules, clock):
    """`many(reports, "forward")`: Kari does the same with all of them; committed."""

    def do(chosen, verb, by=kari, **given):
        typed = [one if isinstance(one, str) else one.reference for one in chosen]
        made = decide_many(session, typed, verb, rules=rules, by=by, at=clock(), undo_seconds=10, lang="en", **given)
        session.commit()
        session.expire_all()
        return made

    return do


def statuses(reports):
    return [report.status for report in reports]


def test_each_goes_to_its_own_proposed_unit(session, make_report, many):
    lamp, sweeping = make_report(), make_report(category="sweeping")
    made = many([lamp, sweeping], "forward")
    assert made.done == [lamp.reference, sweeping.reference]
    assert [lamp.unit_code, sweeping.unit_code] == [lamp.proposed_unit_code, sweeping.proposed_unit_code]


def test_what_is_refused_is_named_with_the_sentence_and_the_rest_is_done(session, make_report, many, decide):
    good, unplaced, closed = make_report(), make_report(address="Storgata 1"), make_report()
    decide(triage.reject, closed, words="No.")
    made = many([good, unplaced, closed, "99999999999"], "forward", unit="bydrift")
    assert made.done == [good.reference]
    said = dict(made.refused)
    assert said[unplaced.reference] == "Place the report on the map before you forward it."
    assert said[closed.reference] == "Somebody has decided about this report already."
    assert said["99999999999"].startswith("There is no report")
    assert statuses([good, unplaced, closed]) == ["forwarded", "new", "rejected"]
    assert session.scalar(select(func.count()).select_from(Delivery)) == 2, "nothing of the refused is left"


def test_the_version_that_was_shown_is_what_counts(session, make_report, many, decide, rules):
    report = make_report()
    shown = report.version
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    late = many([f"{report.reference}:{shown}"], "forward", unit="eiendom")
    assert late.refused[0].sentence.startswith("Somebody else changed this report")
    session.refresh(report)
    again = many([f"{report.reference}:{report.version}"], "forward", unit="eiendom")
    assert again.done == [report.reference], "who has seen that it was forwarded may forward it on"


def test_rejecting_needs_words_and_each_may_have_its_own(session, make_report, many):
    one, other = make_report(), make_report()
    with pytest.raises(Invalid, match="kind reason"):
        many([one], "reject")
    made = many([one, other], "reject", words=lambda report: f"About {report.shown_reference}")
    assert len(made.done) == 2
    assert statuses([one, other]) == ["rejected", "rejected"]


def test_all_go_into_one_which_may_be_chosen_too(session, make_report, many):
    reports = [make_report() for _ in range(4)]
    made = many(reports, "merge", into=reports[1].shown_reference)
    assert statuses(reports) == ["duplicate", "new", "duplicate", "duplicate"]
    assert reports[1].support_count == 3
    assert len(made.done) == 3


def test_a_due_date_for_all(session, make_report, many, clock):
    reports = [make_report() for _ in range(2)]
    day = (clock() + timedelta(days=30)).date()
    made = many(reports, "set_due", due_day=day, words="Vi venter på deler.")
    assert len(made.done) == 2, made.refused
    assert {report.due_at.date() for report in reports} == {day}
    with pytest.raises(Invalid, match="Choose a day"):
        many(reports, "set_due", due_day=None, words="Fordi.")
    with pytest.raises(Invalid, match="Write why"):
        many(reports, "set_due", due_day=day)


@pytest.mark.parametrize("verb", ["forward", "reject", "merge"])
def test_one_undo_takes_all_of_it_back(session, make_report, many, kari, clock, verb):
    reports = [make_report(email=f"{n}@example.org") for n in range(3)]
    for report in reports:
        report.reporter.confirm(at=clock())
    session.commit()
    made = many(reports, verb, words="No.", into=reports[0].reference)
    back = undo_many(session, made.batch, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    session.expire_all()
    assert sorted(back.done) == sorted(made.done)
    assert statuses(reports) == ["new"] * 3
    assert set(session.scalars(select(Notification.state).where(Notification.kind == "status"))) == {"cancelled"}
    assert reports[0].support_count == 0


def test_undo_leaves_what_somebody_has_gone_on_with_and_says_so(session, make_report, many, kari, clock, decide, rules):
    one, other = make_report(), make_report()
    made = many([one, other], "reject", words="No.")
    decide(triage.reopen, one)
    back = undo_many(session, made.batch, by=kari, at=clock(), undo_seconds=10, lang="en")
    session.commit()
    session.expire_all()
    assert back.done == [other.reference]
    assert back.refused[0].reference == one.reference
    assert statuses([one, other]) == ["new", "new"]


def test_nobody_undoes_what_a_colleague_has_decided(session, make_report, many, ada, clock):
    made = many([make_report()], "reject", words="No.")
    for by, batch in ((ada, made.batch), (ada, "")):
        with pytest.raises(NotFound):
            undo_many(session, batch, by=by, at=clock(), undo_seconds=10)


def test_a_unit_decides_about_none_of_another_units(session, make_report, many, eva, decide, rules):
    report = make_report()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    session.refresh(report)
    made = many([f"{report.reference}:{report.version}"], "reject", by=eva, words="No.")
    assert made.done == []
    assert report.status == "forwarded"


def test_nothing_and_too_much_are_refused_and_twice_the_same_is_once(session, make_report, many):
    with pytest.raises(Invalid, match="at least one"):
        many(["", "  "], "reject", words="No.")
    with pytest.raises(Invalid, match="at most"):
        many([f"{n:011d}" for n in range(MOST + 1)], "reject", words="No.")
    report = make_report()
    assert Choice.of([report.reference, report.shown_reference, f"{report.reference}:x"]).references == [
        report.reference
    ]


def test_the_statements_grow_evenly(session, make_report, kari, rules, clock, count_queries):
    counted = {}
    for number in (2, 10):
        chosen = [make_report().reference for _ in range(number)]
        session.expire_all()
        assert kari.sees_all
        with count_queries() as found:
            decide_many(session, chosen, "forward", unit="bydrift", rules=rules, by=kari, at=clock(), undo_seconds=10)
        counted[number] = found.number
        session.commit()
    each = (counted[10] - counted[2]) / 8
    assert each <= 10, counted
    assert counted[2] - 2 * each <= 6, counted


@pytest.mark.realdb
@pytest.mark.parametrize("verb", ["forward", "merge"])
def test_two_with_overlapping_choices_decide_each_report_once_and_never_wait_in_a_ring(
    real_session_factory, rules, clock, verb
):
    with transaction(real_session_factory) as session:
        people = [
            Staff(email=f"{n}@x.example", name=n, role=Role.DESK.value, created_at=clock(), language="en")
            for n in ("Kari", "Nils")
        ]
        session.add_all(people)
        place = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        made = [submit_report(session, place, rules=rules, at=clock()).reference for _ in range(24)]
    begin, told, failed = threading.Barrier(2), {}, []

    def act(staff, chosen, **given):
        begin.wait(timeout=10)
        try:
            with transaction(real_session_factory) as session:
                told[staff.name] = decide_many(
                    session, chosen, verb, rules=rules, by=staff, at=clock(), undo_seconds=10, lang="en", **given
                )
        except Exception as error:  # noqa: BLE001  (a deadlock is what must not come)
            failed.append(error)

    given = [{"into": made[-1]}, {"into": made[0]}] if verb == "merge" else [{"unit": "bydrift"}, {"unit": "eiendom"}]
    sets = [made[:16], list(reversed(made[8:]))]
    threads = [
        threading.Thread(target=act, args=(staff, chosen), kwargs=more)
        for staff, chosen, more in zip(people, sets, given, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    both = [set(told[name].done) for name in ("Kari", "Nils")]
    assert not both[0] & both[1], "each is decided once"
    refused = [sentence for name in told for _, sentence in told[name].refused]
    assert refused, "the second is told"
    with transaction(real_session_factory) as session:
        decisions = select(Update.report_id).where(Update.to_status.is_not(None), Update.from_status.is_not(None))
        decided = session.scalars(decisions).all()
        assert len(decided) == len(set(decided)) == sum(len(one) for one in both)
        for report in session.scalars(select(Report).where(Report.duplicate_of_id.is_not(None))):
            assert session.get_one(Report, report.duplicate_of_id).duplicate_of_id is None


def test_what_belongs_to_the_desk_itself_is_refused_by_name(session, make_report, many):
    lamp, praise = make_report(), make_report(category="praise")
    made = many([lamp, praise], "forward")
    assert made.done == [lamp.reference]
    assert [one.reference for one in made.refused] == [praise.reference]
    assert made.refused[0].sentence.startswith("This belongs to the service desk itself")
