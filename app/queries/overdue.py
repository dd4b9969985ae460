"""What a unit's leaders are told: whose reports are over their due date, and which will be soon."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select

from app.models import Report, Role, Staff, StaffUnit
from app.models.reference import show_reference
from app.queries import people
from app.queries.statuses import at_unit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LISTED = 20


@dataclass(frozen=True, slots=True)
class LateReport:
    """One line of the mail: nothing that its reporter wrote, unless the desk let everybody read it."""

    reference: str
    category_code: str
    place: str | None
    due_at: datetime

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)


@dataclass(frozen=True, slots=True)
class Late:
    """How many of a unit's reports are over their due date and how many will be soon, and the first LISTED of both."""

    over: int
    soon: int
    reports: tuple[LateReport, ...]


def units_with_overdue(session: Session, *, at: datetime) -> list[str]:
    """The units that have something over its due date."""
    return sorted(session.scalars(select(Report.unit_code).where(at_unit(), *_due_before(at)).distinct()))


def late_at(session: Session, unit_codes: Collection[str], *, at: datetime, soon: datetime) -> dict[str, Late]:
    """unit -> what is late there or due before `soon`, the oldest first. Units without anything late are left out."""
    mine = (at_unit(), Report.unit_code.in_(list(unit_codes)), *_due_before(soon))
    over = func.count().filter(Report.due_at < at)
    counts = select(Report.unit_code, over, func.count() - over).where(*mine).group_by(Report.unit_code)
    found: dict[str, Late] = {}
    for code, late, later in session.execute(counts):
        if late and code is not None:
            found[code] = Late(late, later, _first(session, code, soon=soon))
    return found


def _first(session: Session, unit_code: str, *, soon: datetime) -> tuple[LateReport, ...]:
    """The address that a reporter wrote may hold a name, so the one that everybody may read is told."""
    query = select(Report.reference, Report.category_code, Report.public_address, Report.due_at)
    mine = (at_unit(), Report.unit_code == unit_code, *_due_before(soon))
    rows = session.execute(query.where(*mine).order_by(Report.due_at, Report.id).limit(LISTED))
    return tuple(
        LateReport(reference, category, place, due_at) for reference, category, place, due_at in rows if due_at
    )


def _due_before(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return Report.due_at < moment, Report.waiting_since.is_(None)


def told_of(session: Session, unit_codes: Collection[str], *, at: datetime) -> dict[int, tuple[Staff, list[str]]]:
    """Staff id -> (who is told, of which of these units). Where nobody leads a unit, all who work there are."""
    told: dict[int, tuple[Staff, list[str]]] = {}
    for code in sorted(unit_codes):
        for staff in people.leaders_of(session, code, at=at) or _members(session, code):
            told.setdefault(staff.id, (staff, []))[1].append(code)
    return told


def _members(session: Session, unit_code: str) -> list[Staff]:
    query = select(Staff).join(StaffUnit, StaffUnit.staff_id == Staff.id).order_by(Staff.id)
    return list(session.scalars(query.where(StaffUnit.unit_code == unit_code, Staff.active, Staff.role == Role.UNIT)))
