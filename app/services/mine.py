"""Signing in by a link in a mail: asking for the link, using it once, and the session that follows."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from app.errors import N_, Conflict, Invalid, NotFound
from app.jobs import JobName, enqueue
from app.models import ResidentLink, ResidentSession
from app.models.address import ascii_address
from app.services.bounces import works_again
from app.services.drafts import ReporterDraft, check_reporter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

NO_ADDRESS = N_("Write your e-mail address.")
NO_LINK = N_("This link does not work, or no longer. Check that you copied all of it.")
USED = N_("This link has been used. Each link signs you in once.")
TOO_LATE = N_("This link is too old. Links work for a short time only, so that nobody else can use them.")


def ask_for_link(session: Session, email: str, *, language: str, at: datetime) -> None:
    """Queue the mail. The same work for every address: the job looks whether it is known. Raises Invalid."""
    email = ascii_address(email)
    problems = check_reporter(ReporterDraft(email=email)) if email else {"email": NO_ADDRESS}
    if problems:
        raise Invalid(problems["email"], fields=problems)
    link = ResidentLink(
        email=email, language=language, created_at=at, next_attempt_at=at, message_id=f"{secrets.token_hex(16)}@gatami"
    )
    session.add(link)
    session.flush()  # The job looks the link up by its id.
    enqueue(session, JobName.SEND_LINK, link_id=link.id)


def link_of(session: Session, token: str) -> ResidentLink:
    """The link with this token, whether or not it still works; raises NotFound."""
    link = session.scalar(select(ResidentLink).where(ResidentLink.token_hash == hash_of(token)))
    if link is None:
        raise NotFound(NO_LINK)
    return link


def why_dead(link: ResidentLink, *, at: datetime) -> str:
    """What is said of a link that does not sign anybody in; empty for one that does."""
    if link.works(at=at):
        return ""
    return USED if link.used_at is not None else TOO_LATE


def sign_in(session: Session, token: str, *, before: str | None, days: int, at: datetime) -> str:
    """Use the link up and give a new session's token. `before` is the browser's earlier session, which ends.

    Two presses at once: the second waits, and finds the link used. Raises NotFound, and Conflict for a dead link.
    """
    query = select(ResidentLink).where(ResidentLink.token_hash == hash_of(token)).with_for_update()
    link = session.scalar(query.execution_options(populate_existing=True))
    if link is None:
        raise NotFound(NO_LINK)
    if not link.works(at=at):
        raise Conflict(why_dead(link, at=at))
    link.used_at = at
    works_again(session, link.email, at=at)
    if before:
        sign_out(session, before)
    made = secrets.token_urlsafe(32)
    ends = at + timedelta(days=days)
    session.add(ResidentSession(token_hash=hash_of(made), email=link.email, created_at=at, expires_at=ends))
    return made


def who_is(session: Session, token: str, *, at: datetime) -> ResidentSession | None:
    """The session of this cookie, None when it is over, was ended or was never there."""
    row = session.get(ResidentSession, hash_of(token))
    return row if row is not None and at < row.expires_at else None


def sign_out(session: Session, token: str) -> None:
    """End the session of this cookie."""
    session.execute(delete(ResidentSession).where(ResidentSession.token_hash == hash_of(token)))


def sign_out_everywhere(session: Session, email: str) -> None:
    """End all sessions of an address, and the links that could begin new ones."""
    typed = ascii_address(email).lower()
    session.execute(delete(ResidentSession).where(func.lower(ResidentSession.email) == typed))
    session.execute(delete(ResidentLink).where(func.lower(ResidentLink.email) == typed))


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
