"""Who should have it: units and categories to choose from, and what may be called back (desk/_decide_unit.html)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.models import Forwarding, Report, ReportStatus, Update, UpdateKind
from app.queries.desk_report import latest_forwarding
from app.routing import Category, Unit
from app.services import authority_letter, refiling
from app.services.proposing import would_propose
from app.web.desk_parts.choices import category_options, unit_options
from app.web.desk_parts.seen import Seen

# How long what was changed stands on top of the decisions.
FRESH = timedelta(minutes=5)
_CHANGES = {UpdateKind.CATEGORY_CHANGED, UpdateKind.PLACED, UpdateKind.LOOKED_UP}

_MOVED = {UpdateKind.PLACED.value, UpdateKind.LOOKED_UP.value}
_DECIDED = {UpdateKind.FORWARDED.value, UpdateKind.REFERRED.value}


def context(seen: Seen) -> dict[str, Any]:
    """What the forms about unit, category and place show."""
    rules, report, lang = seen.rules, seen.report, seen.lang
    return {
        "units": unit_options(report, rules, lang=lang),
        "informable": [
            (one.code, one.name(lang)) for one in rules.units.values() if one.code != report.unit_code and not one.desk
        ],
        "outside_units": [(one.code, one.name(lang)) for one in rules.units.values() if one.outside],
        "letter_units": [one.code for one in authority_letter.with_letters(rules)],
        "categories": category_options(rules, lang=lang),
        "callable_back": _callable_back(report) if seen.alone else [],
        "just_changed": _just_changed(seen),
        "other_unit": _other_unit(seen),
        "moment": datetime.fromisoformat,
        "asked_of": lambda code: asked_of(report, rules.categories.get(code)),
    }


def asked_of(report: Report, category: Category | None) -> dict[str, Any]:
    """The questions of another category to which the report holds no answer."""
    if category is None or category.code == report.category_code:
        return {"asked": [], "asked_category": category}
    codes = refiling.open_questions(category, report.answers)
    return {"asked": [category.question(code) for code in codes], "asked_category": category}


def _callable_back(report: Report) -> list[Forwarding]:
    """The unit responsible first, then those that were told for information."""
    responsible = latest_forwarding(report)
    told = [one for one in report.forwardings if one.for_information and one.undone_at is None]
    return [*([responsible] if responsible else []), *told]


def _other_unit(seen: Seen) -> Unit | None:
    """The unit that the rules propose now, where another has the report and its place was changed since."""
    report, kinds = seen.report, [line.update for line in seen.view.lines]
    if report.status == ReportStatus.NEW or not report.is_open:
        return None
    decided = max((one.id for one in kinds if one.kind in _DECIDED), default=0)
    if not any(one.kind in _MOVED and one.id > decided for one in kinds):
        return None
    proposal = would_propose(report, seen.rules)
    return proposal.unit if proposal is not None and proposal.unit.code != report.unit_code else None


def _just_changed(seen: Seen) -> Update | None:
    """The last line of history, where it says that a fact of the report is another since a moment ago."""
    last = seen.view.lines[-1].update if seen.view.lines else None
    if last is None or last.kind not in _CHANGES or seen.at - last.at > FRESH:
        return None
    return last if last.data else None
