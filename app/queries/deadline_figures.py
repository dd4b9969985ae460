"""How the dates of reports were kept lately, by unit and by category: read from what the worker counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models import DeadlineFigure

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """How many had a date for a first answer or for being done, and how many of them kept it."""

    answered: int = 0
    answered_in_time: int = 0
    done: int = 0
    done_in_time: int = 0

    def __add__(self, other: Kept) -> Kept:
        """Both together."""
        return Kept(
            self.answered + other.answered,
            self.answered_in_time + other.answered_in_time,
            self.done + other.done,
            self.done_in_time + other.done_in_time,
        )

    @property
    def answers(self) -> int | None:
        """Per cent answered in time, rounded down; None where there was nothing to answer."""
        return 100 * self.answered_in_time // self.answered if self.answered else None

    @property
    def ends(self) -> int | None:
        """Per cent done in time, rounded down."""
        return 100 * self.done_in_time // self.done if self.done else None


@dataclass(frozen=True, slots=True)
class Figures:
    """By (category, unit), by unit and by category; the unit '' is the service desk. `counted_at`: None, never."""

    each: dict[tuple[str, str], Kept]
    by_unit: dict[str, Kept]
    by_category: dict[str, Kept]
    counted_at: datetime | None

    @property
    def all_together(self) -> Kept:
        """Everything in one."""
        return sum(self.by_unit.values(), Kept())


def deadline_figures(session: Session) -> Figures:
    """All of them: a row for each category and unit of the last 90 days, however large the archive is."""
    rows = session.scalars(select(DeadlineFigure)).all()
    by_unit: defaultdict[str, Kept] = defaultdict(Kept)
    by_category: defaultdict[str, Kept] = defaultdict(Kept)
    each: dict[tuple[str, str], Kept] = {}
    for row in rows:
        kept = Kept(row.answered, row.answered_in_time, row.done, row.done_in_time)
        each[row.category_code, row.unit_code] = kept
        by_unit[row.unit_code] += kept
        by_category[row.category_code] += kept
    counted_at = max((row.computed_at for row in rows), default=None)
    return Figures(each, dict(by_unit), dict(by_category), counted_at)
