"""What there is to say about a category at a place before a report is sent; shown with script and without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.routing import Category, Rules
from app.web.report_form import ReportForm


@dataclass(frozen=True)
class Here:
    """What the form's second part shows; `category` is None until one is chosen."""

    category: Category | None


def look_around(session: Session, rules: Rules, form: ReportForm, *, at: datetime) -> Here:  # noqa: ARG001
    """Everything about the chosen category at the chosen place."""
    return Here(category=form.category_in(rules))
