"""What a unit does with a report that was forwarded to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.models import Actor, NotificationKind, Report, Staff, Update
from app.services import notifying


def take(session: Session, report: Report, *, by: Staff, at: datetime) -> Update:
    """The unit works on it; the reporter hears of it."""
    update = report.take(actor=Actor.of(by), at=at)
    notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=at)
    return update


def answer(session: Session, report: Report, *, by: Staff, at: datetime, words: str, public: bool) -> Update:
    """A line to everybody, of which the reporter hears, or one among staff."""
    update = report.note(actor=Actor.of(by), at=at, words=words, public=public)
    if public:
        notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=at)
    return update


def send_back(report: Report, *, by: Staff, at: datetime, words: str) -> Update:
    """Not ours: back to the desk with the reason."""
    return report.send_back(actor=Actor.of(by), at=at, words=words)


def fix(
    session: Session, report: Report, *, by: Staff, at: datetime, words: str = "", words_public: bool = True
) -> Update:
    """Mended; the reporter hears of it."""
    update = report.fix(actor=Actor.of(by), at=at, words=words or None, words_public=words_public)
    notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=at)
    return update
