"""Answers to our own mails: to which report they belong, and whether their sender may add to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.delivery.incoming import key_of
from app.delivery.mail_text import own_words
from app.errors import DomainError
from app.models import Delivery, Forwarding, IncomingMail, Notification, Report
from app.models.address import ascii_address
from app.models.reference import parse_reference
from app.services import following, mail_drafts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.delivery.incoming import Head, Incoming
    from app.services.office import Office

_REFERENCE = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}[\s.\-–]?[0-9]{6,8}[\s.\-–]?[0-9](?![0-9])")
_OPTIONS = (joinedload(Report.reporter), selectinload(Report.photos))


def answered(session: Session, head: Head) -> Report | None:
    """The report that the mail is about: by the mail of ours that it answers, else by a reference in its subject."""
    report_id = _by_mail(session, head.references)
    if report_id is not None:
        return session.scalar(select(Report).where(Report.id == report_id).options(*_OPTIONS))
    reference = reference_in(head.subject)
    if reference is None:
        return None
    return session.scalar(select(Report).where(Report.reference == reference).options(*_OPTIONS))


def reference_in(words: str) -> str | None:
    """The first reference that stands in the words, as bare digits."""
    found = (parse_reference(one) for one in _REFERENCE.findall(words))
    return next((one for one in found if one), None)


def add(
    office: Office, session: Session, report: Report, head: Head, incoming: Incoming, *, at: datetime
) -> str | None:
    """Add the words and photos as the reporter's; gives the reason where a person must look at it first.

    Only the report's own confirmed address may: anybody can write a sender into a mail, and a reference is no secret.
    """
    reporter = report.reporter
    mine = reporter is not None and reporter.confirmed_at is not None and reporter.email is not None
    if not mine or (reporter.email or "").lower() != ascii_address(head.sender).lower():  # type: ignore[union-attr]
        return "not_theirs"
    words = own_words(incoming.text)
    photo_ids, refused = mail_drafts.take_pictures(office, session, incoming.pictures, once=head.key, at=at)
    try:
        with session.begin_nested():
            cut = mail_drafts.cut(words)
            following.tell_more(
                session, report, words=cut, photo_ids=tuple(photo_ids), key=f"mail:{head.key[:40]}", at=at
            )
    except DomainError:
        return "not_added"
    mail_drafts.note_rest(session, report, office.rules, words, [*incoming.left_out, *refused], at=at)
    return None


def _by_mail(session: Session, message_ids: tuple[str, ...]) -> int | None:
    """By the Message-ID of a mail of ours to a reporter or a unit, or of a mail of theirs that became a report."""
    if not message_ids:
        return None
    ours = [one for one in message_ids if one.endswith("@gatami")]
    if ours:
        told = select(Notification.report_id).where(Notification.message_id.in_(ours)).limit(1)
        sent = (
            select(Forwarding.report_id).join(Delivery, Delivery.forwarding_id == Forwarding.id)
            .where(Delivery.message_id.in_(ours)).limit(1)
        )  # fmt: skip
        found = session.scalar(told) or session.scalar(sent)
        if found is not None:
            return found
    keys = [key_of(one) for one in message_ids]
    earlier = select(IncomingMail.report_id).where(IncomingMail.key.in_(keys), IncomingMail.report_id.is_not(None))
    return session.scalar(earlier.order_by(IncomingMail.id.desc()).limit(1))
