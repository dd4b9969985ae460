"""Durable jobs: deferred by name on the session's own connection, so a commit keeps a job and a rollback drops it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy.orm import Session


class JobName(StrEnum):
    """Every job there is; a test holds the names against what app/worker.py registers."""

    ASK_FOLLOWER = "ask_follower"
    DELIVER = "deliver"
    LOOK_UP = "look_up"
    NOTIFY = "notify"
    READ_MAILBOX = "read_mailbox"
    RECOVER = "recover"
    SEND_LINK = "send_link"
    SWEEP = "sweep"
    TELL_COLLEAGUE = "tell_colleague"
    TELL_FOLLOWERS = "tell_followers"


def make_queue(url: str) -> App:
    """procrastinate's App for a database address in SQLAlchemy's form."""
    return App(connector=PsycopgConnector(conninfo=url.replace("postgresql+psycopg://", "postgresql://", 1)))


# Deferring uses the session's own connection, so this App never opens one.
_deferring = App(connector=PsycopgConnector())


def enqueue(session: Session, job: JobName, *, at: datetime | None = None, **arguments: Any) -> None:
    """Defer `job` in the session's transaction, to run from `at` (None: at once) with JSON arguments."""
    session.flush()  # The worker looks the rows up by id, so they must have one.
    raw = session.connection().connection.driver_connection
    _deferring.configure_task(job.value, connection=raw, schedule_at=at).defer(**arguments)
