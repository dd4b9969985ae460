"""Taking people out of reports, wherever something about them is kept: app/services/forgetting_traces.py says where.

Two go through it: a person who has everything erased, and time (app/services/retention.py), which leaves what
everybody may read.
"""

# ruff: noqa: S608  (the statements are put together of our own words; what people gave goes as parameters)

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import event, text

from app.models import UpdateKind
from app.models.address import ascii_address
from app.services.forgetting_traces import IDS, SHOWN, TRACES
from app.services.limits import counted_address

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.models import Actor
    from app.storage import PhotoStore

# What staff search by is made of all the others, so it goes at once and is made anew of what is left; nobody is told.
_SEARCHED = f"""
WITH gone AS (DELETE FROM staff_words WHERE report_id = {IDS} RETURNING report_id)
INSERT INTO staff_words_due (report_id) SELECT report_id FROM gone
"""
PHOTOS_AT_WISH = f"DELETE FROM photo WHERE report_id = {IDS} AND NOT by_crew RETURNING report_id, id, original_id"
PHOTOS_BY_TIME = f"""
DELETE FROM photo USING report r
WHERE photo.report_id = r.id AND r.id = {IDS} AND NOT photo.by_crew
AND NOT (photo.public AND r.words_withheld_at IS NULL AND {SHOWN})
RETURNING photo.report_id, photo.id, photo.original_id
"""
# Of a photo that stays: the one before parts of it were made unreadable. Two steps, because it gives the old number.
_ORIGINALS = f"SELECT original_id FROM photo WHERE report_id = {IDS} AND original_id IS NOT NULL FOR UPDATE"
_DROP_ORIGINALS = f"UPDATE photo SET original_id = NULL WHERE report_id = {IDS} AND original_id IS NOT NULL"
# Mails that came in: those about the report, and what an address of hers, which she confirmed, wrote besides. Their
# keys stay, so that no mail that is read again brings anybody back.
_EMPTY_MAILS = """
UPDATE incoming_mail SET sender = NULL, subject = NULL, body = NULL, raw = NULL, lat = NULL, lon = NULL,
    state = CASE WHEN state = 'waiting' THEN 'done' ELSE state END
"""
_MAILS_IN = f"{_EMPTY_MAILS} WHERE report_id = {IDS}"
_MAILS_FROM = """
OR lower(sender) IN (
    SELECT lower(email) FROM reporter
    WHERE report_id = ANY(CAST(:ids AS bigint[])) AND email IS NOT NULL AND confirmed_at IS NOT NULL
)
"""
# Before anything goes: the names of mails that lie as files where no mail server is set.
_MAILS = f"""
SELECT message_id FROM notification WHERE report_id = {IDS} AND support_id IS NULL
UNION ALL
SELECT message_id FROM delivery JOIN forwarding f ON f.id = forwarding_id WHERE f.report_id = {IDS}
"""
_CONFIRMED = f"SELECT email FROM reporter WHERE report_id = {IDS} AND email IS NOT NULL AND confirmed_at IS NOT NULL"
_MARK = f"UPDATE report SET forgotten_at = :at, version = version + 1 WHERE id = {IDS}"
_TELL = """
INSERT INTO report_update (report_id, at, kind, actor_kind, staff_id, public, data)
VALUES (:report_id, :at, :kind, :actor_kind, :staff_id, false, CAST(:data AS jsonb))
"""
# A report that begins anew speaks the municipality's language; which one somebody chose can tell who it was.
NO_LANGUAGE = "nb"


@dataclass
class Forgotten:
    """What went: how many reports had something of each kind, and the names of the files that go with the rows."""

    counts: Counter[str] = field(default_factory=Counter)
    report_ids: set[int] = field(default_factory=set)
    photo_ids: list[uuid.UUID] = field(default_factory=list)
    message_ids: list[str] = field(default_factory=list)

    def note(self, kind: str, ids: Iterable[int]) -> None:
        """So many reports had something of this kind."""
        found = set(ids)
        if found:
            self.counts[kind] += len(found)
            self.report_ids |= found


# Words about a person are the one part of the history of a report that the database lets go.
_HISTORY_MAY_GO = text("SELECT set_config('gatami.history_may_go', :may, true)")


def forget(session: Session, ids: Sequence[int], *, at_wish: bool, actor: Actor, at: datetime) -> Forgotten:
    """Take people out of these reports, whose rows the caller has locked; each gets a line of history.

    `at_wish`: everything; else what everybody may read stays. A report in which nothing was left gets no line, but
    for one that a person asked for.
    """
    session.flush()
    given = {"ids": list(ids), "at": at, "language": NO_LANGUAGE}
    gone = Forgotten(message_ids=list(session.scalars(text(_MAILS), given)))
    session.execute(text(f"{_MAILS_IN} {_MAILS_FROM if at_wish else ''}"), given)
    if at_wish:
        free_mailboxes(session, session.scalars(text(_CONFIRMED), given))
    session.execute(_HISTORY_MAY_GO, {"may": "yes"})
    for trace in TRACES:
        statement = trace.statement(at_wish=at_wish)
        if statement is not None:
            gone.note(trace.kind, session.scalars(text(statement), given))
    session.execute(_HISTORY_MAY_GO, {"may": "no"})
    photos = session.execute(text(PHOTOS_AT_WISH if at_wish else PHOTOS_BY_TIME), given).all()
    gone.note("photos", [row.report_id for row in photos])
    gone.photo_ids = [one for row in photos for one in (row.id, row.original_id) if one is not None]
    gone.photo_ids += session.scalars(text(_ORIGINALS), given).all()
    session.execute(text(_DROP_ORIGINALS), given)
    session.execute(text(_SEARCHED), given)
    session.execute(text(_MARK), given)
    tell(session, ids if at_wish else sorted(gone.report_ids), actor=actor, at=at, why="wish" if at_wish else "time")
    return gone


def tell(session: Session, ids: Iterable[int], *, actor: Actor, at: datetime, **data: object) -> None:
    """A line of history in each: personal data were deleted, by whose hand, and nothing about them."""
    said: dict[str, Any] = {
        "at": at,
        "kind": UpdateKind.ERASED.value,
        "actor_kind": actor.kind.value,
        "staff_id": actor.staff_id,
        "data": orjson.dumps(data).decode(),
    }
    lines = [{"report_id": report_id, **said} for report_id in ids]
    if lines:
        session.execute(text(_TELL), lines)


def empty_mails_from(session: Session, email: str) -> None:
    """Mails that came in from an address whose owner is signed in by it."""
    spelled = {"email": ascii_address(email).lower()}
    session.execute(text(f"{_EMPTY_MAILS} WHERE lower(sender) = :email"), spelled)


def free_mailboxes(session: Session, emails: Iterable[str]) -> None:
    """The day's turn of an address to be written to is kept under a code that whoever knows the address can make.

    Only for addresses that their owners confirmed: else reporting and erasing by turns would fill a stranger's mailbox.
    """
    for email in emails:
        code = hashlib.sha256(counted_address(email).encode()).hexdigest()[:40]
        # Whatever the turn was for stands before the colon.
        session.execute(text("DELETE FROM limit_bucket WHERE key LIKE '%:' || :code"), {"code": code})


def after_commit(session: Session, *, photos: PhotoStore, gone: Forgotten, mail_dir: Path | None = None) -> None:
    """The files go when the rows are gone for certain; what a crash leaves is swept at night."""

    def delete_files(_: Session) -> None:
        for photo_id in gone.photo_ids:
            photos.delete(photo_id)
        if mail_dir is not None:
            for message_id in gone.message_ids:
                (mail_dir / mail_file(message_id)).unlink(missing_ok=True)

    event.listen(session, "after_commit", delete_files, once=True)


def mail_file(message_id: str) -> str:
    """As app/delivery/smtp.py names it."""
    return f"{message_id.replace('/', '_')}.eml"
