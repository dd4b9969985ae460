"""The statuses of a report and the one table of what may follow what."""

from __future__ import annotations

from enum import StrEnum


class ReportStatus(StrEnum):
    """Where a report stands."""

    NEW = "new"
    FORWARDED = "forwarded"
    IN_PROGRESS = "in_progress"
    SCHEDULED = "scheduled"
    FIXED = "fixed"
    ANSWERED = "answered"
    REFERRED = "referred"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


S = ReportStatus
OPEN = frozenset({S.NEW, S.FORWARDED, S.IN_PROGRESS, S.SCHEDULED})
CLOSED = frozenset(ReportStatus) - OPEN
# The unit has it: what a crew can put on a route list, and what the unit's inbox shows.
AT_UNIT = frozenset({S.FORWARDED, S.IN_PROGRESS, S.SCHEDULED})

ALLOWED: dict[ReportStatus, frozenset[ReportStatus]] = {
    S.NEW: frozenset({S.FORWARDED}) | CLOSED,
    S.FORWARDED: frozenset({S.NEW, S.FORWARDED, S.IN_PROGRESS, S.SCHEDULED}) | CLOSED,
    S.IN_PROGRESS: frozenset({S.NEW, S.FORWARDED, S.SCHEDULED}) | CLOSED,
    S.SCHEDULED: frozenset({S.NEW, S.FORWARDED, S.IN_PROGRESS}) | CLOSED,
    **{closed: frozenset({S.NEW}) for closed in CLOSED},
}
