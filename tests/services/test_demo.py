"""The demo: believable, whole, silent, and once."""

from __future__ import annotations

from collections import Counter
from datetime import time

import pytest
from sqlalchemy import func, select, text

from app.errors import Conflict, Invalid
from app.models import (
    Asset,
    Delivery,
    Notification,
    Report,
    RouteList,
    RoutineRound,
    Staff,
    Stop,
    StopMaterial,
    Update,
)
from app.models.status import ALLOWED, ReportStatus
from app.routing import in_service_area, load_rules
from app.services import demo, demo_texts
from app.services.demo_places import PLACES, lamps
from app.services.drafts import check_answers
from app.services.faults import worth_driving_to
from app.services.signing_in import sign_in
from app.settings import PROJECT
from app.storage import PhotoStore
from tests.application import NOON


@pytest.fixture
def load(session, rules, tmp_path):
    def load(rules=rules):
        return demo.load_demo(session, rules=rules, store=PhotoStore(tmp_path / "photos"), now=NOON)

    return load


def counts(session, query: str) -> dict[str, int]:
    return {key: n for key, n in session.execute(text(query))}  # noqa: C416 - rows are no pairs to dict().


def test_the_demo_is_a_believable_whole_and_the_desk_finds_it_in_its_queue(session, rules, load, tmp_path, browser_of):
    logins = load()
    statuses = counts(session, "SELECT status, count(*) FROM report GROUP BY 1")
    assert set(statuses) == {status.value for status in ReportStatus}
    assert 300 <= sum(statuses.values()) <= 360
    assert 12 <= statuses["new"] <= 40
    assert session.scalar(select(func.count()).select_from(Asset)) >= 250
    first, last = session.execute(select(func.min(Report.created_at), func.max(Report.created_at))).one()
    assert 80 < (NOON - first).days <= 90
    assert last < NOON
    assert session.scalar(select(func.max(Update.at))) <= NOON
    assert_histories_are_possible(session)
    assert_the_queue_has_something_of_everything(session)
    assert_a_crew_is_under_way(session)
    assert_the_rounds_have_figures(session)
    assert_something_of_every_kind_waits(session, rules)
    assert_others_are_told_of_the_end(session)
    assert_silent(session)
    assert_everybody_can_sign_in(session, logins)
    assert any((tmp_path / "photos").rglob("*.jpg"))
    with pytest.raises(Conflict):
        load()
    kari = session.scalars(select(Staff).where(Staff.email == "kari@tromso.example")).one()
    assert "Skippergata" in browser_of(kari).look("/staff/queue")


def assert_histories_are_possible(session):
    """Each report's lines lead from status to status by the table, in the order of time, to where it stands."""
    lines = session.execute(
        select(Update.report_id, Update.from_status, Update.to_status, Update.at)
        .where(Update.to_status.is_not(None))
        .order_by(Update.id)
    ).all()
    stands, times = {}, {}
    for report_id, before, after, at in lines:
        assert stands.get(report_id) == before
        assert before is None or ReportStatus(after) in ALLOWED[ReportStatus(before)]
        assert times.get(report_id, at) <= at
        stands[report_id], times[report_id] = after, at
    assert stands == {report.id: report.status for report in session.scalars(select(Report))}


def assert_the_queue_has_something_of_everything(session):
    queue = list(session.scalars(select(Report).where(Report.status == "new")))
    assert any(report.lat is None for report in queue)
    assert any(report.private for report in queue)
    assert sum(report.due_at is not None and report.due_at < NOON for report in queue) >= 2
    lamps_ = Counter(report.asset_id for report in queue if report.asset_id is not None)
    assert max(lamps_.values()) >= 2


def assert_a_crew_is_under_way(session):
    open_lists = list(session.scalars(select(RouteList).where(RouteList.closed_at.is_(None))))
    assert {route_list.unit_code for route_list in open_lists} == {"bydrift"}
    drafts = [route_list for route_list in open_lists if route_list.is_draft]
    assert len(drafts) == 2
    assert len(open_lists) - len(drafts) == 1
    assert all(one.plan_id and one.crew_id and one.day > NOON.date() for one in drafts)
    done, stops = session.execute(
        select(func.count(Stop.completed_at), func.count())
        .select_from(Stop)
        .where(Stop.route_list_id == open_lists[0].id)
    ).one()
    assert 0 < done < stops


def assert_the_rounds_have_figures(session):
    """Minutes and materials at the stops that were done, and the way that the car has counted."""
    done = session.scalars(select(Stop).where(Stop.outcome == "done")).all()
    assert len(done) >= 10 and all(stop.minutes for stop in done)
    bulbs = session.scalars(select(StopMaterial).where(StopMaterial.material_code.in_(["led_40", "bulb_70"]))).all()
    assert len(bulbs) >= len(done) // 2 and all(used.cost_ore for used in bulbs)
    driven = session.scalars(select(RouteList).where(RouteList.closed_at.is_not(None))).all()
    assert driven and all(one.total_metres < one.driven_metres < 1.3 * one.total_metres for one in driven)


def assert_something_of_every_kind_waits(session, rules):
    waits = worth_driving_to(session, unit_code="bydrift", rules=rules, at=NOON)
    assert {one.fault.kind for one in waits} >= {"stretch", "danger", "row", "area", "single", "other"}
    plough = session.scalars(select(RoutineRound).where(RoutineRound.kind == "snow")).one()
    assert plough.ends == time(23, 59)


def assert_others_are_told_of_the_end(session):
    """Reports that others reported too are closed in it, so loading it goes through telling all of them."""
    shared = session.scalars(select(Report).where(Report.support_count > 0, Report.closed_at.is_not(None))).all()
    assert len(shared) >= 1


def assert_silent(session):
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
    assert set(session.scalars(select(Notification.state))) == {"sent"}
    deliveries = Counter(session.scalars(select(Delivery.state)))
    assert deliveries.pop("failed") == 1
    assert set(deliveries) == {"sent"}


def assert_everybody_can_sign_in(session, logins):
    roles = Counter(session.scalars(select(Staff.role)))
    assert roles == {"desk": 2, "unit": 4, "crew": 1, "admin": 1}
    assert len({login.password for login in logins}) == len(logins) == 8
    assert sign_in(session, logins[0].email, logins[0].password, at=NOON, hours=1)
    kept = " ".join(session.scalars(select(Staff.password_hash)))
    assert not any(login.password in kept for login in logins)


def test_another_installation_has_other_passwords():
    from app.services.demo_staff import new_password

    assert len({new_password() for _ in range(50)}) == 50


def test_the_demo_does_not_go_where_somebody_works(load, make_report):
    make_report()
    with pytest.raises(Conflict, match="staff or reports already"):
        load()


def test_the_demo_does_not_go_into_another_town(load):
    with pytest.raises(Invalid, match="about Tromsø"):
        load(load_rules(PROJECT / "examples" / "boston" / "rules.yaml"))


def test_everything_that_the_demo_says_can_be_reported(rules):
    for line in demo_texts.lines():
        category = rules.categories[line.category]
        answers: dict[str, object] = {}
        for code, value in line.answers:
            question = category.question(code)
            assert question is not None, (line.category, code)
            answers[code] = [value] if question.kind == "several" else value or "x"
        assert check_answers(category, answers) == {}, line
        assert line.place in {"lamp", "street", *PLACES}
        assert line.season in {"w", "s", "a"}
        assert category.phone_instead is None


def test_the_demos_lamps_have_numbers_of_their_own_and_stand_in_tromso(rules):
    numbers = [lamp.number for lamp in lamps()]
    assert len(set(numbers)) == len(numbers) >= 250
    assert all(in_service_area(rules, lamp.lat, lamp.lon) for lamp in lamps())
    assert all(in_service_area(rules, lat, lon) for lat, lon, _ in PLACES.values())
    assert {"Storgata", "Sjøgata", "Grønnegata", "Stakkevollvegen"} <= {lamp.street.name for lamp in lamps()}
    assert {lamp.street.road_owner for lamp in lamps()} == {"municipality", "county"}
