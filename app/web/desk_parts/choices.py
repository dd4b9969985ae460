"""Lists to choose from on the desk's pages."""

from __future__ import annotations

from app.models import Report, ReportStatus
from app.routing import Rules


def unit_options(report: Report | None, rules: Rules, *, lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Units to choose from, our own first; never the desk itself, nor the one that has the report or is proposed."""
    skipped = (
        set()
        if report is None
        else {report.unit_code}
        if report.status != ReportStatus.NEW
        else {report.proposed_unit_code}
    )
    units = [unit for unit in rules.units.values() if unit.code not in skipped and not unit.desk]
    own = [(unit.code, unit.name(lang)) for unit in units if not unit.outside]
    outside = [(unit.code, unit.name(lang)) for unit in units if unit.outside]
    return [("own", own), ("outside", outside)]


def category_options(rules: Rules, *, lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(code, name)]) as a form's list of choices."""
    return [
        (group.name(lang), [(one.code, one.name(lang)) for one in rules.categories_in(group.code)])
        for group in rules.groups.values()
    ]
