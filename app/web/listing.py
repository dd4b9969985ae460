"""What the public lists share: where a report is in words, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.languages import translations
from app.routing import areas_at

if TYPE_CHECKING:
    from app.queries.public import ListedReport, Page
    from app.routing import Rules

SEARCHED_PER_PAGE = 50


def place_of(rules: Rules, report: ListedReport, lang: str) -> str:
    """Where it is in words: the address where the desk let it through, else the part of the municipality."""
    if report.address:
        return report.address
    here = areas_at(rules, report.lat, report.lon)
    name = next((area.name(lang) for code, area in rules.areas.items() if code in here), "")
    return name[:1].upper() + name[1:]


def counted(page: Page, lang: str) -> str:
    """How many there are, where the first page shows it; more are not counted, because that would take long."""
    number = len(page.reports)
    if not number:
        return ""
    say_many = translations(lang).ngettext
    if page.older is not None:
        return say_many("More than %(n)s report", "More than %(n)s reports", number) % {"n": number}
    return say_many("%(n)s report", "%(n)s reports", number) % {"n": number}
