"""After a crash: attempts that were cut off are named, and what waits without a job gets one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import String, cast, column, exists, select, table
from sqlalchemy.dialects.postgresql import JSONB

from app.db import transaction
from app.jobs import JobName
from app.models import Delivery, Mention, Notification, ResidentLink, SendingState
from app.services import outgoing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.services.office import Office
    from app.services.outgoing import M, Message

AT_ONCE = 500
# procrastinate's own table, as far as we ask it.
_JOBS = table("procrastinate_jobs", column("id"), column("task_name"), column("status"), column("args", JSONB))
# A conversation has several steps, and each of them may take the mail server's whole time-out.
STEPS = 4


@dataclass(frozen=True)
class Recovered:
    """How many attempts were cut off, and how many messages had lost their job."""

    cut_off: int
    jobless: int


def recover(office: Office) -> Recovered:
    """Safe to run at any time and by several workers at once."""
    at = office.clock()
    before = at - timedelta(seconds=STEPS * office.settings.smtp_timeout)
    with transaction(office.session_factory) as session:
        cut_off = _name_cut_off(session, office, _cut_off(session, Delivery, before=before), at=at)
        cut_off += _name_cut_off(session, office, _cut_off(session, Notification, before=before), at=at)
        cut_off += _name_cut_off(session, office, _cut_off(session, ResidentLink, before=before), at=at)
        cut_off += _name_cut_off(session, office, _cut_off(session, Mention, before=before), at=at)
    with transaction(office.session_factory) as session:
        waiting: list[Message] = [
            *_jobless(session, Delivery, job=JobName.DELIVER, key="delivery_id"),
            *_jobless(session, Notification, job=JobName.NOTIFY, key="notification_id"),
            *_jobless(session, ResidentLink, job=JobName.SEND_LINK, key="link_id"),
            *_jobless(session, Mention, job=JobName.TELL_COLLEAGUE, key="mention_id"),
        ]
        for row in waiting:
            outgoing.enqueue(session, row)
    return Recovered(cut_off=cut_off, jobless=len(waiting))


def _cut_off(session: Session, kind: type[M], *, before: datetime) -> Iterable[M]:
    """Attempts that began so long ago that no conversation can still be going on."""
    query = select(kind).where(kind.state == SendingState.SENDING.value, kind.started_at < before)
    return session.scalars(query.limit(AT_ONCE).with_for_update(skip_locked=True))


def _name_cut_off(session: Session, office: Office, rows: Iterable[Message], *, at: datetime) -> int:
    count = 0
    for row in rows:
        repeatable = isinstance(row, Delivery) and office.channels[row.channel].repeatable
        if outgoing.crashed(row, at=at, repeatable=repeatable):
            outgoing.enqueue(session, row)
        count += 1
    return count


def _jobless(session: Session, kind: type[M], *, job: JobName, key: str) -> Iterable[M]:
    """A message and its job are born in one transaction; only a job that failed leaves it alone."""
    live = exists(
        select(_JOBS.c.id).where(
            _JOBS.c.task_name == job.value,
            cast(_JOBS.c.status, String).in_(["todo", "doing"]),
            _JOBS.c.args[key].as_integer() == kind.id,
        )
    )
    query = select(kind).where(kind.state == SendingState.PENDING.value, ~live)
    return session.scalars(query.limit(AT_ONCE).with_for_update(skip_locked=True))
