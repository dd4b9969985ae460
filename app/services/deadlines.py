"""The dates of a report, from the rules file: a first answer, the next words to the reporter, and done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models.deadlines import Calendar
from app.routing.summer import counted_from

if TYPE_CHECKING:
    from datetime import datetime

    from app.db import SessionFactory
    from app.models import Report
    from app.routing import Category, Rules
    from app.routing.catalogue import Municipality


def calendar_of(home: Municipality) -> Calendar:
    """The municipality's clock and holidays."""
    return Calendar(home.country, home.region, home.timezone)


def counting_by(rules: Rules, factory: SessionFactory) -> SessionFactory:
    """The factory, whose sessions count a report's days by the municipality's calendar (see report_deadlines.py).

    Another country in the rules file counts from the next start on.
    """
    factory.configure(info={"calendar": calendar_of(rules.municipality)})
    return factory


def promise(report: Report, category: Category, rules: Rules, *, at: datetime, outside: bool = False) -> None:
    """Write the dates as counted from `at`, or from when it was opened again; nobody outside is told by when.

    They are written down with the report, so that a later change of the rules file moves no promise. A day that
    somebody set for this kind of report stays, and so does the time by which the next words are due after the last.
    """
    home = rules.municipality
    calendar, at = calendar_of(home), max(at, report.counted_from or at)
    days = None if outside else category.days_to_due
    if report.due_set_at is None:
        # A dark lamp in summer light waits for the autumn; whoever reported it is told so.
        since = counted_from(rules, category.code, report.answers or [], at=at)
        report.due_at = calendar.moved(calendar.due(since, days), report.paused_days or 0) if days is not None else None
    first = category.first_answer_days if category.first_answer_days is not None else home.first_answer_days
    report.first_answer_due_at = calendar.due(at, first)
    report.interim_days = category.interim_days if category.interim_days is not None else home.interim_days
    if report.interim_sent_at is None:
        report.interim_due_at = calendar.reply_due(at, report.interim_days)


def begin_anew(report: Report, rules: Rules | None, *, at: datetime, answered: bool = False) -> None:
    """A report that was closed is open again: all its dates are counted from now. Without rules they stay.

    `answered`: a person of the staff opened it, and the reporter hears that.
    """
    category = rules.categories.get(report.category_code) if rules is not None else None
    if rules is None or category is None:
        return
    report.interim_sent_at = report.due_set_at = None
    report.paused_days, report.counted_from = 0, at
    report.first_answered_at = at if answered else None
    unit = rules.units.get(report.unit_code or report.proposed_unit_code or "")
    promise(report, category, rules, at=at, outside=unit is not None and unit.outside)
