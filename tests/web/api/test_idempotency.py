"""A report that is sent twice is one report."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.main import create_app
from app.models import Report
from app.storage import PhotoStore
from app.web.state import AppState
from tests.application import NOON, SECRET

LAMP = {"category": "lamp_dark", "lat": 69.6492, "lon": 18.9553, "description": "Dark"}
KEY = {"Idempotency-Key": "the same key"}


def test_the_same_report_with_the_same_key_gets_the_same_answer(client, session, clock):
    first = client.post("/api/reports", json=LAMP, headers=KEY)
    clock.pass_(hours=1)
    second = client.post("/api/reports", json=LAMP, headers=KEY)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert session.scalar(select(func.count(Report.id))) == 1


def test_the_answer_stays_the_same_when_staff_have_worked_on_it_meanwhile(client, session, clock):
    first = client.post("/api/reports", json=LAMP, headers=KEY)
    report = session.scalar(select(Report))
    report.category_code, report.status, report.lat = "lamp_fitting", "forwarded", 69.65
    session.commit()
    assert client.post("/api/reports", json=LAMP, headers=KEY).content == first.content


def test_another_report_with_the_same_key_is_refused(client, session):
    client.post("/api/reports", json=LAMP, headers=KEY)
    answer = client.post("/api/reports", json=LAMP | {"lat": 69.65}, headers=KEY)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert session.scalar(select(func.count(Report.id))) == 1


def test_a_refused_report_does_not_use_its_key_up(client):
    assert client.post("/api/reports", json=LAMP | {"category": "no_such"}, headers=KEY).status_code == 422
    assert client.post("/api/reports", json=LAMP, headers=KEY).status_code == 201


def test_without_a_key_two_reports_are_two(client):
    first, second = (client.post("/api/reports", json=LAMP).json()["reference"] for _ in range(2))
    assert first != second


def test_a_key_that_is_too_long_is_refused(client):
    assert client.post("/api/reports", json=LAMP, headers={"Idempotency-Key": "x" * 255}).status_code == 201
    assert client.post("/api/reports", json=LAMP, headers={"Idempotency-Key": "x" * 256}).status_code == 422


@pytest.mark.realdb
def test_two_at_once_make_one_report_and_both_get_its_answer(real_session_factory, settings, rules_file, tmp_path):
    state = AppState(settings=settings, session_factory=real_session_factory, rules_file=rules_file,
                     photos=PhotoStore(tmp_path), secret=SECRET, clock=lambda: NOON)  # fmt: skip
    client = TestClient(create_app(state))
    ready = threading.Barrier(4)

    def send(_number):
        ready.wait()
        return client.post("/api/reports", json=LAMP, headers=KEY)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    with real_session_factory() as session:
        assert session.scalar(select(func.count(Report.id))) == 1
    client.close()
