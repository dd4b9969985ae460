"""Mails that wait for the desk, and those that nobody needs to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.errors import N_, NotFound
from app.models import IncomingMail, MailState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

MOST = 50
NOT_THERE = N_("This mail is no longer here. Somebody has seen to it.")


def waiting(session: Session) -> Sequence[IncomingMail]:
    """Oldest first, at most fifty."""
    return _list(session, MailState.WAITING, newest_first=False)


def left_out(session: Session) -> Sequence[IncomingMail]:
    """Newest first, at most fifty."""
    return _list(session, MailState.LEFT_OUT, newest_first=True)


def count_waiting(session: Session) -> int:
    """How many wait."""
    return session.scalar(select(func.count()).where(IncomingMail.state == MailState.WAITING.value)) or 0


def mail(session: Session, mail_id: int, *, waits: bool = True) -> IncomingMail:
    """One of them, with its report, its row locked while it waits; raises NotFound."""
    query = select(IncomingMail).where(IncomingMail.id == mail_id).options(joinedload(IncomingMail.report))
    found = session.scalar(query.with_for_update(of=IncomingMail) if waits else query)
    states = {MailState.WAITING.value} if waits else {MailState.WAITING.value, MailState.LEFT_OUT.value}
    if found is None or found.state not in states:
        raise NotFound(NOT_THERE)
    return found


def _list(session: Session, state: MailState, *, newest_first: bool) -> Sequence[IncomingMail]:
    order = (IncomingMail.received_at, IncomingMail.id)
    query = select(IncomingMail).where(IncomingMail.state == state.value).options(joinedload(IncomingMail.report))
    return session.scalars(query.order_by(*(one.desc() for one in order) if newest_first else order).limit(MOST)).all()
