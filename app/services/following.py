"""What the holder of a follow link does: tell more, take the report back, say that it is still broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.errors import N_, Conflict, Invalid
from app.models import REPORTER, Report, Update, UpdateKind
from app.services import notifying, supporting
from app.services.drafts import MAX_DESCRIPTION, MAX_PHOTOS
from app.services.photos import attach_photos, count_photos

if TYPE_CHECKING:
    import uuid

    from sqlalchemy.orm import Session

REOPEN_WITHIN = timedelta(days=60)
MOST_PHOTOS = 20
TOO_OLD = N_("It is more than 60 days since this report was closed. Please send a new one.")
SAY_SOMETHING = N_("Write something, or choose a photo.")
TOO_LONG = N_("The text is too long. Use at most 3000 characters.")
IS_CLOSED = N_("The report is closed. If it is still broken, press the button for that.")
TOO_MANY = N_("Send at most five photos at a time, and twenty in all.")


def can_withdraw(report: Report) -> bool:
    """Whether there is something to take back."""
    return report.is_open


def can_say_still_broken(report: Report, *, at: datetime) -> bool:
    """Whether a closed report may be opened again by its reporter."""
    return report.closed_at is not None and at - report.closed_at <= REOPEN_WITHIN


def withdraw(session: Session, report: Report, *, at: datetime) -> Update:
    """The reporter takes it back; whoever said "mine too" hears of it. Raises Conflict when it is closed already."""
    if not report.is_open:
        raise Conflict(N_("The report is closed already."))
    update = report.withdraw(actor=REPORTER, at=at)
    notifying.tell_supporters(session, report, update, at=at)
    return update


def still_broken(
    session: Session, report: Report, *, words: str, photo_ids: tuple[uuid.UUID, ...] = (), at: datetime
) -> Update:
    """Open it again, so that the desk sees it as new. Raises Conflict when it is open or closed for long."""
    if not report.is_open and not can_say_still_broken(report, at=at):
        raise Conflict(TOO_OLD)
    _check_size(session, report, words, photo_ids)
    first = report.duplicate_of_id
    update = report.reopen(actor=REPORTER, at=at, words=words)
    supporting.recount(session, first)
    _add_photos(session, report, photo_ids, at=at)
    return update


def tell_more(
    session: Session, report: Report, *, words: str, photo_ids: tuple[uuid.UUID, ...] = (), at: datetime
) -> Update:
    """Words or photos to the desk; an answer to its question lets the due date run again.

    Raises Invalid (nothing, or too much) and Conflict (closed).
    """
    if not report.is_open:
        raise Conflict(IS_CLOSED)
    if not words.strip() and not photo_ids:
        raise Invalid(SAY_SOMETHING, fields={"words": SAY_SOMETHING})
    _check_size(session, report, words, photo_ids)
    update = report.reply(actor=REPORTER, at=at, words=words)
    _add_photos(session, report, photo_ids, at=at)
    return update


def _check_size(session: Session, report: Report, words: str, photo_ids: tuple[uuid.UUID, ...]) -> None:
    if len(words) > MAX_DESCRIPTION:
        raise Invalid(TOO_LONG, fields={"words": TOO_LONG})
    too_many = len(photo_ids) > MAX_PHOTOS
    if too_many or (photo_ids and count_photos(session, report) + len(photo_ids) > MOST_PHOTOS):
        raise Invalid(TOO_MANY, fields={"photos": TOO_MANY})


def _add_photos(session: Session, report: Report, photo_ids: tuple[uuid.UUID, ...], *, at: datetime) -> None:
    if photo_ids:
        attach_photos(session, report, photo_ids, after=len(report.photos))
        report.record(UpdateKind.PHOTO_ADDED, actor=REPORTER, at=at, count=len(photo_ids))
