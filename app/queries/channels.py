"""How many reports came in by which channel, by month: maintained sums, so that the archive's size does not matter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

# In the order in which they are shown.
CHANNELS = ("web", "api", "phone", "counter", "email", "import")

_COUNTS = text("""
    SELECT month, channel, sum(n)::int FROM channel_tally WHERE month >= :first
    GROUP BY month, channel HAVING sum(n) <> 0 ORDER BY month DESC
""")
# Changes of transactions that still run are not seen here, so they stay for the next time.
FOLD_CHANNELS = text("""
    WITH changes AS (DELETE FROM channel_tally WHERE NOT folded RETURNING *)
    INSERT INTO channel_tally AS tally (month, channel, n, folded)
    SELECT month, channel, sum(n), true FROM changes GROUP BY month, channel
    ON CONFLICT (month, channel) WHERE folded DO UPDATE SET n = tally.n + excluded.n
""")


@dataclass(frozen=True, slots=True)
class MonthCount:
    """What came in a month (its first day), by channel."""

    month: date
    by_channel: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many came in."""
        return self.by_channel.total()

    def share(self, channel: str) -> int:
        """Per cent of the month's reports."""
        return round(100 * self.by_channel[channel] / self.total) if self.total else 0


def months(session: Session, *, first: date) -> list[MonthCount]:
    """Newest first, from the month of `first`; months in which nothing came are left out."""
    found: dict[date, MonthCount] = {}
    for month, channel, n in session.execute(_COUNTS, {"first": first.replace(day=1)}):
        found.setdefault(month, MonthCount(month)).by_channel[channel] += n
    return list(found.values())


def used(counts: Iterable[MonthCount]) -> list[str]:
    """The channels to show: all of ours, and others that came from elsewhere."""
    seen = {channel for one in counts for channel, n in one.by_channel.items() if n}
    ours = [channel for channel in CHANNELS if channel != "import" or channel in seen]
    return [*ours, *sorted(seen - set(CHANNELS))]
