"""Programs over the limit: 429 as a problem, with Retry-After, and what was stored before is answered again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db import make_engine, make_session_factory, short_work, transaction
from app.main import create_app
from app.services.limits import Count, check_limits
from tests.application import SECRET, STORGATA
from tests.web.pages.test_front import jpeg

REPORT = {"category": "sweeping", "lat": STORGATA[0], "lon": STORGATA[1]}


def program(state, **changes):
    settings = state.settings.model_copy(update=changes)
    app = create_app(type(state)(**{**vars(state), "settings": settings}))
    return TestClient(app, headers={"accept-language": "en"}, client=("203.0.113.7", 50_000))


def test_a_program_over_the_limit_is_told_when_to_come_back(state, clock):
    client = program(state, limit_reports_per_hour=4)
    answers = [client.post("/api/reports", json=REPORT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].headers["content-type"] == "application/problem+json"
    assert answers[2].headers["retry-after"] == "900"
    problem = answers[2].json()
    assert (problem["status"], problem["title"]) == (429, "Too many at once")
    assert "Please try again at 12:15." in problem["detail"]
    clock.pass_(seconds=900)
    assert client.post("/api/reports", json=REPORT).status_code == 201


def test_a_program_that_tries_again_gets_its_lost_answer_also_over_the_limit(state):
    client = program(state, limit_reports_per_hour=2)
    keyed = {"json": REPORT, "headers": {"idempotency-key": "one"}}
    answers = [client.post("/api/reports", **keyed) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert client.post("/api/reports", json=REPORT, headers={"idempotency-key": "two"}).status_code == 429


def test_the_address_of_a_reporter_counts_in_programs_too(state):
    client = program(state, limit_reports_per_email=1)
    body = REPORT | {"reporter": {"email": "nina@example.com"}}
    answers = [client.post("/api/reports", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert "without the address" in answers[1].json()["detail"]
    assert client.post("/api/reports", json=REPORT).status_code == 201


def test_without_a_database_nobody_is_told_that_it_was_too_much(state):
    away = make_engine("postgresql+psycopg://nobody@/none?host=/nowhere")
    app = create_app(type(state)(**{**vars(state), "session_factory": make_session_factory(away)}))
    answer = TestClient(app).post("/api/reports", json=REPORT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


@pytest.mark.realdb
def test_a_connection_that_died_is_replaced_and_the_next_request_is_counted(
    real_session_factory, database_url, settings, clock
):
    own = make_engine(database_url, pool_size=1)
    factory = make_session_factory(own)
    with short_work(factory) as connection:
        pid = connection.info.backend_pid
    with transaction(real_session_factory) as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    def take():
        counts = [Count("report", "a")]
        zone = ZoneInfo("Europe/Oslo")
        check_limits(factory, counts, settings=settings, secret=SECRET, zone=zone, at=clock())

    with pytest.raises(psycopg.OperationalError):
        take()
    take()
    own.dispose()


def test_photos_of_programs_are_counted(state):
    client = program(state, limit_photos_per_hour=2)
    headers = {"content-type": "image/jpeg"}
    answers = [client.post("/api/photos", content=jpeg(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert answers[1].headers["retry-after"] == "1800"
