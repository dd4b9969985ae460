"""What registers say about a place: asked beside the transaction, kept, and told to reports that came without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.lookup.asking import Register
from app.lookup.registers import Registers
from app.models import Asset, RegisterAnswer, Report, ReportStatus, Road, Update, UpdateKind
from app.services import late_answers, looking_up, noting, proposing, right_unit, triage, upkeep
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import STORGATA
from tests.lookup.test_roads import position
from tests.registers import HTML

LAT, LON = STORGATA
PATH = "/posisjon"


@pytest.fixture
def fake(make_register):
    """The road register; it knows a county road."""
    register = make_register()
    register.answers[PATH] = [position("F")]
    return register


@pytest.fixture
def registers(fake):
    return Registers(addresses=Register("a", ""), names=Register("n", ""), roads=Register("roads", fake.url))


@pytest.fixture
def worker(office, fake):
    """A worker that asks the register."""
    return replace(office, settings=office.settings.model_copy(update={"road_register": fake.url}))


@pytest.fixture
def send(session, rules, clock):
    """A report of a pothole, as it comes by the API: nobody asked about its place before."""

    def send(**given) -> Report:
        usual = {"category": "pothole", "answers": {"size": "large"}, "lat": LAT, "lon": LON}
        draft = ReportDraft(**(usual | given))
        report = submit_report(session, draft, rules=rules, at=clock())
        session.commit()
        return report

    return send


def run(worker, session):
    """The job once; how many reports it had something to tell."""
    told = late_answers.look_up(worker)
    session.expire_all()
    return told


def lines(session, report):
    query = select(Update).where(Update.report_id == report.id, Update.kind == UpdateKind.LOOKED_UP)
    return session.scalars(query).all()


def line_here(session, *, owner="county", ref="FV9862"):
    line = f"SRID=4326;LINESTRING({LON} {LAT - 0.001}, {LON} {LAT + 0.001})"
    session.add(Road(source_ref="x", owner=owner, ref=ref, line=line))
    session.commit()


def test_a_report_is_taken_in_without_asking_and_the_job_asks_afterwards(session, send, worker, fake):
    report = send()
    assert fake.asked == []
    assert (report.road_owner, report.proposed_unit_code) == ("unknown", "bydrift")
    assert report.due_at is not None
    assert run(worker, session) == 1
    assert (report.road_owner, report.road_ref) == ("county", "FV9862 S1D1 m687")
    assert (report.proposed_unit_code, report.proposed_rule) == ("troms_fylkeskommune", "Fylkesveg")
    assert report.due_at is None
    assert len(fake.asked) == 1


def test_history_says_what_was_found_to_staff_only(session, send, worker):
    report = send()
    run(worker, session)
    (line,) = lines(session, report)
    assert not line.public
    assert (line.actor_kind, line.from_status, line.to_status) == ("system", None, None)
    assert line.data == {
        "road_owner_before": "unknown",
        "road_owner": "county",
        "unit_before": "bydrift",
        "unit": "troms_fylkeskommune",
    }


def test_the_register_is_asked_about_the_new_place_of_what_a_unit_has(
    session, send, worker, fake, decide, rules, kari, clock
):
    report = send()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    assert run(worker, session) == 0, "nobody moved its pin"
    due = report.due_at
    right_unit.place(session, report, lat=LAT + 0.001, lon=LON, rules=rules, by=kari, at=clock())
    session.commit()
    assert run(worker, session) == 1
    assert (report.road_owner, report.unit_code, report.status, report.due_at) == (
        "county",
        "bydrift",
        "forwarded",
        due,
    )
    assert proposing.would_propose(report, rules).unit.code == "troms_fylkeskommune"
    assert len(lines(session, report)) == 1
    assert run(worker, session) == 0


def test_the_job_may_run_twice(session, send, worker, fake):
    report = send()
    run(worker, session)
    version = report.version
    assert run(worker, session) == 0
    assert (report.version, len(lines(session, report)), len(fake.asked)) == (version, 1, 1)


def test_what_the_browser_asked_before_is_there_when_the_report_comes(
    session, state, send, registers, worker, fake, clock
):
    around, new = looking_up.find_out(state.session_factory, registers, lat=LAT, lon=LON, at=clock())
    assert new and around.kept_road == {"owner": "county", "ref": "FV9862 S1D1 m687", "metres": 3.4}
    assert looking_up.find_out(state.session_factory, registers, lat=LAT, lon=LON, at=clock()) == (around, False)
    report = send(lat=LAT + 0.000001)
    assert (report.road_owner, report.proposed_unit_code) == ("county", "troms_fylkeskommune")
    assert (run(worker, session), len(fake.asked)) == (0, 1)


def test_an_answer_that_came_just_after_the_report_is_told_too(session, state, send, registers, worker, fake, clock):
    """The browser had asked, and somebody pressed Send before the register spoke."""
    report = send()
    looking_up.find_out(state.session_factory, registers, lat=LAT, lon=LON, at=clock())
    assert (run(worker, session), run(worker, session), len(fake.asked)) == (1, 0, 1)
    assert report.road_owner == "county"


def test_no_road_near_is_kept_as_a_fact_and_own_lines_speak(session, state, send, registers, worker, fake, clock):
    fake.answers.clear()
    around, new = looking_up.find_out(state.session_factory, registers, lat=LAT, lon=LON, at=clock())
    assert new and around.kept_road == {}
    line_here(session, owner="private", ref=None)
    assert send().road_owner == "private"
    assert (run(worker, session), len(fake.asked)) == (0, 1)


def test_the_register_counts_more_than_our_own_lines(session, send, worker):
    line_here(session, owner="municipality", ref="KV1")
    report = send()
    assert (report.road_owner, report.road_ref) == ("municipality", "KV1")
    run(worker, session)
    assert (report.road_owner, report.road_ref) == ("county", "FV9862 S1D1 m687")


@pytest.mark.parametrize("trouble", ["status", "html", "silent"])
def test_a_register_that_is_down_changes_nothing_and_is_asked_again_until_the_report_is_old(
    session, send, worker, fake, clock, trouble
):
    fake.status = 500 if trouble == "status" else 200
    fake.answers[PATH] = HTML if trouble == "html" else [position("F")]
    fake.delay = 9.0 if trouble == "silent" else 0.0
    report = send()
    version = report.version
    assert run(worker, session) == 0
    assert (report.road_owner, report.proposed_unit_code, lines(session, report)) == ("unknown", "bydrift", [])
    assert report.version == version
    assert session.scalars(select(RegisterAnswer)).all() == []
    fake.status, fake.delay, fake.answers[PATH] = 200, 0.0, [position("F")]
    clock.pass_(hours=5)
    assert run(worker, session) == 1
    assert report.road_owner == "county"


def test_after_six_hours_nobody_asks_any_more(session, send, worker, fake, clock):
    send()
    clock.pass_(hours=6.1)
    assert run(worker, session) == 0
    assert fake.asked == []


def test_a_register_that_is_down_is_not_asked_about_every_report(session, send, worker, fake):
    fake.status = 500
    for number in range(8):
        send(lat=LAT + number * 0.0001)
    run(worker, session)
    assert len(fake.asked) == 3
    run(worker, session)
    assert len(fake.asked) == 3, "it rests"


def test_what_the_register_refuses_to_answer_is_asked_once(session, send, worker, fake):
    fake.status = 400
    report = send()
    run(worker, session)
    run(worker, session)
    assert (report.road_owner, len(fake.asked)) == ("unknown", 1)


def test_a_report_that_is_gone_or_decided_on_is_left_alone(session, send, worker, fake, kari, rules, clock):
    decided, noted = send(), send(lat=LAT + 0.0002)
    session.refresh(decided, ["reporter"])
    triage.forward(session, decided, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=10)
    noting.note(session, noted, words="I have phoned them.", public=False, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    run(worker, session)
    assert [(r.road_owner, r.proposed_unit_code) for r in (decided, noted)] == [("unknown", "bydrift")] * 2
    assert fake.asked == []


@pytest.mark.parametrize("meanwhile", ["decided", "moved", "deleted"])
def test_what_happens_while_the_register_thinks_stands(session, send, worker, fake, kari, rules, clock, meanwhile):
    report = send()
    answer = fake.body

    def act_first(path):
        seen = session.get(Report, report.id)
        session.refresh(seen, ["reporter"])
        if meanwhile == "decided":
            triage.forward(session, seen, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=10)
        elif meanwhile == "moved":
            right_unit.place(session, seen, lat=LAT + 0.01, lon=LON, rules=rules, by=kari, at=clock())
        else:
            session.execute(text("DELETE FROM report WHERE id = :id"), {"id": seen.id})
            session.expunge(seen)
        session.commit()
        return answer(path)

    fake.body = act_first
    run(worker, session)
    fake.body = answer
    if meanwhile == "deleted":
        assert session.get(Report, report.id) is None
        return
    assert (report.road_owner, report.proposed_unit_code, lines(session, report)) == ("unknown", "bydrift", [])
    assert report.status == (ReportStatus.FORWARDED if meanwhile == "decided" else ReportStatus.NEW)


def test_what_the_desk_places_is_asked_about_there(session, send, worker, fake, kari, rules, clock):
    report = send(address="Storgata 5", lat=None, lon=None)
    assert run(worker, session) == 0
    right_unit.place(session, report, lat=LAT, lon=LON, rules=rules, by=kari, at=clock())
    session.commit()
    run(worker, session)
    assert (report.road_owner, report.proposed_unit_code) == ("county", "troms_fylkeskommune")
    assert fake.asked[0][1]["lat"] == f"{LAT}"


def test_a_pin_that_is_moved_is_asked_about_anew_whatever_was_done_before(
    session, send, worker, fake, kari, rules, clock
):
    report = send(lat=LAT + 0.01, lon=LON)
    right_unit.change_category(session, report, code="sweeping", rules=rules, by=kari, at=clock())
    session.commit()
    assert run(worker, session) == 0
    right_unit.place(session, report, lat=LAT, lon=LON, rules=rules, by=kari, at=clock())
    session.commit()
    run(worker, session)
    assert report.road_owner == "county"
    noting.note(session, report, words="I have phoned them.", public=False, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    assert len(fake.asked) == 1


def test_what_the_desk_enters_for_a_caller_is_asked_about(session, worker, rules, kari, clock):
    draft = ReportDraft(category="pothole", answers={"size": "large"}, lat=LAT, lon=LON, channel="phone")
    report = submit_report(session, draft, rules=rules, at=clock(), entered_by=kari)
    session.commit()
    run(worker, session)
    assert report.road_owner == "county"


def test_a_lamp_that_knows_its_road_is_believed_and_not_asked_about_for_ever(session, send, worker, fake):
    session.add(Asset(kind="lamp", source_ref="1", number="1", lat=LAT, lon=LON, owner="county", road_owner="state"))
    session.commit()
    draft_of_a_lamp = {"category": "lamp_dark", "answers": {}}
    report = send(**draft_of_a_lamp)
    run(worker, session)
    assert report.road_owner == "state"
    assert (run(worker, session), len(fake.asked)) == (0, 1)


def test_nothing_is_asked_when_all_registers_are_switched_off(session, send, office, fake):
    send()
    assert late_answers.look_up(office) == 0
    assert fake.asked == []


def test_answers_go_after_thirty_days(session, office, clock):
    for days in (29, 31):
        at = clock() - timedelta(days=days)
        looking_up.keep(session, looking_up.Answers(road={}), lat=LAT, lon=LON + days, at=at)
    session.commit()
    assert upkeep.sweep(office).counts["register_answers"] == 1
    assert [row.key for row in session.scalars(select(RegisterAnswer))] == [f"{LAT:.5f},{LON + 29:.5f}"]


@pytest.mark.realdb
def test_no_connection_is_held_while_the_register_thinks(real_session_factory, engine, registers, fake, clock):
    held = []
    answer = fake.body

    def body(path):
        held.append(engine.pool.checkedout())
        return answer(path)

    fake.body = body
    _, new = looking_up.find_out(real_session_factory, registers, lat=LAT, lon=LON, at=clock())
    assert new
    assert held == [0]
