"""When a report was written, where that was before it came: on a phone that had no network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# As long as phones keep reports, and as we keep the keys that make each of them one.
LONGEST_WAIT = timedelta(days=30)
# Clocks of phones are seldom further out than this.
CLOCKS_DIFFER = timedelta(minutes=5)
# For the desk: the time that the phone gave cannot be right.
WRONG_CLOCK = "phone_clock"


def read_moment(text: str) -> datetime | None:
    """The moment of an ISO text with its offset, in UTC; None for anything else: a report is not refused for it."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def believed(written_at: datetime | None, *, at: datetime) -> tuple[datetime | None, bool]:
    """What to store for a report that came at `at` (at most 30 days back, never ahead); was the clock wrong?

    None when it was written when it came.
    """
    if written_at is None:
        return None, False
    if written_at >= at:
        return None, written_at - at > CLOCKS_DIFFER
    earliest = at - LONGEST_WAIT
    return max(written_at, earliest), written_at < earliest - CLOCKS_DIFFER
