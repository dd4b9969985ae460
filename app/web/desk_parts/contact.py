"""Who reported it, and what else the same person has reported (desk/_contact.html)."""

from __future__ import annotations

from typing import Any

from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:
    """What the fragment shows."""
    return {"contact": seen.report.reporter if seen.staff.sees_contacts else None}
