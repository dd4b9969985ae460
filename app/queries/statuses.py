"""Statuses written out in the statement instead of bound, so that every plan may use the partial indexes on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, literal_column, or_

from app.models import AT_UNIT, Report, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_new() -> ColumnElement[bool]:
    """It waits for the desk."""
    return Report.status == literal_column(f"'{ReportStatus.NEW.value}'")


def at_unit() -> ColumnElement[bool]:
    """A unit has it."""
    return is_one_of(AT_UNIT)


def is_open() -> ColumnElement[bool]:
    """Somebody still has to do something. In two halves: each has its own index, by due date."""
    return or_(is_new(), at_unit())


def is_one_of(statuses: Iterable[ReportStatus]) -> ColumnElement[bool]:
    """It has one of these statuses."""
    return Report.status.in_([literal_column(f"'{status.value}'") for status in sorted(statuses)])
