"""Answers to our own mails: to which report they belong, and whether their sender may add to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.delivery.incoming import key_begins
from app.delivery.mail_text import own_words
from app.errors import DomainError
from app.models import Delivery, Forwarding, IncomingMail, Notification, Report
from app.models.address import ascii_address
from app.models.links import BounceKind, bounce_token, same, thread_root
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

    Only the report's own confirmed address may, and only with an answer to a mail that we sent there: anybody can
    write a sender into a mail, and a reference is no secret.
    """
    if not _is_theirs(session, report, head, secret=office.secret):
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


def _is_theirs(session: Session, report: Report, head: Head, *, secret: bytes) -> bool:
    reporter = report.reporter
    if reporter is None or reporter.email is None or reporter.confirmed_at is None:
        return False
    if reporter.email.lower() != ascii_address(head.sender).lower():
        return False
    # Both stand in our mails only, are made of a secret or of chance, and belong to one address.
    if any(same(one, thread_root(report, reporter.email, secret=secret)) for one in head.references):
        return True
    told = select(Notification.id, Notification.sent_to).where(
        Notification.message_id.in_(head.references),
        Notification.report_id == report.id,
        Notification.support_id.is_(None),
    )
    kind = BounceKind.NOTIFICATION.value
    return any(
        same(row.sent_to or "", bounce_token(kind, row.id, reporter.email, secret=secret))
        for row in session.execute(told)
    )


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
    begins = {key_begins(one) for one in message_ids}
    same_id = or_(*(IncomingMail.key.between(one.ljust(64, "0"), one.ljust(64, "f")) for one in begins))
    earlier = select(IncomingMail.report_id).where(same_id, IncomingMail.report_id.is_not(None))
    return session.scalar(earlier.order_by(IncomingMail.id.desc()).limit(1))
