"""The mail with the link that signs a resident in: only to addresses that are known here, and only a few a day."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from app.delivery.letter import Letter
from app.models.links import BounceKind, bounce_token
from app.queries import mailboxes, mine
from app.services.limits import counted_address, take_now
from app.services.mine import hash_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import ResidentLink
    from app.services.office import Office

# Of an address that its owner never confirmed, anybody may have typed it in.
MOST_A_DAY = 5
MOST_A_DAY_UNCONFIRMED = 1


def write(session: Session, link: ResidentLink, *, office: Office, at: datetime) -> Letter | None:
    """The mail, and its link's hash; None, and nothing kept of the address, when nothing may go to it.

    Each attempt makes its own link, because nobody but the reader of the mail may know it.
    """
    if not (mine.is_known(session, link.email) and (link.attempts or _may_send(session, link.email, at=at))):
        session.delete(link)
        return None
    token, hours = secrets.token_urlsafe(24), office.settings.mine_link_hours
    link.token_hash, link.expires_at = hash_of(token), at + timedelta(hours=hours)
    return Letter(
        template="sign_in",
        to=link.email,
        language=link.language,
        at=at,
        context={"link_url": f"{office.settings.base_url}/mine/link/{token}", "hours": hours},
        message_id=link.message_id,
        municipality=office.rules.municipality.name(link.language),
        bounce_token=bounce_token(BounceKind.RESIDENT_LINK, link.id, link.email, secret=office.secret),
    )


def _may_send(session: Session, email: str, *, at: datetime) -> bool:
    """In the caller's transaction: of two jobs at once for one address, the second waits for the first."""
    most = MOST_A_DAY if mailboxes.is_confirmed(session, email, at=at) else MOST_A_DAY_UNCONFIRMED
    mailbox = hashlib.sha256(counted_address(email).encode()).hexdigest()
    return take_now(session, f"sign-in:{mailbox[:40]}", burst=most, per_hour=most / 24, at=at)
