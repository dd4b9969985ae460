"""Who of the staff has seen a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models import Report, Sight, Staff

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST = 200


@dataclass(frozen=True)
class Look:
    """Somebody had the report before their eyes."""

    at: datetime
    name: str
    what: str


@dataclass(frozen=True)
class LookAt:
    """One report that somebody had before their eyes."""

    at: datetime
    reference: str
    category_code: str
    what: str


def sights_of(session: Session, report: Report) -> list[Look]:
    """Who saw this report, the latest first; at most 200."""
    query = select(Sight.at, Staff.name, Sight.what).join(Staff, Staff.id == Sight.staff_id)
    rows = session.execute(
        query.where(Sight.report_id == report.id).order_by(Sight.at.desc(), Sight.id.desc()).limit(MOST)
    )
    return [Look(*row) for row in rows]


def seen_by_person(session: Session, staff: Staff, *, before: datetime | None = None) -> list[LookAt]:
    """What somebody saw, the latest first, from `before` back in time; one more than 200 says that there is more."""
    query = select(Sight.at, Report.reference, Report.category_code, Sight.what).join(
        Report, Report.id == Sight.report_id
    )
    query = query.where(Sight.staff_id == staff.id)
    if before is not None:
        query = query.where(Sight.at < before)
    rows = session.execute(query.order_by(Sight.at.desc(), Sight.id.desc()).limit(MOST + 1))
    return [LookAt(*row) for row in rows]
