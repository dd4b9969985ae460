"""What somebody has reported before, by the number that they phone from or their e-mail address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from app.models import Report, Reporter
from app.models.address import ascii_address
from app.models.reference import show_reference
from app.queries.visible import seen_by

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Staff

MOST = 5
# Fewer digits are an inner number, or one that is being typed.
SHORTEST = 5
COMPARED = 8
_NO_DIGIT = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class Earlier:
    """One report of the same person. `place` in words; `name` and `email` as they were given with it."""

    reference: str
    category_code: str
    status: str
    unit_code: str | None
    created_at: datetime
    changed_at: datetime
    place: str | None
    name: str | None
    email: str | None

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)


@dataclass(frozen=True, slots=True)
class Caller:
    """Newest first, at most five; `more` says that there are others."""

    reports: tuple[Earlier, ...] = ()
    more: bool = False

    @property
    def name(self) -> str:
        """The newest name that was given."""
        return next((one.name for one in self.reports if one.name), "")

    @property
    def email(self) -> str:
        """The newest e-mail address that was given."""
        return next((one.email for one in self.reports if one.email), "")


def phone_digits(typed: str) -> str | None:
    """As `reporter.phone_digits` has it: the last eight digits, however it is written; None where that is no number."""
    digits = _NO_DIGIT.sub("", typed)[-COMPARED:]
    return digits if len(digits) >= SHORTEST else None


def caller(session: Session, staff: Staff, *, phone: str = "", email: str = "", but: int | None = None) -> Caller:
    """Earlier reports with this phone number or e-mail address that `staff` may see; without the report `but`."""
    digits, address = phone_digits(phone), ascii_address(email.strip()).lower()
    same = [Reporter.phone_digits == digits] if digits else []
    same += [func.lower(Reporter.email) == address] if address else []
    if not same or not staff.sees_contacts:
        return Caller()
    query = (
        select(
            Report.reference,
            Report.category_code,
            Report.status,
            Report.unit_code,
            Report.created_at,
            Report.changed_at,
            func.coalesce(Report.address, Report.nearest_address),
            Reporter.name,
            Reporter.email,
        )
        .join(Reporter, Reporter.report_id == Report.id)
        .where(or_(*same), seen_by(staff), Report.id != (but or 0))
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(MOST + 1)
    )
    found = [Earlier(*row) for row in session.execute(query)]
    return Caller(tuple(found[:MOST]), more=len(found) > MOST)
