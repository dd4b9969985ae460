"""What registers say about a place: asked beside the transaction, kept, and told to reports that came without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.lookup.asking import Register
from app.lookup.registers import Registers
from app.models import RegisterAnswer, Report, ReportStatus, Road, Update, UpdateKind
from app.services import looking_up, triage, upkeep
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
def send(session, rules, clock, registers):
    """A report of a pothole, as it comes by the API: nobody asked about its place before."""

    def send(**given) -> Report:
        draft = ReportDraft(category="pothole", answers={"size": "large"}, **({"lat": LAT, "lon": LON} | given))
        report = submit_report(session, draft, rules=rules, at=clock(), registers=registers)
        session.commit()
        return report

    return send


def jobs(session):
    rows = session.execute(
        text("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = 'look_up' ORDER BY id")
    )
    return rows.all()


def run(worker, session, number=-1):
    looking_up.look_up(worker, **jobs(session)[number].args)
    session.expire_all()


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
    assert len(jobs(session)) == 1
    run(worker, session)
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


def test_the_job_may_run_twice(session, send, worker, fake):
    report = send()
    run(worker, session)
    version = report.version
    run(worker, session)
    assert (report.version, len(lines(session, report)), len(fake.asked)) == (version, 1, 1)


def test_what_the_browser_asked_before_is_there_when_the_report_comes(session, state, send, registers, fake, clock):
    around, new = looking_up.find_out(state.session_factory, registers, lat=LAT, lon=LON, at=clock())
    assert new and around.kept_road == {"owner": "county", "ref": "FV9862 S1D1 m687", "metres": 3.4}
    assert looking_up.find_out(state.session_factory, registers, lat=LAT, lon=LON, at=clock()) == (around, False)
    report = send(lat=LAT + 0.000001)
    assert (report.road_owner, report.proposed_unit_code) == ("county", "troms_fylkeskommune")
    assert (len(fake.asked), jobs(session)) == (1, [])


def test_no_road_near_is_kept_as_a_fact_and_own_lines_speak(session, state, send, registers, fake, clock):
    fake.answers.clear()
    around, new = looking_up.find_out(state.session_factory, registers, lat=LAT, lon=LON, at=clock())
    assert new and around.kept_road == {}
    line_here(session, owner="private", ref=None)
    report = send()
    assert (report.road_owner, jobs(session)) == ("private", [])


def test_the_register_counts_more_than_our_own_lines(session, send, worker):
    line_here(session, owner="municipality", ref="KV1")
    report = send()
    assert (report.road_owner, report.road_ref) == ("municipality", "KV1")
    run(worker, session)
    assert (report.road_owner, report.road_ref) == ("county", "FV9862 S1D1 m687")


@pytest.mark.parametrize("trouble", ["status", "html", "silent"])
def test_a_register_that_is_down_changes_nothing_and_is_asked_again_a_few_times(
    session, send, worker, fake, clock, trouble
):
    fake.status = 500 if trouble == "status" else 200
    fake.answers[PATH] = HTML if trouble == "html" else [position("F")]
    fake.delay = 9.0 if trouble == "silent" else 0.0
    report = send()
    waits = []
    for _ in range(5):
        run(worker, session)
        waits.append(jobs(session)[-1].scheduled_at - clock() if jobs(session)[-1].scheduled_at else None)
        worker.registers.roads.note(None)  # A worker that has been started anew, whose register does not rest.
        if trouble == "silent":
            break
    assert (report.road_owner, report.proposed_unit_code, lines(session, report)) == ("unknown", "bydrift", [])
    if trouble != "silent":
        assert waits == [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), *[timedelta(hours=6)] * 2]
        assert len(jobs(session)) == 5
    assert session.scalars(select(RegisterAnswer)).all() == []


def test_an_answer_that_comes_after_all_is_told(session, send, worker, fake):
    report = send()
    fake.status = 500
    run(worker, session)
    fake.status = 200
    run(worker, session)
    assert report.road_owner == "county"
    assert len(jobs(session)) == 2


def test_a_report_that_is_gone_or_decided_on_is_left_alone(session, send, worker, fake, kari, rules, clock):
    gone, decided, noted, moved = send(), send(lat=LAT + 0.0001), send(lat=LAT + 0.0002), send(lat=LAT + 0.0003)
    first_jobs = [job.args for job in jobs(session)]
    session.execute(text("DELETE FROM report WHERE id = :id"), {"id": gone.id})
    session.refresh(decided, ["reporter"])
    triage.forward(session, decided, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=10)
    triage.note(session, noted, words="I have phoned them.", public=False, by=kari, at=clock(), undo_seconds=10)
    triage.place(session, moved, lat=LAT, lon=LON + 0.001, rules=rules, by=kari, at=clock())
    session.commit()
    for job in first_jobs:
        looking_up.look_up(worker, **job)
    session.expire_all()
    assert [(r.road_owner, r.proposed_unit_code) for r in (decided, noted, moved)] == [("unknown", "bydrift")] * 3
    assert fake.asked == []


def test_a_decision_made_while_the_register_thinks_stands(session, send, worker, fake, kari, rules, clock):
    report = send()

    answer = fake.body

    def decide_first(path):
        seen = session.get(Report, report.id)
        session.refresh(seen, ["reporter"])
        triage.forward(session, seen, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=10)
        session.commit()
        return answer(path)

    fake.body = decide_first
    run(worker, session)
    assert (report.status, report.road_owner, lines(session, report)) == (ReportStatus.FORWARDED, "unknown", [])


def test_moving_the_pin_asks_about_the_new_place(session, send, worker, fake, kari, rules, registers, clock):
    report = send(address="Storgata 5", lat=None, lon=None)
    assert jobs(session) == []
    triage.place(session, report, lat=LAT, lon=LON, rules=rules, by=kari, at=clock(), registers=registers)
    session.commit()
    run(worker, session)
    assert (report.road_owner, report.proposed_unit_code) == ("county", "troms_fylkeskommune")
    assert fake.asked[0][1]["lat"] == f"{LAT}"


def test_a_register_that_is_switched_off_gets_no_job(session, rules, clock):
    off = Registers(addresses=Register("a", ""), names=Register("n", ""), roads=Register("roads", ""))
    draft = ReportDraft(category="pothole", answers={"size": "large"}, lat=LAT, lon=LON)
    submit_report(session, draft, rules=rules, at=clock(), registers=off)
    assert jobs(session) == []


def test_answers_go_after_thirty_days(session, office, clock):
    for days in (29, 31):
        at = clock() - timedelta(days=days)
        looking_up.keep(session, looking_up.Answers(road={}), lat=LAT, lon=LON + days, at=at)
    session.commit()
    assert upkeep.sweep(office).answers == 1
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
