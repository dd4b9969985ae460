"""Mails become reports: from a mailbox or a pipe, each once, whatever stands in it and whatever stops in between.

A mail that cannot become a report, or should not by itself, waits for the desk with a reason. Nothing is answered
but by the receipt of a report, so no loop can begin.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from email.utils import parseaddr
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError

from app.db import transaction
from app.delivery.bounce import read_bounce
from app.delivery.incoming import Head, Incoming, UnreadableMailError, read_head, read_mail
from app.models import IncomingMail, MailState
from app.models.address import ascii_address
from app.services import bounces, mail_drafts, mail_threads
from app.services.drafts import ReporterDraft, check_reporter
from app.services.limits import counted_address, take_now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.services.office import Office
    from app.settings import Settings

log = logging.getLogger(__name__)

# A mail that ends the process each time it is read is not read a fourth time.
MOST_ATTEMPTS = 3
MOST_KEPT_BYTES = 1_000_000
MOST_KEPT_TEXT = 20_000


class Outcome(StrEnum):
    """What became of a mail."""

    REPORT = "report"
    ADDITION = "addition"
    WAITING = "waiting for the desk"
    LEFT_OUT = "left out"
    BOUNCE = "bounce"
    ALREADY = "already read"


@dataclass(frozen=True, slots=True)
class Mail:
    """A raw message, or its beginning where `size` (bytes) is more. `envelope_sender`: as the mail server says."""

    data: bytes
    size: int
    envelope_sender: str | None = None


def take_in(office: Office, mail: Mail) -> Outcome:
    """Take one mail in, in transactions of its own; safe to repeat after a crash, and when it comes twice.

    Raises when the database or the disk does not answer: the mail must then be kept where it is and tried again. The
    attempts are counted, and after the last one it waits for the desk.
    """
    at = office.clock()
    head = read_head(mail.data, envelope_sender=mail.envelope_sender)
    attempts = _begin(office, head, mail, at=at)
    if attempts is None:
        return Outcome.ALREADY
    if attempts > MOST_ATTEMPTS:
        return _set_aside(office, head, mail, "broke")
    try:
        return _read(office, head, mail, at=at)
    except (OperationalError, InterfaceError, OSError):
        raise  # A full disk or a database that is away has nothing to do with this mail.
    except Exception as error:  # noqa: BLE001  (whatever it stumbled over, the next mails must not wait for it)
        log.error("A mail could not be read: %s", type(error).__name__)  # noqa: TRY400  (its words would be in it)
        return _set_aside(office, head, mail, "unreadable" if not isinstance(error, DBAPIError) else "broke")


def _begin(office: Office, head: Head, mail: Mail, *, at: datetime) -> int | None:
    """How many times it was begun, this one included; None when it is done. Kept beside the rest, for a crash."""
    begun = insert(IncomingMail).values(
        key=head.key, received_at=at, state=MailState.READING.value, attempts=1, size=mail.size
    )
    again = begun.on_conflict_do_update(
        index_elements=["key"],
        set_={"attempts": IncomingMail.attempts + 1},
        where=IncomingMail.state == MailState.READING.value,
    )
    with transaction(office.session_factory) as session:
        return session.scalar(again.returning(IncomingMail.attempts))


def _read(office: Office, head: Head, mail: Mail, *, at: datetime) -> Outcome:
    settings = office.settings
    if mail.size > len(mail.data):
        return _set_aside(office, head, mail, "too_big")
    bounce = read_bounce(mail.data)
    if bounce is not None:
        with transaction(office.session_factory) as session:
            bounces.take_in(session, bounce, settings=settings, secret=office.secret, at=at)
            _row(session, head).empty(MailState.LEFT_OUT)
        return Outcome.BOUNCE
    reason = _why_not(head, settings)
    try:
        incoming = read_mail(mail.data)
    except UnreadableMailError:
        return _set_aside(office, head, mail, "unreadable")
    with transaction(office.session_factory) as session:
        row = _row(session, head)
        if row.state != MailState.READING:  # Another process was at the same mail, and was first.
            return Outcome.ALREADY
        if reason is not None:
            return _leave_out(row, head, incoming, reason)
        return _make(office, session, row, head, incoming, mail, at=at)


def _make(
    office: Office, session: Session, row: IncomingMail, head: Head, incoming: Incoming, mail: Mail, *, at: datetime
) -> Outcome:
    """A report, an addition to one, or a mail that waits."""
    answered = mail_threads.answered(session, head)
    email = ascii_address(head.sender)
    waits = _must_wait(office, session, head, incoming, email, at=at)
    if waits is None and answered is not None:
        waits = mail_threads.add(office, session, answered, head, incoming, at=at)
        if waits is None:
            row.empty(MailState.ADDITION)
            row.report_id = answered.id
            return Outcome.ADDITION
    if waits is None:
        draft = mail_drafts.make(office, session, head, incoming, at=at)
        row.empty(MailState.REPORT)
        row.report_id = draft.report.id
        if draft.place is not None:
            row.lat, row.lon, row.place_from = draft.place
        return Outcome.REPORT
    _keep(row, head, incoming.text, raw=mail.data, reason=waits)
    row.report_id = answered.id if answered is not None else None
    return Outcome.WAITING


def _must_wait(
    office: Office, session: Session, head: Head, incoming: Incoming, email: str, *, at: datetime
) -> str | None:
    if not email or check_reporter(ReporterDraft(email=email)):
        return "no_sender"
    if not incoming.text.strip() and not incoming.pictures and not head.subject:
        return "empty"
    if not incoming.text.strip() and not incoming.pictures and incoming.left_out:
        return "no_words"
    most = office.settings.mailbox_mails_per_day
    code = hashlib.sha256(counted_address(email).encode()).hexdigest()[:40]
    if most and not take_now(session, f"mail:{code}", burst=most, per_hour=most / 24, at=at):
        return "too_many"
    return None


def _why_not(head: Head, settings: Settings) -> str | None:
    """Why nobody needs to look at it; None for what a person seems to have written to us."""
    return "own" if ascii_address(head.sender).lower() in own_addresses(settings) else head.automatic


def own_addresses(settings: Settings) -> set[str]:
    """Addresses that are ours: what comes from them we sent ourselves."""
    given = (settings.mail_from, settings.desk_email, settings.bounce_address or "", settings.mailbox_user or "")
    return {ascii_address(parseaddr(one)[1]).lower() for one in given if "@" in one}


def _leave_out(row: IncomingMail, head: Head, incoming: Incoming, reason: str) -> Outcome:
    _keep(row, head, incoming.text[:1000], raw=None, reason=reason)
    row.state = MailState.LEFT_OUT.value
    return Outcome.LEFT_OUT


def _set_aside(office: Office, head: Head, mail: Mail, reason: str) -> Outcome:
    """Kept for the desk as it came; of what is too large, the beginning."""
    raw = mail.data[:MOST_KEPT_BYTES] if reason == "too_big" else mail.data
    text = ""
    if reason == "too_big":
        try:
            text = read_mail(raw).text
        except UnreadableMailError:
            text = ""
    try:
        return _wait(office, head, text, raw=raw, size=mail.size, reason=reason)
    except DataError:  # Something in its head is no text for a database; the mail itself is kept as bytes.
        bare = replace(head, sender="", subject="")
        return _wait(office, bare, "", raw=raw, size=mail.size, reason=reason)


def _wait(office: Office, head: Head, text: str, *, raw: bytes, size: int, reason: str) -> Outcome:
    with transaction(office.session_factory) as session:
        row = _row(session, head)
        if row.state != MailState.READING:
            return Outcome.ALREADY
        _keep(row, head, text, raw=raw, reason=reason)
        row.size = size
    return Outcome.WAITING


def _keep(row: IncomingMail, head: Head, text: str, *, raw: bytes | None, reason: str) -> None:
    row.state, row.reason = MailState.WAITING.value, reason
    row.sender, row.subject = head.sender.replace("\x00", "") or None, head.subject.replace("\x00", "") or None
    row.body, row.raw = text[:MOST_KEPT_TEXT] or None, raw


def _row(session: Session, head: Head) -> IncomingMail:
    return session.scalars(select(IncomingMail).where(IncomingMail.key == head.key).with_for_update()).one()
