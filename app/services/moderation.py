"""What the public sees of a report, and what is kept of a person: publish, hide, erase."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, event, select

from app.errors import N_, Conflict, NotFound
from app.models import (
    Actor,
    ActorKind,
    Note,
    Notification,
    Photo,
    Report,
    Reporter,
    SendingState,
    Update,
    UpdateKind,
)
from app.services.decisions import as_it_was, check_version, settle

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.storage import PhotoStore

# Answers that were chosen or counted say nothing about a person; what was typed may.
_CHOSEN = (int, float, bool)


def publish_text(
    session: Session, report: Report, *, public: bool, by: Staff, at: datetime, version: int | None = None
) -> Update:
    """Let everybody read the resident's words, or no longer."""
    check_version(report, version)
    if not report.description:
        raise Conflict(N_("There is no text to show."))
    report.text_public = public
    kind = UpdateKind.PUBLISHED if public else UpdateKind.UNPUBLISHED
    update = report.record(kind, actor=Actor.of(by), at=at, what="text")
    session.flush()  # The second of two people learns it here.
    return update


def publish_photo(
    session: Session,
    report: Report,
    *,
    photo_id: uuid.UUID,
    public: bool,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> Update:
    """Let everybody see one photo, or no longer."""
    check_version(report, version)
    photo = session.scalar(select(Photo).where(Photo.id == photo_id, Photo.report_id == report.id))
    if photo is None:
        raise NotFound(N_("This photo is not here any more."))
    photo.public = public
    kind = UpdateKind.PUBLISHED if public else UpdateKind.UNPUBLISHED
    update = report.record(kind, actor=Actor.of(by), at=at, what="photo", photo_id=str(photo_id))
    session.flush()  # The second of two people learns it here.
    return update


def hide(
    session: Session,
    report: Report,
    *,
    hidden: bool,
    by: Staff,
    at: datetime,
    version: int | None = None,
    words: str = "",
) -> Update:
    """Take the whole report down from the public pages (they answer "gone"), or show it again."""
    check_version(report, version)
    if hidden == (report.hidden_at is not None):
        raise Conflict(N_("The report is hidden already.") if hidden else N_("The report is not hidden."))
    before = as_it_was(report)
    report.hidden_at = at if hidden else None
    update = report.record(UpdateKind.HIDDEN if hidden else UpdateKind.SHOWN, actor=Actor.of(by), at=at)
    if words.strip():
        update.note = Note(body=words.strip(), public=False)
    return settle(session, report, update, before=before)


def erase_reporter(
    session: Session,
    report: Report,
    *,
    photos: PhotoStore,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> Update:
    """Forget the person behind a report, for good.

    Goes: name, e-mail, phone, the description, typed answers, what the reporter wrote, internal notes, the
    reporter's photos, mails that wait, and the secret link. Stays: place, category, dates, statuses, the
    desk's public answers and the crew's photos. Expects `report.reporter` to be loaded.
    """
    check_version(report, version)
    _forget_person(session, report, at=at)
    report.description = None
    report.text_public = False
    report.answers = [answer for answer in report.answers if _was_chosen(answer)]
    report.nonce = secrets.token_hex(16)
    _delete_words(session, report)
    _delete_photos(session, report, photos)
    update = report.record(UpdateKind.ERASED, actor=Actor.of(by), at=at)
    session.flush()  # The second of two people learns it here.
    return update


def _forget_person(session: Session, report: Report, *, at: datetime) -> None:
    if report.reporter is None:
        report.reporter = Reporter(language="nb")
    report.reporter.erase(at=at)
    waiting = select(Notification).where(
        Notification.report_id == report.id,
        Notification.support_id.is_(None),
        Notification.state.in_([SendingState.PENDING.value, SendingState.FAILED.value]),
    )
    for notification in session.scalars(waiting.with_for_update()):
        notification.cancel()


def _was_chosen(answer: dict[str, object]) -> bool:
    """A chosen answer is kept with its option's code, which differs from what people read."""
    value = answer.get("value")
    return isinstance(value, (list, *_CHOSEN)) or str(value) != str(answer.get("text"))


def _delete_words(session: Session, report: Report) -> None:
    theirs = select(Update.id).where(Update.report_id == report.id, Update.actor_kind != ActorKind.STAFF.value)
    all_lines = select(Update.id).where(Update.report_id == report.id)
    session.execute(delete(Note).where(Note.update_id.in_(theirs)))
    session.execute(delete(Note).where(Note.update_id.in_(all_lines), ~Note.public))


def _delete_photos(session: Session, report: Report, photos: PhotoStore) -> None:
    """The rows now, the bytes when the rows are gone for certain; the sweep takes what a crash leaves."""
    gone = session.scalars(delete(Photo).where(Photo.report_id == report.id, ~Photo.by_crew).returning(Photo.id)).all()

    def delete_bytes(_: Session) -> None:
        _delete_bytes(photos, gone)

    event.listen(session, "after_commit", delete_bytes, once=True)


def _delete_bytes(photos: PhotoStore, ids: Iterable[uuid.UUID]) -> None:
    for photo_id in ids:
        photos.delete(photo_id)
