"""What the public sees of a report: publish, hide. Forgetting a person is app/services/erasing.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.errors import N_, Conflict, NotFound
from app.models import Actor, Note, Photo, Report, Update, UpdateKind
from app.models.masking import mask, masked_in
from app.services.decisions import as_it_was, check_version, settle

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff


def publish_text(
    session: Session, report: Report, *, public: bool, by: Staff, at: datetime, version: int | None = None
) -> Update:
    """Let everybody read the resident's words, or no longer."""
    check_version(report, version)
    if not report.description:
        raise Conflict(N_("There is no text to show."))
    _check_not_withheld(report, public=public)
    report.text_public = public
    kind = UpdateKind.PUBLISHED if public else UpdateKind.UNPUBLISHED
    update = report.record(kind, actor=Actor.of(by), at=at, what="text")
    session.flush()  # The second of two people learns it here.
    return update


def mask_words(
    session: Session,
    report: Report,
    *,
    which: Collection[int],
    publish: bool = False,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> Update:
    """Take those words of the resident's text (by their numbers, from 0) out of what others read, and only those.

    None of them: the text is whole again. `publish` lets everybody read the rest. Staff of ours still read all of it.
    """
    check_version(report, version)
    if not report.description:
        raise Conflict(N_("There is no text to show."))
    if publish:
        _check_not_withheld(report, public=True)
    report.masked_words = mask(report.description, which)
    hidden = len(masked_in(report.description, report.masked_words))
    update = report.record(UpdateKind.MASKED, actor=Actor.of(by), at=at, words=hidden)
    if publish and not report.text_public:
        report.text_public = True
        update = report.record(UpdateKind.PUBLISHED, actor=Actor.of(by), at=at, what="text")
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
    if not photo.by_crew:
        _check_not_withheld(report, public=public)
    photo.public = public
    kind = UpdateKind.PUBLISHED if public else UpdateKind.UNPUBLISHED
    update = report.record(kind, actor=Actor.of(by), at=at, what="photo", photo_id=str(photo_id))
    session.flush()  # The second of two people learns it here.
    return update


def _check_not_withheld(report: Report, *, public: bool) -> None:
    if public and report.words_withheld_at is not None:
        raise Conflict(N_("The reporter does not want words and photos to be shown to others."))


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
