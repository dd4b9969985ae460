"""Writes down, a moment after the reports, the words by which staff find them; see migration 0011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.office import Office

BATCH = 1000
# What others hold at this moment is left for the next time, so that nobody waits and nothing is locked crosswise.
_UNREAD = text("""
    SELECT id FROM report WHERE id IN (
        (SELECT report_id FROM staff_words_due ORDER BY id LIMIT :batch)
        UNION
        (SELECT r.id FROM report r
         WHERE r.status = 'new' AND NOT EXISTS (SELECT FROM staff_words w WHERE w.report_id = r.id) LIMIT :batch)
    ) ORDER BY id FOR KEY SHARE SKIP LOCKED
""")
_DONE = text("DELETE FROM staff_words_due WHERE report_id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)
# After the lines are taken: what is committed from here on has a line of its own again.
_WRITE = text("""
    INSERT INTO staff_words AS w (report_id, at, stems)
    SELECT r.id, r.created_at, staff_words_of(r) FROM report r WHERE r.id = ANY(:ids) ORDER BY r.id
    ON CONFLICT (report_id) DO UPDATE SET at = excluded.at, stems = excluded.stems
    WHERE (w.at, w.stems) IS DISTINCT FROM (excluded.at, excluded.stems)
""").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


def write_words(office: Office) -> int:
    """Everything that is new or has changed, in batches of their own transactions; how many reports."""
    written = 0
    while True:
        with transaction(office.session_factory) as session:
            # Two workers at once would only write the same twice.
            mine = session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('staff words'))"))
            batch = write_batch(session) if mine else 0
        written += batch
        if batch < BATCH:
            return written


def write_batch(session: Session) -> int:
    """At most about a thousand reports, in the caller's transaction."""
    ids = list(session.scalars(_UNREAD, {"batch": BATCH}))
    if ids:
        session.execute(_DONE, {"ids": ids})
        session.execute(_WRITE, {"ids": ids})
    return len(ids)
