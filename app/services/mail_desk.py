"""What the desk does with mails that could not be made into a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models import IncomingMail, MailState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Report


def became(session: Session, mail_id: int, report: Report) -> None:
    """A person made a report of the mail, or found the one that it is about: nothing of the mail is kept."""
    mail = session.scalar(select(IncomingMail).where(IncomingMail.id == mail_id).with_for_update())
    if mail is not None and mail.state == MailState.WAITING:
        mail.empty(MailState.DONE)
        mail.report_id = report.id
