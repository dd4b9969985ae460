"""The queue: its order, its counts, what stands beside a report, and which indexes it reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from app.models import REPORTER, Actor, Report, Role
from app.queries import queue
from app.queries.queue import beside
from app.services import claims, triage
from tests.application import STORGATA


@pytest.fixture
def rows(session, clock):
    """The queue as it is now: `rows(order="oldest")`."""
    return lambda **given: queue.queue(session, at=clock(), claim_lasts=claims.LASTS, **given)


def north(metres):
    return {"lat": STORGATA[0] + metres / 111_400, "lon": STORGATA[1]}


def references(found):
    return [row.reference for row in found]


def test_danger_comes_first_then_what_is_due_first_and_praise_last(make_report, rows):
    praise, lamp = make_report(category="praise"), make_report()
    urgent = make_report(category="snow")
    danger = make_report(category="praise", description="Det er LIVSFARLIG her")
    assert references(rows()) == [one.reference for one in (danger, urgent, lamp, praise)]
    assert [row.danger for row in rows()] == [True, False, False, False]


@pytest.mark.parametrize(
    ("words", "danger"),
    [
        ("Kabelen er strømførende", True),
        ("Smoke from the cabinet", True),
        ("Vi ferdes her daglig", False),
        ("Benken på rasteplassen er rusten", False),
        ("", False),
    ],
)
def test_words_of_danger_are_found_in_every_language_and_not_inside_others(make_report, rows, words, danger):
    make_report(description=words)
    assert [row.danger for row in rows()] == [danger]


def test_the_oldest_first_when_one_wants(make_report, rows, clock):
    first = make_report(category="praise")
    clock.pass_(hours=1)
    second = make_report(category="snow")
    assert references(rows(order="oldest")) == [first.reference, second.reference]


def test_only_what_is_new_is_in_the_queue_placed_or_not(session, make_report, rows, kari, clock, rules):
    placed, unplaced = make_report(), make_report(address="Storgata 64")
    done = make_report()
    triage.forward(session, done, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    assert set(references(rows())) == {placed.reference, unplaced.reference}
    assert {row.reference: row.placed for row in rows()}[unplaced.reference] is False
    assert queue.counts(session) == {"lamp_dark": 2}


def test_what_a_unit_sent_back_says_so(session, make_report, rows, kari, ola, clock, rules):
    report = make_report()
    triage.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    report.send_back(actor=Actor.of(ola), at=clock(), words="Not ours")
    session.commit()
    assert [row.returned for row in rows()] == [True]


def test_a_filter_shows_one_category(session, make_report, rows):
    make_report()
    pothole = make_report(category="pothole", answers={"size": "small"})
    assert references(rows(conditions=[Report.category_code == "pothole"])) == [pothole.reference]
    assert queue.how_many(session, [Report.category_code == "pothole"]) == 1


def test_a_claim_shows_who_and_is_forgotten_after_a_while(session, make_report, make_staff, rows, clock):
    report, nils = make_report(), make_staff("Nils", Role.DESK)
    claims.claim(session, report.reference, by=nils, at=clock())
    assert [row.claimed_by for row in rows()] == ["Nils"]
    clock.pass_(minutes=11)
    assert [row.claimed_by for row in rows()] == [None]


def test_next_skips_what_a_colleague_is_looking_at(session, make_report, make_staff, rows, kari, clock):
    reports = [make_report() for _ in range(3)]
    nils = make_staff("Nils", Role.DESK)
    claims.claim(session, reports[1].reference, by=nils, at=clock())
    before, current, after = beside(rows(), reports[0].reference, me=kari.id)
    assert (before, current.reference, after.reference) == (None, reports[0].reference, reports[2].reference)
    claims.claim(session, reports[0].reference, by=nils, at=clock())
    assert beside(rows(), "", me=kari.id)[1].reference == reports[2].reference
    assert beside([], "", me=kari.id) == (None, None, None)


def test_neighbours_are_near_in_metres_and_the_same_kind_first(session, make_report):
    here = make_report(**north(0))
    near, far = make_report(**north(95)), make_report(**north(105))
    other = make_report(category="snow", **north(1))
    found = queue.near(session, here)
    assert [one.reference for one in found] == [near.reference, other.reference]
    assert found[0].metres == pytest.approx(95, abs=1)
    assert [one.is_candidate for one in found] == [True, False]
    assert far.reference not in [one.reference for one in found]


def test_what_is_closed_is_no_candidate_but_stands_under_the_place(session, make_report, kari, clock):
    here, closed = make_report(), make_report()
    triage.reject(session, closed, words="No.", by=kari, at=clock(), undo_seconds=0)
    (found,) = queue.near(session, here)
    assert (found.reference, found.is_candidate) == (closed.reference, False)


def test_neighbours_come_from_the_index_on_places(session, make_report):
    report = make_report()
    session.execute(text("SET LOCAL enable_seqscan = off"))
    point = f"ST_SetSRID(ST_MakePoint({report.lon}, {report.lat}), 4326)::geography"
    plan = session.scalars(text(f"EXPLAIN SELECT id FROM report WHERE ST_DWithin(position, {point}, 100)")).all()
    assert any("ix_report_position" in line for line in plan), plan


def test_the_queue_reads_the_index_of_new_reports(session, engine, make_report, rows):
    make_report()
    asked = []
    event.listen(engine, "before_cursor_execute", note := lambda *given: asked.append(given[2:4]))
    rows()
    queue.counts(session)
    event.remove(engine, "before_cursor_execute", note)
    session.execute(text("SET LOCAL enable_seqscan = off"))
    cursor = session.connection().connection.cursor()
    for statement, parameters in (one for one in asked if one[0].startswith("SELECT")):
        plan = cursor.execute(f"EXPLAIN {statement}", parameters).fetchall()
        assert any("ix_report_new" in line for (line,) in plan), plan


def test_what_waits_for_its_reporter_stands_last_until_the_answer_comes(session, make_report, rows, kari, clock):
    urgent, praise = make_report(category="snow", email="nina@example.org"), make_report(category="praise")
    urgent.reporter.confirm(at=clock())
    triage.ask(session, urgent, words="Where?", by=kari, at=clock(), undo_seconds=0)
    assert references(rows()) == references(rows(order="oldest")) == [praise.reference, urgent.reference]
    assert [row.waiting for row in rows()] == [False, True]
    urgent.reply(actor=REPORTER, at=clock(), words="Here")
    session.commit()
    assert references(rows()) == [urgent.reference, praise.reference]
    assert rows()[0].returned, "the answer is new to the desk"


def test_what_others_report_too_moves_forward_a_day_for_each_and_at_most_ten(session, make_report, rows, clock):
    late, crowd, mob = (make_report() for _ in range(3))
    for report, days, others in ((late, 1, 0), (crowd, 5, 5), (mob, 20, 500)):
        report.due_at, report.support_count = clock() + timedelta(days=days), others
    session.commit()
    assert references(rows()) == references([crowd, late, mob])


def test_without_a_due_date_the_most_reported_comes_first(session, make_report, rows):
    one, many = make_report(category="proposal"), make_report(category="proposal")
    many.support_count = 3
    session.commit()
    assert references(rows()) == references([many, one])
    assert [row.others for row in rows()] == [3, 0]
