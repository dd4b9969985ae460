"""What could not be delivered about the report, with what to do about it (desk/_undelivered.html)."""

from __future__ import annotations

from typing import Any

from app.delivery import in_words
from app.queries.stuck import stuck
from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:
    """Asks only where the report says that there is something."""
    found = stuck(seen.session, seen.report.id) if seen.view.undelivered else []
    return {"stuck": found, "why_stuck": lambda row: in_words(row.last_error, seen.lang)}
