"""When it is due and what must be said by then (desk/_due.html, desk/_decide_due.html)."""

from __future__ import annotations

from typing import Any

from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:  # noqa: ARG001  (every part is asked in the same way)
    """Nothing beyond what the report itself says."""
    return {}
