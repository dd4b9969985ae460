"""What the desk does with mails that could not be made into a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from app.delivery.incoming import UnreadableMailError, read_mail
from app.delivery.mail_text import own_words
from app.errors import N_, Conflict, Invalid
from app.models import Actor, IncomingMail, MailState, Report
from app.models.reference import parse_reference, show_reference
from app.queries.mails_in import mail as mail_of
from app.services.drafts import MAX_PHOTOS
from app.services.mail_drafts import cut
from app.services.mail_threads import reference_in
from app.services.photos import attach_photos, take_photo
from app.storage import PhotoRefused

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.storage import PhotoStore

# Why a mail waits, and what to do about it.
REASONS: dict[str, tuple[str, str]] = {
    "no_sender": (N_("The mail does not say who sent it."), N_("Read it. Make a report of it when it is one.")),
    "empty": (N_("The mail has no words and no photos."), N_("Ask the sender what it is about, or put it away.")),
    "no_words": (
        N_("The mail has only attachments that cannot be read, such as winmail.dat."),
        N_("Ask the sender to write it as plain text, with photos as JPEG."),
    ),
    "too_many": (
        N_("The sender has written many mails today."),
        N_("Read it. Make a report of it when it is one, or put it away."),
    ),
    "too_big": (
        N_("The mail is too large. Only its beginning is kept."),
        N_("Make a report of the words, and ask the sender for smaller photos."),
    ),
    "unreadable": (
        N_("The mail is broken and could not be read."),
        N_("Download it and open it in a mail program, or ask the sender to send it again."),
    ),
    "broke": (
        N_("Reading the mail failed several times."),
        N_("Download it and open it in a mail program. Tell those who run the service."),
    ),
    "not_theirs": (
        N_("It is about a report, but nothing shows that the reporter wrote it."),
        N_("Read it. Add it to the report when it belongs there."),
    ),
    "not_added": (
        N_("It answers a report that takes no more words, because it is closed or got many today."),
        N_("Read it. Open the report again when it is still broken."),
    ),
    "automatic": (N_("A machine wrote it, such as a holiday note."), ""),
    "list": (N_("It came from a mailing list or is a newsletter."), ""),
    "own": (N_("It comes from one of our own addresses."), ""),
}
NO_REPORT = N_("Write the reference of the report that the mail belongs to, or make a new report of it.")
NOT_FOUND = N_("There is no report with this reference. Look at the number once more.")


def became(session: Session, mail_id: int, report: Report) -> None:
    """A person made a report of the mail, or found the one that it is about: nothing of the mail is kept."""
    mail = session.scalar(select(IncomingMail).where(IncomingMail.id == mail_id).with_for_update())
    if mail is not None and mail.state == MailState.WAITING:
        mail.empty(MailState.DONE)
        mail.report_id = report.id


def put_away(session: Session, mail_id: int) -> None:
    """Nothing is to be done; what somebody wrote goes at once."""
    mail_of(session, mail_id).empty(MailState.DONE)


def likely_reference(mail: IncomingMail) -> str:
    """The reference in the mail's subject or words, as it is shown; empty where there is none."""
    found = reference_in(f"{mail.subject or ''}\n{mail.body or ''}")
    return show_reference(found) if found else ""


def add_to_report(
    session: Session, mail_id: int, *, typed: str = "", photos: PhotoStore, by: Staff, at: datetime, most_bytes: int
) -> Report:
    """Its words become a note for staff, its photos the report's own, held back until they are let through.

    `typed`: the reference of the report where the mail does not answer one. Raises Conflict where there is none.
    """
    mail = mail_of(session, mail_id)
    options = (joinedload(Report.reporter), selectinload(Report.photos))
    query = select(Report).where(_which(mail, typed)).options(*options).with_for_update(of=Report)
    report = session.scalar(query)
    if report is None:
        raise Conflict(NOT_FOUND)
    words = cut(own_words(mail.body or "") or mail.subject or "")
    if words:
        report.note(actor=Actor.of(by), at=at, words=words, public=False)
    room = max(0, MAX_PHOTOS - len(report.photos))
    ids = pictures_of(session, mail, photos, at=at, most_bytes=most_bytes)[:room]
    attach_photos(session, report, ids, after=len(report.photos))
    mail.empty(MailState.DONE)
    mail.report_id = report.id
    return report


def _which(mail: IncomingMail, typed: str) -> ColumnElement[bool]:
    if mail.report_id is not None:
        return Report.id == mail.report_id
    if not typed.strip():
        raise Conflict(NO_REPORT)
    return Report.reference == (parse_reference(typed) or "")


def pictures_of(
    session: Session, mail: IncomingMail, photos: PhotoStore, *, at: datetime, most_bytes: int
) -> list[uuid.UUID]:
    """Its photos, made anew, waiting for a report; none of a mail that cannot be read."""
    try:
        pictures = read_mail(mail.raw).pictures if mail.raw else ()
    except UnreadableMailError:
        return []
    found: list[uuid.UUID] = []
    for data in pictures[:MAX_PHOTOS]:
        try:
            found.append(take_photo(session, photos, data, at=at, once=f"mail:{mail.key}", most_bytes=most_bytes).id)
        except (PhotoRefused, Invalid):
            continue
    return list(dict.fromkeys(found))
