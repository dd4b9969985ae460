"""Durable jobs: deferred by name on the session's own connection, so a commit keeps a job and a rollback drops it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import DEFAULT_QUEUE, Job
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction


class JobName(StrEnum):
    """Every job there is; a test holds the names against what app/worker.py registers."""

    ASK_FOLLOWER = "ask_follower"
    DELIVER = "deliver"
    LOOK_UP = "look_up"
    NOTIFY = "notify"
    PLAN = "plan"
    READ_MAILBOX = "read_mailbox"
    RECOVER = "recover"
    SEND_LINK = "send_link"
    SWEEP = "sweep"
    TELL_COLLEAGUE = "tell_colleague"
    TELL_FOLLOWERS = "tell_followers"
    TELL_LEADERS = "tell_leaders"


# Solving takes seconds and a whole core: it has workers of its own, and never the places of what somebody waits for.
PLANS = "plans"
QUEUES = {JobName.PLAN: PLANS}


def make_queue(url: str) -> App:
    """procrastinate's App for a database address in SQLAlchemy's form."""
    return App(connector=PsycopgConnector(conninfo=url.replace("postgresql+psycopg://", "postgresql://", 1)))


# Deferring uses the session's own connection, so this App never opens one.
_deferring = App(connector=PsycopgConnector())
_WAITING = "jobs that wait for the commit"


def enqueue(session: Session, job: JobName, *, at: datetime | None = None, **arguments: Any) -> None:
    """Defer `job` in the session's transaction, to run from `at` (None: at once) with JSON arguments.

    All jobs of a transaction are written by one statement, right before its commit; those of a savepoint that is
    rolled back are not.
    """
    if not session.in_transaction():
        session.begin()  # Otherwise a rollback would have nothing to roll back, and the job would stay.
    wanted = Job(
        id=None, lock=None, queueing_lock=None, queue=QUEUES.get(job, DEFAULT_QUEUE), task_name=job.value,
        task_kwargs=arguments, scheduled_at=at,
    )  # fmt: skip
    session.info.setdefault(_WAITING, []).append((session.get_nested_transaction(), wanted))


def _write(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get(_WAITING):
        return
    waiting: list[tuple[SessionTransaction | None, Job]] = session.info.pop(_WAITING)
    raw = session.connection().connection.driver_connection
    _deferring.job_manager.batch_defer_jobs([job for _, job in waiting], connection=raw)


def _drop(session: Session, ended: SessionTransaction) -> None:
    """What was enqueued in a transaction that was rolled back, or in a savepoint within it."""
    waiting = session.info.pop(_WAITING, [])
    if ended.nested:
        session.info[_WAITING] = [one for one in waiting if ended not in _line_of(one[0])]


def _line_of(transaction: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while transaction is not None:
        yield transaction
        transaction = transaction.parent


event.listen(Session, "before_commit", _write)
event.listen(Session, "after_soft_rollback", _drop)
