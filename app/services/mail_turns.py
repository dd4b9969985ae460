"""The day's one turn of an address that anybody can type, and how its owner gets it back by pressing a button."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import event, text

from app.services.limits import counted_address, take_now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# Whoever presses more buttons than this in a day waits as everybody does: one address may be spelled in ways that
# count as one mailbox and are two.
MOST_GIVEN_BACK = 3


def take_turn(session: Session, email: str, *, at: datetime) -> bool:
    """Whether the address may be asked now; a yes uses up the day's turn."""
    return take_now(session, _key("unconfirmed", email), burst=1, per_hour=1 / 24, at=at)


def give_back(session: Session, email: str, *, at: datetime) -> None:
    """The owner answered what came, so what is asked for next is asked at once; strangers still have one a day.

    As the transaction ends, so that nobody who holds the turn waits for what this transaction holds.
    """

    def now(ending: Session) -> None:
        ending.flush()
        if take_now(ending, _key("given_back", email), burst=MOST_GIVEN_BACK, per_hour=MOST_GIVEN_BACK / 24, at=at):
            ending.execute(text("DELETE FROM limit_bucket WHERE key = :key"), {"key": _key("unconfirmed", email)})

    event.listen(session, "before_commit", now, once=True)


def _key(kind: str, email: str) -> str:
    # No secret is needed: the address itself stands beside it in the same database, and this goes after a day.
    return f"{kind}:{hashlib.sha256(counted_address(email).encode()).hexdigest()[:40]}"
