"""Every place in which a report holds something about people, and how it goes: the one list for all who forget.

Two go through it: a person who has everything erased, and time (app/services/retention.py), which leaves what
everybody may read. Whoever adds a table or a column for people's words adds a line here; a test seeds a person
everywhere and looks for what is left.
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
from app.services.limits import counted_address

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.models import Actor
    from app.storage import PhotoStore

# What everybody may read now. Hidden and withdrawn reports are read by nobody, so nothing of them is on record.
_SHOWN = "NOT r.private AND r.hidden_at IS NULL AND r.status <> 'withdrawn'"
_WORDS_SHOWN = f"r.text_public AND r.words_withheld_at IS NULL AND {_SHOWN}"
# A chosen answer is kept with its option's code, which differs from what people read; a typed one is the same twice.
_CHOSEN = """
    jsonb_typeof(answer->'value') IN ('array', 'number', 'boolean') OR (answer->>'value') <> (answer->>'text')
"""
_IDS = "ANY(CAST(:ids AS bigint[]))"
HEX = "replace(gen_random_uuid()::text, '-', '')"
# Longer than any browser's mark, so that nobody has it, and that it is seen to be none.
_RANDOM = f"{HEX} || {HEX}"
NO_FINGERPRINT = "0" * 64


@dataclass(frozen=True)
class Trace:
    """One place; the statements give the reports in which something went. `by_time` None: the same as `at_wish`."""

    kind: str
    at_wish: str | None
    by_time: str | None = None

    def statement(self, *, at_wish: bool) -> str | None:
        """The one for this occasion."""
        return self.at_wish if at_wish else self.by_time or self.at_wish


# In the order in which they are said to people; PHOTOS stand apart, because their files go too.
TRACES = (
    Trace(
        "contact",
        f"""
        UPDATE reporter SET name = NULL, email = NULL, phone = NULL, language = :language, confirmed_at = NULL,
            stopped_at = NULL, bounced_at = NULL, erased_at = :at
        WHERE report_id = {_IDS} AND erased_at IS NULL RETURNING report_id
        """,
    ),
    Trace(
        "words",
        f"""
        UPDATE report SET description = NULL, masked_words = NULL, text_public = false, address = NULL
        WHERE id = {_IDS} AND (description IS NOT NULL OR address IS NOT NULL) RETURNING id
        """,
        f"""
        UPDATE report r SET description = NULL, masked_words = NULL, text_public = false, address = NULL
        WHERE id = {_IDS} AND (description IS NOT NULL OR address IS NOT NULL) AND NOT ({_WORDS_SHOWN}) RETURNING id
        """,
    ),
    Trace(
        # What others read stays as they read it; the words behind the bars go.
        "words",
        None,
        f"""
        UPDATE report r SET description = masked_words
        WHERE id = {_IDS} AND description <> masked_words AND {_WORDS_SHOWN} RETURNING id
        """,
    ),
    Trace(
        # Nobody else ever read what was typed there; an imported one came from a register.
        "words",
        None,
        f"""UPDATE report r SET address = NULL
        WHERE id = {_IDS} AND address IS NOT NULL AND source IS NULL AND {_WORDS_SHOWN} RETURNING id""",
    ),
    Trace(
        "answers",
        f"""
        UPDATE report SET answers = (
            SELECT coalesce(jsonb_agg(answer ORDER BY place) FILTER (WHERE {_CHOSEN}), '[]')
            FROM jsonb_array_elements(answers) WITH ORDINALITY AS given (answer, place)
        ) WHERE id = {_IDS} AND EXISTS (
            SELECT FROM jsonb_array_elements(answers) AS given (answer) WHERE ({_CHOSEN}) IS NOT TRUE
        ) RETURNING id
        """,
    ),
    Trace(
        "notes",
        f"""
        DELETE FROM note USING report_update u
        WHERE note.update_id = u.id AND u.report_id = {_IDS} AND (u.actor_kind NOT IN ('staff', 'contractor') OR NOT note.public)
        RETURNING u.report_id
        """,
    ),
    Trace(
        "stops",
        f"""
        UPDATE stop SET note = NULL FROM stop_report s
        WHERE s.stop_id = stop.id AND s.report_id = {_IDS} AND stop.note IS NOT NULL RETURNING s.report_id
        """,
    ),
    Trace(
        # What a crew wrote about it in the field, on whichever list.
        "stops",
        f"""
        UPDATE field_entry SET words = NULL FROM stop_report s
        WHERE s.stop_id = field_entry.stop_id AND s.report_id = {_IDS} AND words IS NOT NULL RETURNING s.report_id
        """,
    ),
    Trace(
        "stops",
        f"UPDATE field_entry SET words = NULL WHERE report_id = {_IDS} AND words IS NOT NULL RETURNING report_id",
    ),
    Trace(
        "rating",
        f"UPDATE rating SET words = NULL WHERE report_id = {_IDS} AND words IS NOT NULL RETURNING report_id",
    ),
    Trace(
        # A browser's own mark is the reporter's, the others are other people's and go when their time is over.
        "supports",
        f"UPDATE support SET key = {_RANDOM} WHERE report_id = {_IDS} AND own AND length(key) < 64 RETURNING report_id",
        f"""
        UPDATE support SET key = {_RANDOM}, email = NULL, confirmed_at = NULL, bounced_at = NULL, language = :language
        WHERE report_id = {_IDS} AND (email IS NOT NULL OR length(key) < 64) RETURNING report_id
        """,
    ),
    Trace(
        "mails",
        f"""
        UPDATE notification SET last_error = NULL, next_attempt_at = NULL, sent_to = NULL, former_email = NULL,
            state = CASE WHEN state IN ('pending', 'failed') THEN 'cancelled' ELSE state END
        WHERE report_id = {_IDS} AND support_id IS NULL AND (
            state IN ('pending', 'failed') OR last_error IS NOT NULL OR sent_to IS NOT NULL OR former_email IS NOT NULL
        ) RETURNING report_id
        """,
        f"DELETE FROM notification WHERE report_id = {_IDS} AND state <> 'sending' RETURNING report_id",
    ),
    Trace(
        # The key stays, so that a phone that sends the same form again brings nobody back.
        "keys",
        f"""
        UPDATE idempotency_key SET fingerprint = '{NO_FINGERPRINT}'
        WHERE report_id = {_IDS} AND fingerprint <> '{NO_FINGERPRINT}' RETURNING report_id
        """,
    ),
)
# What staff search by is made of all the others, so it goes at once and is made anew of what is left; nobody is told.
_SEARCHED = f"""
WITH gone AS (DELETE FROM staff_words WHERE report_id = {_IDS} RETURNING report_id)
INSERT INTO staff_words_due (report_id) SELECT report_id FROM gone
"""
PHOTOS_AT_WISH = f"DELETE FROM photo WHERE report_id = {_IDS} AND NOT by_crew RETURNING report_id, id, original_id"
PHOTOS_BY_TIME = f"""
DELETE FROM photo USING report r
WHERE photo.report_id = r.id AND r.id = {_IDS} AND NOT photo.by_crew
AND NOT (photo.public AND r.words_withheld_at IS NULL AND {_SHOWN})
RETURNING photo.report_id, photo.id, photo.original_id
"""
# Of a photo that stays: the one before parts of it were made unreadable. Two steps, because it gives the old number.
_ORIGINALS = f"SELECT original_id FROM photo WHERE report_id = {_IDS} AND original_id IS NOT NULL FOR UPDATE"
_DROP_ORIGINALS = f"UPDATE photo SET original_id = NULL WHERE report_id = {_IDS} AND original_id IS NOT NULL"
# Mails that came in: those about the report, and what an address of hers, which she confirmed, wrote besides. Their
# keys stay, so that no mail that is read again brings anybody back.
_EMPTY_MAILS = """
UPDATE incoming_mail SET sender = NULL, subject = NULL, body = NULL, raw = NULL, lat = NULL, lon = NULL,
    state = CASE WHEN state = 'waiting' THEN 'done' ELSE state END
"""
_MAILS_IN = f"{_EMPTY_MAILS} WHERE report_id = {_IDS}"
_MAILS_FROM = """
OR lower(sender) IN (
    SELECT lower(email) FROM reporter
    WHERE report_id = ANY(CAST(:ids AS bigint[])) AND email IS NOT NULL AND confirmed_at IS NOT NULL
)
"""
# Before anything goes: the names of mails that lie as files where no mail server is set.
_MAILS = f"""
SELECT message_id FROM notification WHERE report_id = {_IDS} AND support_id IS NULL
UNION ALL
SELECT message_id FROM delivery JOIN forwarding f ON f.id = forwarding_id WHERE f.report_id = {_IDS}
"""
_CONFIRMED = f"SELECT email FROM reporter WHERE report_id = {_IDS} AND email IS NOT NULL AND confirmed_at IS NOT NULL"
_MARK = f"UPDATE report SET forgotten_at = :at, version = version + 1 WHERE id = {_IDS}"
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
