"""Signing in and out. Sessions are rows: revoking one ends it at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, Invalid, NotFound, TooMany
from app.models import SignInAttempt, Staff, StaffSession
from app.queries import people

hasher = PasswordHash.recommended()
# Checked against when there is no such person, so that the answer takes the same time.
_NOBODY = hasher.hash(secrets.token_urlsafe(16))

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 100  # A municipality sits behind one address.


def who_is(session: Session, token: str, *, at: datetime) -> Staff | None:
    """The person whose session this is, None when it is over, revoked or was never there."""
    # In one statement with the units of those for whom the person stands in today: this is asked at every click.
    lent = people.lent_units(StaffSession.staff_id.expression, at=at)
    query = select(StaffSession, lent).where(StaffSession.token_hash == _hash(token))
    with_units = joinedload(StaffSession.staff).joinedload(Staff.memberships)
    found = session.execute(query.options(with_units)).unique().first()
    if found is None:
        return None
    row: StaffSession = found[0]
    if row.revoked_at is not None or row.expires_at <= at or not row.staff.active:
        return None
    if at - row.seen_at > timedelta(minutes=5):
        row.seen_at = at
    row.staff.stand_in(found[1] or ())
    return row.staff


def count_attempt(session: Session, email: str, address: str, *, at: datetime) -> None:
    """Count this attempt; raises TooMany. Committed by the caller before the password is looked at."""
    account, place = _hash(f"account:{email.strip().lower()}"), _hash(f"address:{address}")
    # One after the other: of many attempts at once, each would see none of the others.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(account, 0))))
    since = at - WINDOW
    query = select(SignInAttempt.key, func.count()).where(
        SignInAttempt.key.in_([account, place]), SignInAttempt.at > since
    )
    counts = {key: count for key, count in session.execute(query.group_by(SignInAttempt.key))}  # noqa: C416  (rows are no pairs to mypy)
    if counts.get(account, 0) >= PER_ACCOUNT or counts.get(place, 0) >= PER_ADDRESS:
        raise TooMany(
            N_("Too many attempts. Wait fifteen minutes and try again."), retry_after=int(WINDOW.total_seconds())
        )
    session.add_all([SignInAttempt(key=account, at=at), SignInAttempt(key=place, at=at)])


def sign_in(session: Session, email: str, password: str, *, at: datetime, hours: int, device: str = "") -> str:
    """A new session's token for the cookie; raises Invalid without saying which of the two was wrong.

    `device` is what the person knows the browser by again: program and system, such as "Firefox, Windows".
    """
    staff = session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower(), Staff.active))
    known = staff.password_hash if staff and staff.password_hash else _NOBODY
    if not hasher.verify(password, known) or staff is None or staff.password_hash is None:
        raise Invalid(
            N_("The e-mail address or the password is wrong."),
            fields={"email": N_("Check the address and the password.")},
        )
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=_hash(token),
            staff_id=staff.id,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=hours),
            device=device[:60],
        )
    )
    staff.last_sign_in_at = at
    # Who knows the password has not been guessing.
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == _hash(f"account:{email.strip().lower()}")))
    return token


def sign_out(session: Session, token: str, *, at: datetime) -> None:
    """End this session."""
    session.execute(update(StaffSession).where(StaffSession.token_hash == _hash(token)).values(revoked_at=at))


def revoke_sessions(session: Session, staff: Staff, *, at: datetime) -> None:
    """End all of a person's sessions, as after a new password or when somebody leaves."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def hash_token(token: str) -> str:
    """What is kept of a session's token."""
    return _hash(token)


def revoke_session(session: Session, staff: Staff, number: int, *, at: datetime) -> None:
    """End one of a person's sessions. Raises NotFound when it is over already or somebody else's."""
    row = session.scalar(
        select(StaffSession).where(
            StaffSession.number == number, StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None)
        )
    )
    if row is None:
        raise NotFound(N_("This browser is signed out already."))
    row.revoked_at = at


def number_of(session: Session, token: str | None) -> int | None:
    """By which number the session of this cookie is named."""
    return session.scalar(select(StaffSession.number).where(StaffSession.token_hash == _hash(token))) if token else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
