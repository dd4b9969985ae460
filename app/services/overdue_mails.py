"""The daily mail to who leads a unit: what is over its due date there, and what will be soon.

A row a leader and day is what makes it one mail, also with two workers or after a crash; like every mail, its attempt
is written down before the conversation, so one that was cut off is not sent once more. Nothing overdue: no mail.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.db import transaction
from app.delivery.posting import post
from app.models import OverdueMail, SendingState
from app.queries import overdue
from app.services import outgoing, overdue_letters, recovery
from app.services.deadlines import calendar_of
from app.services.overdue_letters import is_ours
from app.services.send import Send

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.services.office import Office

KEPT_FOR = timedelta(days=60)


@dataclass(frozen=True)
class Told:
    """How many mails one run began, and how many it tried to send."""

    begun: int
    sent: int


def run(office: Office) -> Told:
    """Begin the day's mails when their hour has come, and send what waits; safe at any time, also twice at once."""
    begun = begin(office)
    _name_cut_off(office)
    sent = 0
    for mail_id in _waiting(office):
        _send(office, mail_id)
        sent += 1
    return Told(begun, sent)


def begin(office: Office) -> int:
    """A row for each leader whose units have something overdue, once a day: on working days, from the hour on."""
    at = office.clock()
    day = _day(office, at)
    if day is None:
        return 0
    with transaction(office.session_factory) as session:
        late = [code for code in overdue.units_with_overdue(session, at=at) if is_ours(office.rules, code)]
        told = overdue.told_of(session, late, at=at)
        rows = [_row(staff, day, at=at) for staff, _ in told.values() if staff.overdue_mails]
        if not rows:
            return 0
        made = insert(OverdueMail).values(rows).on_conflict_do_nothing().returning(OverdueMail.id)
        return len(session.scalars(made).all())


def _send(office: Office, mail_id: int) -> None:
    """One mail, if it waits and something still is overdue."""

    def prepare(session: Session, row: OverdueMail, at: datetime) -> Send | None:
        letter = overdue_letters.write(session, row, office=office, at=at)
        return None if letter is None else Send(lambda: post(letter, settings=office.settings), to=letter.to)

    outgoing.attempt(office, OverdueMail, mail_id, prepare=prepare)


def sweep(session: Session, *, at: datetime) -> None:
    """Rows of days long ago; they say who was written to, and nothing else."""
    session.execute(delete(OverdueMail).where(OverdueMail.created_at < at - KEPT_FOR))


def _day(office: Office, at: datetime) -> date | None:
    """The day whose mails may go out now; None on days off, and before the hour."""
    calendar = calendar_of(office.rules.municipality)
    day = calendar.day_of(at)
    hour = at.astimezone(office.rules.timezone).hour
    return day if calendar.works(day) and hour >= office.settings.overdue_mail_hour else None


def _row(staff: Staff, day: date, *, at: datetime) -> dict[str, object]:
    return {
        "staff_id": staff.id,
        "day": day,
        "state": SendingState.PENDING.value,
        "attempts": 0,
        "message_id": f"{secrets.token_hex(16)}@gatami",
        "created_at": at,
        "next_attempt_at": at,
    }


def _waiting(office: Office) -> list[int]:
    due = (OverdueMail.state == SendingState.PENDING.value, OverdueMail.next_attempt_at <= office.clock())
    with transaction(office.session_factory) as session:
        return list(session.scalars(select(OverdueMail.id).where(*due).order_by(OverdueMail.id)))


def _name_cut_off(office: Office) -> None:
    """Attempts whose worker died; written to a folder, the same file again is the same mail."""
    at = office.clock()
    before = at - timedelta(seconds=recovery.STEPS * office.settings.smtp_timeout)
    with transaction(office.session_factory) as session:
        query = select(OverdueMail).where(OverdueMail.state == SendingState.SENDING.value)
        stale = query.where(OverdueMail.started_at < before).limit(recovery.AT_ONCE)
        for row in session.scalars(stale.with_for_update(skip_locked=True)):
            outgoing.crashed(row, at=at, repeatable=office.settings.smtp_host is None)
