"""Who should have it: units and categories to choose from, and what may be called back (desk/_decide_unit.html)."""

from __future__ import annotations

from typing import Any

from app.queries.desk_report import latest_forwarding
from app.web.desk_parts.choices import category_options, unit_options
from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:
    """What the forms about unit, category and place show."""
    rules, report, lang = seen.rules, seen.report, seen.lang
    return {
        "units": unit_options(report, rules, lang=lang),
        "outside_units": [(one.code, one.name(lang)) for one in rules.units.values() if one.outside],
        "categories": category_options(rules, lang=lang),
        "callable_back": latest_forwarding(report) if seen.alone else None,
    }
