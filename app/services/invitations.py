"""The mail with the link that lets somebody new choose a password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.delivery import DeliveryFailed, DeliveryUnknown, in_words, smtp
from app.delivery.letter import Letter, compose
from app.services.staff import INVITED_FOR

if TYPE_CHECKING:
    from datetime import datetime

    from app.models import Staff
    from app.routing import Rules
    from app.settings import Settings


@dataclass(frozen=True)
class Invited:
    """The secret link; `mailed` tells whether the person has it already, `trouble` why not (a kept note)."""

    link: str
    mailed: bool
    trouble: str | None = None

    def why(self, lang: str) -> str:
        """What went wrong with the mail, as a sentence; empty when nothing did."""
        return " ".join(part for part in in_words(self.trouble, lang) if part) if self.trouble else ""


def send(staff: Staff, token: str, *, settings: Settings, rules: Rules, at: datetime) -> Invited:
    """Mail the link, or leave it to the one who invites when there is no mail server or it does not take the mail.

    Called after the token was committed: a link in a mail must open something.
    """
    link = f"{settings.base_url}/staff/invitations/{token}"
    if settings.smtp_host is None:
        return Invited(link, mailed=False)
    try:
        smtp.send(
            compose(_letter(staff, link, rules=rules, at=at), settings=settings), to=staff.email, settings=settings
        )
    except (DeliveryFailed, DeliveryUnknown) as trouble:
        return Invited(link, mailed=False, trouble=trouble.note)
    return Invited(link, mailed=True)


def _letter(staff: Staff, link: str, *, rules: Rules, at: datetime) -> Letter:
    return Letter(
        template="invitation",
        to=staff.email,
        language=staff.language,
        message_id=f"{secrets.token_hex(16)}@gatami",
        at=at,
        municipality=rules.municipality.name(staff.language),
        context={"name": staff.name, "email": staff.email, "link": link, "until": at + INVITED_FOR},
    )
