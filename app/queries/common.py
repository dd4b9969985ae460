"""What is reported most, so that it can stand first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.models import Report

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Category, Rules

NEWEST = 400


def common_categories(session: Session, rules: Rules, *, count: int = 6) -> list[Category]:
    """The categories of the newest reports, most frequent first; so snow moves up in winter by itself.

    Filled up with the first category of each group. Stoppers and what can point at people are left out.
    """
    newest = select(Report.category_code).order_by(Report.created_at.desc(), Report.id.desc()).limit(NEWEST).subquery()
    grouped = session.execute(select(newest.c.category_code, func.count()).group_by(newest.c.category_code))
    counted: Counter[str] = Counter({code: number for code, number in grouped})  # noqa: C416  (rows are no pairs to mypy)
    fitting = [one for one in rules.categories.values() if one.phone_instead is None and not one.private]
    first_of_group = {category.group: category.code for category in reversed(fitting)}.values()
    order = {category.code: number for number, category in enumerate(fitting)}
    fitting.sort(key=lambda one: (-counted[one.code], one.code not in first_of_group, order[one.code]))
    return fitting[:count]
