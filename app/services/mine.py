"""Signing in by a link in a mail: asking for the link, using it once, and the session that follows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from app.models import ResidentSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def who_is(session: Session, token: str, *, at: datetime) -> ResidentSession | None:
    """The session of this cookie, None when it is over, was ended or was never there."""
    row = session.get(ResidentSession, hash_of(token))
    return row if row is not None and at < row.expires_at else None


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
