"""How many reports came in and were closed, by week: maintained sums, and what is new as it lies there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.models import OPEN
from app.text import PEOPLES_ZONE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ENDED = "ended"
A_WEEK = timedelta(weeks=1)

# Folded rows are one for each week and status; rows of changes wait for the next folding. New reports are counted from
# the index on statuses: they are as many as the desk has not seen yet, whatever lies in the archive.
_COUNTS = text("""
    SELECT week, status, sum(n)::int FROM (
        SELECT week, status, n FROM week_tally WHERE folded AND week BETWEEN :first AND :last
        UNION ALL
        SELECT week, status, n FROM week_tally WHERE NOT folded AND week BETWEEN :first AND :last
        UNION ALL
        SELECT week_of(created_at), 'new', 1 FROM report r
        WHERE r.status = 'new' AND r.created_at >= :since AND r.created_at < :until
          AND r.lat IS NOT NULL AND NOT r.private AND r.hidden_at IS NULL
    ) counted GROUP BY week, status HAVING sum(n) <> 0
""")
# A week whose reports are all hidden by now still has its rows: they must add up to something.
_FIRST = text("""
    SELECT least(
        (SELECT min(week) FROM (SELECT week FROM week_tally WHERE status <> 'ended'
                                GROUP BY week HAVING sum(n) > 0) weeks),
        (SELECT week_of(created_at) FROM report r
         WHERE r.status = 'new' AND r.lat IS NOT NULL AND NOT r.private AND r.hidden_at IS NULL
         ORDER BY r.created_at, r.id LIMIT 1))
""")
# Changes of transactions that still run are not seen here, so they stay for the next time.
FOLD_WEEKS = text("""
    WITH changes AS (DELETE FROM week_tally WHERE NOT folded RETURNING *)
    INSERT INTO week_tally AS tally (week, status, n, folded)
    SELECT week, status, sum(n), true FROM changes GROUP BY week, status
    ON CONFLICT (week, status) WHERE folded DO UPDATE SET n = tally.n + excluded.n
""")


@dataclass(frozen=True, slots=True)
class WeekCount:
    """What came in from a Monday on, by what it is now, and how many were closed meanwhile, whenever they came in."""

    week: date
    by_status: Counter[str] = field(default_factory=Counter)
    ended: int = 0

    @property
    def received(self) -> int:
        """How many came in."""
        return self.by_status.total()

    @property
    def still_open(self) -> int:
        """How many of those that came in are open now."""
        return sum(number for status, number in self.by_status.items() if status in OPEN)


def week_counts(session: Session, first: date, last: date) -> dict[date, WeekCount]:
    """Each week with reports from the Monday `first` to the Monday `last`, both included."""
    values = {
        "first": first, "last": last, "since": beginning(first), "until": beginning(last + A_WEEK),
    }  # fmt: skip
    found: dict[date, WeekCount] = {}
    for week, status, number in session.execute(_COUNTS, values):
        known = found.setdefault(week, WeekCount(week))
        if status == ENDED:
            found[week] = WeekCount(week, known.by_status, number)
        else:
            known.by_status[status] += number
    return found


def first_week(session: Session) -> date | None:
    """The Monday of the first week with a public report; None when there is none."""
    found: date | None = session.scalar(_FIRST)
    return found


def beginning(monday: date) -> datetime:
    """When a week begins where people live."""
    return datetime.combine(monday, time(), tzinfo=PEOPLES_ZONE)
