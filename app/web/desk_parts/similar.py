"""Likely duplicates, what has gone into the report, and the other reports at the place (desk/_similar.html)."""

from __future__ import annotations

from typing import Any

from app.queries import duplicates
from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:
    """`candidates`, the likeliest first; `parts`, the reports in this one; `others`, what else is at the place."""
    report = seen.report
    found = []
    if report.is_open:
        found = duplicates.candidates(seen.session, report, rules=seen.rules, staff=seen.staff)
    listed = {one.id for one in found}
    return {
        "candidates": found,
        "parts": duplicates.parts(seen.session, report) if seen.alone and report.support_count else [],
        "others_here": [one for one in seen.view.nearby if one.id not in listed],
    }
