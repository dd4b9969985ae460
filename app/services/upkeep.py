"""What is swept away when its time is over, and the map's counts folded together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, Delete, case, delete, select, text

from app.db import transaction
from app.models import IdempotencyKey, LimitBucket, Photo, RegisterAnswer, SignInAttempt, StaffSession, Support
from app.services.figures import count_figures
from app.services.looking_up import KEPT_FOR
from app.services.written import LONGEST_WAIT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.office import Office

ONE_DAY = timedelta(hours=24)
# A phone may hold a report for weeks without knowing whether its first try came through; see services/reporting.py.
FORM_KEYS = "form:%"
SIGN_IN_ATTEMPTS = timedelta(hours=1)
# Over sessions stay a while, so that "when was I signed in" can be answered.
SESSIONS = timedelta(days=30)
ENDED_SUPPORTS = timedelta(days=7)
# Looking at every file on the disk is for the night (UTC).
FILES_AT_HOUR = 2

# Changes of transactions that still run are not seen here, so they stay for the next time. What is folded
# stands for each category and, under the code '', for all of them together; level 0 is the map's version.
FOLD = text("""
    WITH changes AS (DELETE FROM map_tally WHERE NOT folded RETURNING *), sums AS (
        SELECT level, cx, cy, category_code, is_open,
               sum(n) AS n, sum(lon_e6) AS lon_e6, sum(lat_e6) AS lat_e6
        FROM changes GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT level, cx, cy, '', is_open, sum(n), sum(lon_e6), sum(lat_e6)
        FROM changes WHERE level > 0 GROUP BY 1, 2, 3, 5
    )
    INSERT INTO map_tally AS tally (level, cx, cy, category_code, is_open, n, lon_e6, lat_e6, folded)
    SELECT level, cx, cy, category_code, is_open, n, lon_e6, lat_e6, true FROM sums
    ON CONFLICT (level, category_code, is_open, cx, cy) WHERE folded DO UPDATE
    SET n = tally.n + excluded.n,
        lon_e6 = tally.lon_e6 + excluded.lon_e6, lat_e6 = tally.lat_e6 + excluded.lat_e6
""")


@dataclass(frozen=True)
class Swept:
    """How many rows of each kind went, and how many files without a row."""

    keys: int
    photos: int
    attempts: int
    sessions: int
    files: int
    answers: int
    buckets: int


def sweep(office: Office) -> Swept:
    """Each kind in a transaction of its own; safe to run at any time."""
    now = office.clock()
    with transaction(office.session_factory) as session:
        keys = _delete(session, _old_keys(now))
        attempts = _delete(session, delete(SignInAttempt).where(SignInAttempt.at < now - SIGN_IN_ATTEMPTS))
        # Whoever has sent nothing for a day has a full bucket again, and a full bucket is as good as none.
        buckets = _delete(session, delete(LimitBucket).where(LimitBucket.at < now - ONE_DAY))
        sessions = _delete(session, delete(StaffSession).where(StaffSession.expires_at < now - SESSIONS))
        # Taken back, or corrected: the address stayed only for the button in the day's mail to it.
        session.execute(delete(Support).where(Support.email.is_not(None), Support.ended_at < now - ENDED_SUPPORTS))
        answers = _delete(session, delete(RegisterAnswer).where(RegisterAnswer.asked_at < now - KEPT_FOR))
    photos = _sweep_photos(office, now=now)
    files = _sweep_files(office, now=now) if now.hour == FILES_AT_HOUR else 0
    fold_tallies(office)
    with transaction(office.session_factory) as session:
        count_figures(session, at=now)
    return Swept(
        keys=keys, photos=photos, attempts=attempts, sessions=sessions, files=files, answers=answers, buckets=buckets
    )


def fold_tallies(office: Office) -> None:
    """The map's rows of changes become one row a cell; only one worker folds at a time."""
    with transaction(office.session_factory) as session:
        if session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('fold map_tally'))")):
            session.execute(FOLD)


def _old_keys(now: datetime) -> Delete:
    """Programs' keys stay for 24 hours, forms' for as long as a phone keeps a report, and a day more."""
    of_form = IdempotencyKey.key.like(FORM_KEYS)
    limit = case((of_form, now - LONGEST_WAIT - ONE_DAY), else_=now - ONE_DAY)
    return delete(IdempotencyKey).where(IdempotencyKey.created_at < limit)


def _delete(session: Session, statement: Delete) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _sweep_photos(office: Office, *, now: datetime) -> int:
    """Photos of forms that were never sent: the row first, because bytes without a row are swept anyway."""
    unused = delete(Photo).where(Photo.report_id.is_(None), Photo.stop_id.is_(None), Photo.created_at < now - ONE_DAY)
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
