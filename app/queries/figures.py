"""A category's figure: how fast it was done lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.models import ServiceFigure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

# Fewer than these say more about chance than about the service.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """Reports closed in the last 90 days, the days within which nine of ten of them were, and the share in time.

    `in_time` is 0 to 1, or None where none of them had a due date.
    """

    closed: int
    days: int
    in_time: float | None


def figure_of(session: Session, category_code: str) -> Figure | None:
    """None while too few were closed to say anything."""
    row = session.get(ServiceFigure, category_code)
    return _figure(row) if row is not None else None


def all_figures(session: Session) -> Mapping[str, Figure]:
    """By the category's code, for those of which enough were closed."""
    found = {row.category_code: _figure(row) for row in session.scalars(select(ServiceFigure))}
    return {code: figure for code, figure in found.items() if figure is not None}


def counted_at(session: Session) -> datetime | None:
    """When the figures were counted, None where they never were."""
    return session.scalar(select(func.max(ServiceFigure.computed_at)))


def _figure(row: ServiceFigure) -> Figure | None:
    if row.closed < FEWEST or row.days_for_nine_of_ten is None:
        return None
    return Figure(row.closed, max(1, ceil(row.days_for_nine_of_ten)), row.in_time)
