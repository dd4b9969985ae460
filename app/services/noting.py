"""Lines that staff write beside a report: among themselves, or for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models import Actor, NotificationKind, Report, Update
from app.services.decisions import as_it_was, tell_reporter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff


def note(
    session: Session,
    report: Report,
    *,
    words: str,
    public: bool,
    by: Staff,
    at: datetime,
    undo_seconds: int,
) -> Update:
    """A line among staff, or one that everybody reads and the reporter hears of.

    No version is asked for: of notes written at once each waits for the one before, and none is lost.
    """
    session.refresh(report, ["version", "changed_at"], with_for_update=True)
    before = as_it_was(report)
    update = report.note(actor=Actor.of(by), at=at, words=words, public=public)
    update.data = {"before": before}
    session.add(update)
    session.flush()  # The mail is tied to this line by its id.
    if public:
        tell_reporter(session, report, update, kind=NotificationKind.STATUS, at=at, undo_seconds=undo_seconds)
    return update
