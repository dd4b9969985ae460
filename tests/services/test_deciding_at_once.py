"""Several people at once: no chain of merged reports, no ring of waiting, nobody's decision is lost."""

from __future__ import annotations

import random
import threading
import time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from app.db import transaction
from app.errors import Conflict, DomainError
from app.models import Merge, Report, Role, Staff
from app.queries.visible import report_for
from app.services import holding, many, merging, noting, triage, undoing
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import STORGATA

PEOPLE, REPORTS, STEPS = 8, 6, 20


@pytest.fixture
def made(real_session_factory, rules, clock):
    with transaction(real_session_factory) as session:
        people = [
            Staff(email=f"{n}@x.example", name=f"P{n}", role=Role.DESK.value, created_at=clock(), language="en")
            for n in range(PEOPLE)
        ]
        session.add_all(people)
        place = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        drafts = [submit_report(session, place, rules=rules, at=clock()) for _ in range(REPORTS)]
        references = [report.reference for report in drafts]
    return people, references


@pytest.fixture
def beside(real_session_factory):
    """Does it in a thread and a transaction of its own; the dict says what came of it."""

    def go(do):
        came = {}

        def run():
            try:
                with transaction(real_session_factory) as session:
                    came["done"] = do(session)
            except Exception as error:  # noqa: BLE001  (whatever it is, the test looks at it)
                came["error"] = error

        thread = threading.Thread(target=run)
        thread.start()
        return thread, came

    return go


def of(session, staff, reference):
    return report_for(session, staff, reference, joinedload(Report.reporter), to_act=True)


def chains(session):
    reports = {one.id: one for one in session.scalars(select(Report))}
    parts = [one for one in reports.values() if one.duplicate_of_id is not None]
    return [one.reference for one in parts if reports[one.duplicate_of_id].duplicate_of_id is not None]


@pytest.mark.realdb
@pytest.mark.parametrize("joins", [0, 4])
def test_what_was_merged_in_while_one_waited_goes_along(real_session_factory, made, beside, clock, joins):
    (one, other, *_), references = made
    part, kept, into = references[joins], references[1], references[3]
    how = {"at": clock(), "undo_seconds": 10}
    with transaction(real_session_factory) as session:
        merging.mark_duplicate(session, of(session, one, part), typed=kept, by=one, **how)

        def go_on(theirs):
            merging.mark_duplicate(theirs, of(theirs, other, kept), typed=into, by=other, **how)

        thread, came = beside(go_on)
        time.sleep(0.7)
    thread.join(20)
    assert "error" not in came, came
    with transaction(real_session_factory) as session:
        assert chains(session) == []
        stays = session.scalars(select(Report.support_count).where(Report.reference == into)).one()
        assert stays == 2


@pytest.mark.realdb
def test_nobody_waits_for_a_lower_one_than_what_is_held_and_is_told_instead(real_session_factory, made, beside):
    _, references = made
    with transaction(real_session_factory) as session:
        low, middle, high = sorted(session.scalars(select(Report.id).where(Report.reference.in_(references[:3]))))
    with transaction(real_session_factory) as session:
        assert set(holding.hold(session, [middle])) == {middle}
        thread, came = beside(lambda theirs: (holding.hold(theirs, [high]), holding.hold(theirs, [low, middle])))
        thread.join(20)
        assert isinstance(came.get("error"), Conflict)
    with transaction(real_session_factory) as session:
        holding.hold(session, [high])
        assert set(holding.hold(session, [low, middle])) == {low, middle}
        assert holding.reached(session) == high
    with transaction(real_session_factory) as session:
        assert holding.reached(session) == 0


@pytest.mark.realdb
def test_an_undo_of_many_locks_the_older_one_that_stays_before_the_others(
    real_session_factory, made, beside, rules, clock
):
    (one, *_), (kept, first, second, *_) = made
    how = {"by": one, "at": clock(), "undo_seconds": 10}
    with transaction(real_session_factory) as session:
        batch = many.decide_many(session, [first, second], "merge", rules=rules, into=kept, **how).batch
    with transaction(real_session_factory) as session:
        ids = dict(session.execute(select(Report.reference, Report.id)).all())
        holding.hold(session, [ids[kept]])
        thread, came = beside(lambda theirs: many.undo_many(theirs, batch, **how))
        time.sleep(0.7)
        holding.hold(session, [ids[kept], ids[first]])
    thread.join(20)
    assert came["done"].done == [second, first]
    assert came["done"].refused == []


@pytest.mark.realdb
def test_the_undo_of_a_note_leaves_what_a_colleague_decided_meanwhile(real_session_factory, made, rules, clock):
    (one, other, *_), (reference, *_) = made
    with real_session_factory() as mine:
        report = of(mine, one, reference)
        with transaction(real_session_factory) as session:
            theirs = of(session, other, reference)
            triage.forward(session, theirs, "bydrift", rules=rules, by=other, at=clock(), undo_seconds=10)
        note = noting.note(mine, report, words="Hi", public=False, by=one, at=clock(), undo_seconds=10)
        assert note.data["before"] == {}
        mine.commit()
        undoing.undo(mine, report, update_id=note.id, by=one, at=clock(), undo_seconds=10)
        mine.commit()
    with transaction(real_session_factory) as session:
        report = of(session, one, reference)
        assert (report.status, report.unit_code) == ("forwarded", "bydrift")


@pytest.mark.realdb
def test_the_undo_of_a_note_leaves_where_a_merged_report_has_gone_to(real_session_factory, made, clock):
    (one, other, *_), (part, kept, into, *_) = made
    how = {"at": clock(), "undo_seconds": 10}
    with transaction(real_session_factory) as session:
        merging.mark_duplicate(session, of(session, one, part), typed=kept, by=one, **how)
    with transaction(real_session_factory) as session:
        note = noting.note(session, of(session, one, part), words="Hi", public=False, by=one, **how)
    with transaction(real_session_factory) as session:
        merging.mark_duplicate(session, of(session, other, kept), typed=into, by=other, **how)
    with transaction(real_session_factory) as session:
        undoing.undo(session, of(session, one, part), update_id=note.id, by=one, **how)
    with transaction(real_session_factory) as session:
        assert chains(session) == []


@pytest.mark.realdb
def test_what_was_merged_into_one_that_was_apart_goes_along_when_that_is_undone(real_session_factory, made, clock):
    (one, other, *_), (kept, apart, part, *_) = made
    how = {"at": clock(), "undo_seconds": 10}
    with transaction(real_session_factory) as session:
        merging.mark_duplicate(session, of(session, one, apart), typed=kept, by=one, **how)
    clock.pass_(seconds=1)
    how["at"] = clock()
    with transaction(real_session_factory) as session:
        split = merging.split(session, of(session, one, apart), by=one, **how)
    with transaction(real_session_factory) as session:
        merging.mark_duplicate(session, of(session, other, part), typed=apart, by=other, **how)
    with transaction(real_session_factory) as session:
        undoing.undo(session, of(session, one, apart), update_id=split.id, by=one, **how)
    with transaction(real_session_factory) as session:
        assert chains(session) == []
        counts = dict(session.execute(select(Report.reference, Report.support_count)).all())
        assert (counts[kept], counts[apart]) == (2, 0)


def at_random(session, dice, staff, references, last, *, rules, at):
    """One decision of somebody who does not look; gives what undo needs for it."""
    how = {"by": staff, "at": at, "undo_seconds": 10}
    one, other, what = dice.choice(references), dice.choice(references), dice.random()
    if what < 0.2:
        verb = dice.choice(["merge", "forward", "reject"])
        given = {"unit": "bydrift", "words": "No.", "into": other}
        return many.decide_many(session, dice.sample(references, 4), verb, rules=rules, **how, **given).batch
    if what < 0.4 and isinstance(last, str):
        many.undo_many(session, last, **how)
        return None
    if what < 0.4 and last:
        undoing.undo(session, of(session, staff, last[0]), update_id=last[1], **how)
        return None
    report = of(session, staff, one)
    if what < 0.5:
        update = noting.note(session, report, words="Hi", public=False, **how)
    elif report.duplicate_of_id is not None and what < 0.75:
        update = merging.split(session, report, version=report.version, **how)
    elif not report.is_open and what < 0.85:
        update = triage.reopen(session, report, rules=rules, **how)
    else:
        update = merging.mark_duplicate(session, report, typed=other, version=report.version, **how)
    session.flush()
    return one, update.id


@pytest.mark.realdb
@pytest.mark.parametrize("seed", range(2))
def test_eight_who_merge_split_and_undo_at_once_leave_everything_in_order(
    real_session_factory, made, rules, clock, seed
):
    people, references = made
    begin, done, broken = threading.Barrier(PEOPLE), [], []

    def work(number):
        dice, last = random.Random(seed * 100 + number), None
        begin.wait(timeout=20)
        for _ in range(STEPS):
            try:
                with transaction(real_session_factory) as session:
                    last = at_random(session, dice, people[number], references, last, rules=rules, at=clock())
                done.append(number)
            except (DomainError, StaleDataError):
                continue
            except Exception as error:  # noqa: BLE001  (a deadlock, a broken rule: all of it is looked at below)
                broken.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert broken == []
    assert done
    with transaction(real_session_factory) as session:
        assert chains(session) == []
        reports = list(session.scalars(select(Report)))
        standing = dict(session.execute(select(Merge.report_id, Merge.id).where(Merge.ended_at.is_(None))).all())
        for report in reports:
            assert (report.id in standing) == (report.duplicate_of_id is not None) == (report.status == "duplicate")
            if report.duplicate_of_id is None:
                assert report.support_count == sum(other.duplicate_of_id == report.id for other in reports)
