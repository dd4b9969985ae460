"""Reports for a spreadsheet: UTF-8 with its mark, semicolons as Norwegian Excel expects, no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from app.errors import N_
from app.models import Report
from app.routing import Rules
from app.text import OWNER_WORDS, PEOPLES_ZONE, show_due, status_word, translate

STANDS_STILL = N_("Waits for the reporter, the date stands still")

BYTE_ORDER_MARK = "\ufeff"
_COLUMNS = (
    N_("Reference"),
    N_("Category"),
    N_("Status"),
    N_("Unit"),
    N_("Received"),
    N_("Due"),
    N_("Closed"),
    N_("Address"),
    N_("Latitude"),
    N_("Longitude"),
    N_("Nearest address"),
    N_("Road"),
    N_("Owner of the road"),
    N_("Owner of the lamp"),
    N_("Channel"),
    N_("Time left"),
    N_("First answer by"),
    N_("First answer"),
    N_("Interim reply by"),
    N_("Others who reported the same"),
    N_("Text"),
)
_CONTACT_COLUMNS = (N_("Name"), N_("E-mail"), N_("Phone"))
# A cell that begins like this is worked out by a spreadsheet instead of shown.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def lines(reports: Iterable[Report], rules: Rules, *, lang: str, contacts: bool, at: datetime) -> Iterator[str]:
    """The file in pieces, one a report. Contact data only with `contacts`; `reporter` must then be loaded."""
    titles = [translate(title, lang) for title in (*_COLUMNS, *(_CONTACT_COLUMNS if contacts else ()))]
    yield BYTE_ORDER_MARK + line(titles)
    for report in reports:
        cells = _cells(report, rules, lang=lang, at=at)
        yield line([*cells, *_contact(report)] if contacts else cells)


def safe(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula; numbers of ours stay numbers."""
    if isinstance(value, (int, float)):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _cells(report: Report, rules: Rules, *, lang: str, at: datetime) -> list[Any]:
    category = rules.categories.get(report.category_code)
    unit = rules.units.get(report.unit_code or "")
    return [
        report.shown_reference,
        category.name(lang) if category else report.category_code,
        status_word(report.status, lang),
        unit.name(lang) if unit else report.unit_code,
        _moment(report.created_at),
        _moment(report.due_at),
        _moment(report.closed_at),
        report.address,
        report.lat,
        report.lon,
        report.nearest_address,
        report.road_ref,
        _owner(report.road_owner, lang),
        _owner(report.asset_owner, lang) if report.asset_id else "",
        report.channel,
        _time_left(report, lang, at),
        _moment(report.first_answer_due_at),
        _moment(report.first_answered_at),
        _moment(report.interim_due_at) if report.is_open else "",
        report.support_count,
        report.description,
    ]


def _time_left(report: Report, lang: str, at: datetime) -> str:
    """As the list shows it, in words."""
    if not report.is_open:
        return ""
    if report.waiting_since is not None:
        return translate(STANDS_STILL, lang)
    return show_due(report.due_at, lang, now=at) if report.due_at is not None else ""


def _owner(owner: str, lang: str) -> str:
    return translate(OWNER_WORDS.get(owner, owner), lang)


def _contact(report: Report) -> list[str | None]:
    reporter = report.reporter
    return [reporter.name, reporter.email, reporter.phone] if reporter is not None else [None, None, None]


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(PEOPLES_ZONE):%Y-%m-%d %H:%M}" if moment else ""


def line(cells: Iterable[object]) -> str:
    """One line of a file for a spreadsheet."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return text.getvalue()
