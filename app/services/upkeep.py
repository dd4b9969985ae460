"""What is swept away when its time is over, and the map's counts folded together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, Delete, delete, select, text

from app.db import transaction
from app.models import IdempotencyKey, Photo, SignInAttempt, StaffSession

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.office import Office

ONE_DAY = timedelta(hours=24)
SIGN_IN_ATTEMPTS = timedelta(hours=1)
# Over sessions stay a while, so that "when was I signed in" can be answered.
SESSIONS = timedelta(days=30)
# Looking at every file on the disk is for the night (UTC).
FILES_AT_HOUR = 2

# Rows of transactions that still run are not seen here, so they stay for the next time.
_FOLD = text("""
    WITH crowded AS (
        SELECT level, cx, cy, category_code, is_open FROM map_tally
        GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1 OR sum(n) = 0
    ), gone AS (
        DELETE FROM map_tally t USING crowded c
        WHERE (t.level, t.cx, t.cy, t.category_code, t.is_open)
              = (c.level, c.cx, c.cy, c.category_code, c.is_open)
        RETURNING t.*
    )
    INSERT INTO map_tally (level, cx, cy, category_code, is_open, n)
    SELECT level, cx, cy, category_code, is_open, sum(n) FROM gone GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0
""")


@dataclass(frozen=True)
class Swept:
    """How many rows of each kind went, and how many files without a row."""

    keys: int
    photos: int
    attempts: int
    sessions: int
    files: int


def sweep(office: Office) -> Swept:
    """Each kind in a transaction of its own; safe to run at any time."""
    now = office.clock()
    with transaction(office.session_factory) as session:
        keys = _delete(session, delete(IdempotencyKey).where(IdempotencyKey.created_at < now - ONE_DAY))
        attempts = _delete(session, delete(SignInAttempt).where(SignInAttempt.at < now - SIGN_IN_ATTEMPTS))
        sessions = _delete(session, delete(StaffSession).where(StaffSession.expires_at < now - SESSIONS))
    photos = _sweep_photos(office, now=now)
    files = _sweep_files(office, now=now) if now.hour == FILES_AT_HOUR else 0
    fold_tallies(office)
    return Swept(keys=keys, photos=photos, attempts=attempts, sessions=sessions, files=files)


def fold_tallies(office: Office) -> None:
    """The map's rows of changes become one row a cell; only one worker folds at a time."""
    with transaction(office.session_factory) as session:
        if session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('fold map_tally'))")):
            session.execute(_FOLD)


def _delete(session: Session, statement: Delete) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _sweep_photos(office: Office, *, now: datetime) -> int:
    """Photos of forms that were never sent: the row first, because bytes without a row are swept anyway."""
    unused = delete(Photo).where(
        Photo.report_id.is_(None), Photo.stop_id.is_(None), Photo.created_at < now - ONE_DAY
    )
    with transaction(office.session_factory) as session:
        gone = list(session.scalars(unused.returning(Photo.id)))
    for photo_id in gone:
        office.photos.delete(photo_id)
    return len(gone)


def _sweep_files(office: Office, *, now: datetime) -> int:
    """Bytes whose row was never committed."""
    with transaction(office.session_factory) as session:
        known = set(session.scalars(select(Photo.id)))
    return len(office.photos.sweep(known, now=now))
