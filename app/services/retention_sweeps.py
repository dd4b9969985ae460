"""What goes when its time is over, as statements in batches: memory stays flat, and each batch is a transaction.

Whatever kills the program in the middle of it has deleted whole batches; the next run goes on with the rest. Rows that
somebody else holds at the moment are left for the next time.
"""

# ruff: noqa: S608  (the statements are put together of our own words; what people gave goes as parameters)

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, text

from app.db import transaction
from app.models import SYSTEM
from app.services import forgetting
from app.services.forgetting import Forgotten

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.office import Office

BATCH = 500
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Sweep:
    """One kind: how many are due (for a dry run), and one batch of it; `:before` is when its time was over."""

    count: Callable[[Office, datetime], int]
    batch: Callable[[Office, datetime, datetime], int]


def run(office: Office, sweep: Sweep, *, before: datetime, at: datetime) -> int:
    """Batch by batch until one is not full; gives how many went."""
    total = 0
    while (went := sweep.batch(office, before, at)) >= BATCH:
        total += went
    return total + went


def rows(table: str, key: str, due: str, *, sets: str = "", more: str = "") -> Sweep:
    """Rows of one table: deleted, or emptied by `sets`. `due` names what is over; all are words of our own."""
    chosen = f"SELECT {key} FROM {table} WHERE {due} LIMIT {BATCH} FOR UPDATE SKIP LOCKED"
    verb = f"UPDATE {table} SET {sets}" if sets else f"DELETE FROM {table}"
    statement = text(f"{verb} WHERE {key} IN ({chosen}){more}")
    counting = text(f"SELECT count(*) FROM {table} WHERE {due}")

    def batch(office: Office, before: datetime, at: datetime) -> int:  # noqa: ARG001  (the shape of a sweep)
        with transaction(office.session_factory) as session:
            return _changed(session, statement, {"before": before})

    return Sweep(_counted(counting), batch)


def _counted(statement: Any) -> Callable[[Office, datetime], int]:
    def count(office: Office, before: datetime) -> int:
        with transaction(office.session_factory) as session:
            return int(session.scalar(statement, {"before": before}) or 0)

    return count


def _changed(session: Session, statement: Any, given: Given) -> int:
    return cast("CursorResult[Any]", session.execute(statement, given)).rowcount


# Of a report that was opened and closed again since, the time begins anew.
_TO_FORGET = "closed_at < :before AND (forgotten_at IS NULL OR forgotten_at < closed_at)"
_FORGET = text(f"SELECT id FROM report WHERE {_TO_FORGET} ORDER BY closed_at LIMIT {BATCH} FOR UPDATE SKIP LOCKED")


def _forget(office: Office, before: datetime, at: datetime) -> int:
    with transaction(office.session_factory) as session:
        ids = list(session.scalars(_FORGET, {"before": before}))
        if ids:
            gone = forgetting.forget(session, ids, at_wish=False, actor=SYSTEM, at=at)
            forgetting.after_commit(session, photos=office.photos, gone=gone)
    return len(ids)


REPORTS = Sweep(_counted(text(f"SELECT count(*) FROM report WHERE {_TO_FORGET}")), _forget)

_HELD = """
    FROM photo JOIN report r ON r.id = photo.report_id
    WHERE photo.report_id IS NOT NULL AND NOT photo.public AND NOT photo.by_crew AND r.closed_at < :before
"""
_DROP_HELD = text(f"""
    DELETE FROM photo WHERE id IN (
        SELECT photo.id {_HELD} LIMIT {BATCH} FOR UPDATE OF photo SKIP LOCKED
    ) RETURNING id, original_id, report_id
""")


def _drop_held(office: Office, before: datetime, at: datetime) -> int:
    with transaction(office.session_factory) as session:
        dropped = session.execute(_DROP_HELD, {"before": before}).all()
        gone = Forgotten(photo_ids=[one for row in dropped for one in (row.id, row.original_id) if one is not None])
        forgetting.after_commit(session, photos=office.photos, gone=gone)
        ids = sorted({row.report_id for row in dropped})
        forgetting.tell(session, ids, actor=SYSTEM, at=at, why="time", what="photos")
    return len(dropped)


HELD_PHOTOS = Sweep(_counted(text(f"SELECT count(*) {_HELD}")), _drop_held)

_ORIGINAL = """
    FROM photo JOIN report r ON r.id = photo.report_id WHERE photo.original_id IS NOT NULL AND r.closed_at < :before
"""
_CHOOSE_ORIGINALS = text(f"""
    SELECT photo.id, photo.original_id {_ORIGINAL} LIMIT {BATCH} FOR UPDATE OF photo SKIP LOCKED
""")
_DROP_ORIGINALS = text("UPDATE photo SET original_id = NULL WHERE id = ANY(CAST(:ids AS uuid[]))")


def _drop_originals(office: Office, before: datetime, at: datetime) -> int:  # noqa: ARG001  (the shape of a sweep)
    with transaction(office.session_factory) as session:
        chosen = session.execute(_CHOOSE_ORIGINALS, {"before": before}).all()
        session.execute(_DROP_ORIGINALS, {"ids": [row.id for row in chosen]})
        gone = Forgotten(photo_ids=[row.original_id for row in chosen])
        forgetting.after_commit(session, photos=office.photos, gone=gone)
    return len(chosen)


# Photos of which parts were made unreadable, as they were before.
ORIGINALS = Sweep(_counted(text(f"SELECT count(*) {_ORIGINAL}")), _drop_originals)

_UNSENT = "report_id IS NULL AND stop_id IS NULL AND created_at < :before"
_DROP_UNSENT = text(f"""
    DELETE FROM photo WHERE id IN (
        SELECT id FROM photo WHERE {_UNSENT} LIMIT {BATCH} FOR UPDATE SKIP LOCKED
    ) RETURNING id
""")


def _drop_unsent(office: Office, before: datetime, at: datetime) -> int:  # noqa: ARG001  (the shape of a sweep)
    """The row first, because bytes without a row are swept anyway."""
    with transaction(office.session_factory) as session:
        gone = Forgotten(photo_ids=list(session.scalars(_DROP_UNSENT, {"before": before})))
        forgetting.after_commit(session, photos=office.photos, gone=gone)
    return len(gone.photo_ids)


UNSENT_PHOTOS = Sweep(_counted(text(f"SELECT count(*) FROM photo WHERE {_UNSENT}")), _drop_unsent)


def _old_mails(office: Office, before: datetime) -> list[Any]:
    folder = office.settings.mail_dir
    found = folder.glob("*") if folder.is_dir() else ()
    return [path for path in found if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before]


def _drop_mails(office: Office, before: datetime, at: datetime) -> int:  # noqa: ARG001  (the shape of a sweep)
    old = _old_mails(office, before)
    for path in old[:BATCH]:
        path.unlink(missing_ok=True)
    return min(len(old), BATCH)


MAIL_FILES = Sweep(lambda office, before: len(_old_mails(office, before)), _drop_mails)

_MAY_GO = text("SELECT set_config('gatami.history_may_go', 'yes', true)")
_OLD_SIGHTS = text(
    f"DELETE FROM report_sight WHERE id IN (SELECT id FROM report_sight WHERE at < :before LIMIT {BATCH})"
)


def _drop_sights(office: Office, before: datetime, at: datetime) -> int:  # noqa: ARG001  (the shape of a sweep)
    """The one end of history rows that the database allows, for this transaction."""
    with transaction(office.session_factory) as session:
        session.execute(_MAY_GO)
        return _changed(session, _OLD_SIGHTS, {"before": before})


SIGHTS = Sweep(_counted(text("SELECT count(*) FROM report_sight WHERE at < :before")), _drop_sights)
# A newer receipt was sent to an address that was given later than the report.
UNCONFIRMED = rows(
    "reporter",
    "id",
    """
    email IS NOT NULL AND confirmed_at IS NULL
    AND EXISTS (SELECT FROM report r WHERE r.id = report_id AND r.created_at < :before)
    AND NOT EXISTS (
        SELECT FROM notification n WHERE n.report_id = reporter.report_id AND n.kind = 'receipt'
        AND n.support_id IS NULL AND n.created_at >= :before
    )
    """,
    sets="email = NULL, stopped_at = NULL, bounced_at = NULL",
)
UNCONFIRMED_SUPPORTS = rows(
    "support",
    "id",
    "email IS NOT NULL AND confirmed_at IS NULL AND ended_at IS NULL AND coalesce(asked_at, created_at) < :before",
    sets="email = NULL, bounced_at = NULL",
)
# Taken back, or corrected: the address stayed only for the button in the day's mail to it.
ENDED_SUPPORTS = rows("support", "id", "email IS NOT NULL AND ended_at < :before")
UNCONFIRMED_FOLLOWS = rows("place_follow", "id", "confirmed_at IS NULL AND asked_at < :before")
ENDED_FOLLOWS = rows("place_follow", "id", "ended_at < :before")
DEAD_FOLLOWS = rows("place_follow", "id", "bounced_at < :before")
LINKS = rows("resident_link", "id", "created_at < :before AND state <> 'sending'")
# `mine_days` decides when a session ends; a browser that was signed in under a longer setting is signed out by it too.
RESIDENTS = rows("resident_session", "token_hash", "created_at < :before")
PLACE_MAILS = rows("place_mail", "id", "created_at < :before AND state <> 'pending'")
PLACE_EVENTS = rows("place_event", "id", "at < :before")
# A phone may hold a report for weeks without knowing whether its first try came through; see services/reporting.py.
FORM_KEYS = rows("idempotency_key", "key", "key LIKE 'form:%' AND created_at < :before")
KEYS = rows("idempotency_key", "key", "key NOT LIKE 'form:%' AND created_at < :before")
MAILS_IN = rows("incoming_mail", "id", "received_at < :before")
# Those of a report go with it. A tap may come after its round was closed; a round that nobody closed is over too.
FIELD_WORDS = rows(
    "field_entry",
    "id",
    """
    words IS NOT NULL AND report_id IS NULL
    AND NOT EXISTS (SELECT FROM stop_report s WHERE s.stop_id = field_entry.stop_id)
    AND greatest(received_at, (SELECT closed_at FROM route_list l WHERE l.id = route_list_id)) < :before
    """,
    sets="words = NULL",
)
# Whoever has sent nothing for a day has a full bucket again, and a full bucket is as good as none.
BUCKETS = rows("limit_bucket", "key", "at < :before")
ATTEMPTS = rows("sign_in_attempt", "id", "at < :before")
SESSIONS = rows("staff_session", "token_hash", "expires_at < :before")
ANSWERS = rows("register_answer", "ctid", "asked_at < :before")
