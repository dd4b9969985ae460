"""The worker as a process of its own: killed in the middle, stopped politely, and what the next one makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from app.db import transaction
from app.jobs import JobName, make_queue
from app.models import Delivery, Notification, Role, Staff
from app.services import forwarding
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from app.settings import PROJECT
from app.worker import register
from tests.application import STORGATA

START = "from app.worker import run_worker; from app.settings import Settings; run_worker(Settings(_env_file=None))"


def test_every_job_has_a_body_and_every_body_a_job(office):
    queue = make_queue("postgresql+psycopg://nobody@/nowhere")
    register(queue, office)
    ours = {name for name in queue.tasks if not name.startswith(("builtin:", "procrastinate."))}
    assert ours == {job.value for job in JobName}


@pytest.fixture
def start_worker(database_url, mail_port, tmp_path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a worker on the tests' database and mail server."""
    running: list[subprocess.Popen[bytes]] = []
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GATAMI_")},
        "GATAMI_DATABASE_URL": database_url,
        "GATAMI_DATA_DIR": str(tmp_path),
        "GATAMI_SMTP_HOST": "127.0.0.1",
        "GATAMI_SMTP_PORT": str(mail_port),
        "GATAMI_SMTP_SECURITY": "none",
        "GATAMI_SMTP_TIMEOUT": "10",
        **{f"GATAMI_{name}_REGISTER": "" for name in ("ADDRESS", "NAME", "ROAD")},
    }

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-c", START], cwd=PROJECT, env=environment, stderr=log)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def forwarded(real_session_factory, rules) -> Callable[[int], None]:
    """So many reports, each forwarded to Bydrift with nothing to wait for, each with a receipt."""

    def make(count: int) -> None:
        now = datetime.now(UTC)
        with transaction(real_session_factory) as session:
            desk = Staff(email="kari@tromso.example", name="Kari", role=Role.DESK.value, created_at=now, active=True)
            session.add(desk)
            session.flush()
            for number in range(count):
                draft = ReportDraft(
                    category="lamp_dark",
                    lat=STORGATA[0],
                    lon=STORGATA[1],
                    reporter=ReporterDraft(email=f"resident{number}@example.org"),
                )
                report = submit_report(session, draft, rules=rules, at=now)
                forwarding.forward(session, report, "bydrift", rules=rules, by=desk, at=now, undo_seconds=0)

    return make


def wait_until(condition: Callable[[], bool], *, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def states(factory) -> list[str]:
    with transaction(factory) as session:
        return sorted([*session.scalars(select(Delivery.state)), *session.scalars(select(Notification.state))])


@pytest.mark.realdb
def test_a_worker_killed_while_the_server_has_the_mail_repeats_nothing_and_loses_nothing(
    real_session_factory, start_worker, forwarded, postbox
):
    forwarded(5)
    first = start_worker()

    def kill_it() -> None:
        if len(postbox.mails) == 3:
            first.kill()

    postbox.before_answer = kill_it
    assert wait_until(lambda: first.poll() is not None)
    with transaction(real_session_factory) as session:
        # As if the time had passed after which a silent worker is taken for dead, and no conversation goes on.
        session.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"))
        for table in ("delivery", "notification"):
            session.execute(text(f"UPDATE {table} SET started_at = started_at - interval '1 minute'"))
    start_worker()
    assert wait_until(lambda: set(states(real_session_factory)) <= {"sent", "unknown"}), states(real_session_factory)
    with transaction(real_session_factory) as session:
        unknown = session.scalars(select(Delivery).where(Delivery.state == "unknown")).all()
        assert all(row.channel == "email" for row in unknown)
    assert "unknown" in states(real_session_factory)
    message_ids = [mail["Message-ID"] for mail in postbox.mails]
    assert len(message_ids) == len(set(message_ids))
    assert len(message_ids) + states(real_session_factory).count("unknown") >= 10


@pytest.mark.realdb
def test_a_worker_that_is_asked_to_stop_finishes_what_it_is_at(real_session_factory, start_worker, forwarded, postbox):
    forwarded(1)
    worker = start_worker()
    postbox.before_answer = lambda: time.sleep(0.2)
    assert wait_until(lambda: "sending" in states(real_session_factory))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(40) == 0
    assert "sending" not in states(real_session_factory)
    assert "unknown" not in states(real_session_factory)


@pytest.mark.realdb
def test_a_worker_whose_connections_are_cut_goes_on(real_session_factory, start_worker, forwarded, postbox):
    worker = start_worker()

    def cut() -> bool:
        query = text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE '%procrastinate%'"
        )
        with transaction(real_session_factory) as session:
            return bool(session.scalar(query))

    assert wait_until(cut)
    forwarded(1)
    assert wait_until(lambda: len(postbox.mails) == 2)
    assert worker.poll() is None
