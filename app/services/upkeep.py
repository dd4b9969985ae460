"""The worker's hourly round: what is over goes, and the counts of map and service are made anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from app.db import transaction
from app.models import Photo
from app.queries.archive import FOLD_WEEKS
from app.queries.channels import FOLD_CHANNELS
from app.services import digests, overdue_mails, releasing, retention
from app.services.figures import count_figures

if TYPE_CHECKING:
    from app.services.office import Office

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
    """How much of each kind went (see app/services/retention.py), and how many files without a row."""

    counts: dict[str, int]
    files: int


def sweep(office: Office) -> Swept:
    """Each part in transactions of its own; safe to run at any time."""
    now = office.clock()
    counts = retention.run(office)
    files = _sweep_files(office, now=now) if now.hour == FILES_AT_HOUR else 0
    fold_tallies(office)
    with transaction(office.session_factory) as session:
        digests.sweep(session, at=now)
        overdue_mails.sweep(session, at=now)
        releasing.discard_old(session, rules=office.rules, at=now)
        count_figures(session, at=now)
    return Swept(counts={kind: count for kind, count in counts.items() if count}, files=files)


def fold_tallies(office: Office) -> None:
    """Rows of changes become one a cell of the map, and one a week of the archive; only one worker folds at a time."""
    with transaction(office.session_factory) as session:
        if session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('fold map_tally'))")):
            session.execute(FOLD)
            session.execute(FOLD_WEEKS)
            session.execute(FOLD_CHANNELS)


def _sweep_files(office: Office, *, now: datetime) -> int:
    """Bytes whose row was never committed."""
    with transaction(office.session_factory) as session:
        known = {one for row in session.execute(select(Photo.id, Photo.original_id)) for one in row if one}
    return len(office.photos.sweep(known, now=now))
