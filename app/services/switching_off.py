"""A mail server says that there is no such mailbox: the address is switched off, but never everybody's at once.

Hundreds of mailboxes do not vanish within an hour. Something of ours is wrong then, and each mail would take one more
resident's news away.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.queries.deliveries import MOST_AN_HOUR, switched_off_lately
from app.services import bounces

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)


def refused(session: Session, email: str, *, at: datetime) -> bool:
    """Switch it off; False when so many were within the hour that nobody is any more, until a person has looked."""
    # Of two workers at once, the second counts what the first one did.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("switching addresses off"))))
    lately = switched_off_lately(session, at=at)
    if lately >= MOST_AN_HOUR:
        log.error(
            "Mail servers refused %d addresses within an hour. No more are switched off: look at the mail set-up.",
            lately,
        )
        return False
    bounces.bounced(session, email, at=at)
    return True
