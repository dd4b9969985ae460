"""How satisfied reporters are: the report behind a rating link, and the figure that everybody may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.errors import N_, DeadLink
from app.models import Rating, Report
from app.models.links import rating_token, same
from app.models.reference import parse_reference

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DEAD_LINK = N_("This link does not work, or no longer. Check that you copied all of it.")
WINDOW = timedelta(days=90)
# Fewer answers say more about chance than about the service, and might point at one of them.
FEWEST = 10
SATISFIED = 4


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Of how many answers, and how many percent of them were 4 or 5, whole and rounded down."""

    answers: int
    percent: int


def rated_report(session: Session, typed: str, token: str, *, secret: bytes) -> Report:
    """The report whose rating link this is, with its rating; raises NotFound."""
    query = (
        select(Report)
        .where(Report.reference == (parse_reference(typed) or ""))
        .options(joinedload(Report.rating), joinedload(Report.reporter))
    )
    report = session.scalar(query)
    if report is None or not same(token, rating_token(report, secret=secret)):
        raise DeadLink(DEAD_LINK)
    return report


def satisfaction(session: Session, *, at: datetime) -> Satisfaction | None:
    """Of the last 90 days; None while too few have answered."""
    good = func.count().filter(Rating.score >= SATISFIED)
    answers, satisfied = session.execute(select(func.count(), good).where(Rating.at > at - WINDOW)).one()
    return Satisfaction(answers, satisfied * 100 // answers) if answers >= FEWEST else None
