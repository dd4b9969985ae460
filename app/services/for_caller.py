"""What the desk does for somebody on the phone or at the counter, beside taking a report in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models import Actor, UpdateKind
from app.services import supporting

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Report, Staff


def mine_too(
    session: Session,
    typed: str,
    *,
    caller: str,
    channel: str,
    email: str,
    language: str,
    secret: bytes,
    by: Staff,
    at: datetime,
) -> Report:
    """Count the caller for the report that is there already, and mail them about it where they gave an address.

    `caller` is what one form always says of itself, so that pressing twice counts once. Whoever took it stands in the
    history; name and number are not kept, because nobody needs them. Raises NotFound, Gone, Conflict and Invalid.
    """
    done = supporting.support(session, typed, device=f"desk:{caller}", secret=secret, language=language, at=at)
    if email:
        supporting.follow(session, done.support, email=email, language=language, at=at)
    if done.is_new:
        done.report.record(UpdateKind.CALLER_TOO, actor=Actor.of(by), at=at, channel=channel)
    return done.report
