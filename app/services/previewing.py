"""What the reporter would read: a decision is made, its mail written, and all of it taken back before anybody knows.

So the preview says what the mail will say, because it is the same code that writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.delivery import DeliveryFailed
from app.delivery.letter import compose
from app.models import Notification, Update
from app.services import letters, news

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.services.office import Office

# The mail's links open the report as its reporter: they are for nobody else, so the look shows only that there is one.
_LINK = re.compile(r"https?://\S+")
# Lines of a mail that end with a blank go on in the next one (RFC 3676).
_SOFT_BREAK = re.compile(r"(?<!^--) \n", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """A mail as it would leave us, in the language of its reader."""

    language: str
    subject: str
    text: str


def mail_after(session: Session, decision: Callable[[], Update], *, office: Office, at: datetime) -> Mail | None:
    """The reporter's mail about a decision that is not made; None when nobody would get one.

    Everything that was loaded is stale afterwards. Raises what the decision raises.
    """
    savepoint = session.begin_nested()
    try:
        update = decision()
        session.flush()
        return _mail(session, update, office=office, at=at)
    finally:
        savepoint.rollback()
        session.expire_all()


def _mail(session: Session, update: Update, *, office: Office, at: datetime) -> Mail | None:
    query = select(Notification).where(
        Notification.update_id == update.id,
        Notification.report_id == update.report_id,
        Notification.support_id.is_(None),
    )
    row = session.scalar(query.limit(1))
    letter = letters.write(news.read(session, [row]), row, office=office, at=at) if row is not None else None
    if letter is None:
        return None
    try:
        message = compose(letter, settings=office.settings)
    except DeliveryFailed:
        return None
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Mail(letter.language, str(message["Subject"]), _LINK.sub("https://…", _SOFT_BREAK.sub(" ", text)).strip())
