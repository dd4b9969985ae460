"""What the daily mail to who leads a unit says: references, categories and places, nothing about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.delivery.letter import Letter
from app.models import Staff
from app.queries import overdue
from app.services.deadlines import calendar_of
from app.text import show_due

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import OverdueMail
    from app.queries.overdue import Late, LateReport
    from app.routing import Rules
    from app.services.office import Office

# Due within so many working days is soon.
SOON = 2


def write(session: Session, mail: OverdueMail, *, office: Office, at: datetime) -> Letter | None:
    """The mail as things are now; None when nothing is overdue any more, the day is over, or it is not wanted."""
    staff = session.get_one(Staff, mail.staff_id)
    calendar = calendar_of(office.rules.municipality)
    if mail.day != calendar.day_of(at) or not (staff.active and staff.overdue_mails):
        return None
    soon = calendar.due(at, SOON) + timedelta(seconds=1)
    late = overdue.units_with_overdue(session, at=at)
    _, mine = overdue.told_of(session, late, at=at).get(staff.id, (staff, []))
    found = overdue.late_at(session, [code for code in mine if is_ours(office.rules, code)], at=at, soon=soon)
    if not found:
        return None
    shown = _Shown(office.rules, staff.language, at, office.settings.base_url)
    return Letter(
        template="overdue",
        to=staff.email,
        language=staff.language,
        at=at,
        message_id=mail.message_id,
        municipality=office.rules.municipality.name(staff.language),
        context={
            "name": staff.name,
            "over": sum(one.over for one in found.values()),
            "units": [shown.unit(code, one) for code, one in found.items()],
            "account_url": f"{office.settings.base_url}/staff/account",
        },
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """Words for one reader."""

    rules: Rules
    lang: str
    at: datetime
    base_url: str

    def unit(self, code: str, late: Late) -> dict[str, object]:
        """One unit's part of the mail."""
        return {
            "name": self.rules.units[code].name(self.lang),
            "over": late.over,
            "soon": late.soon,
            "reports": [self._report(report) for report in late.reports],
            "more": late.over + late.soon - len(late.reports),
            "url": f"{self.base_url}/staff/inbox?unit={code}&late=1",
        }

    def _report(self, report: LateReport) -> dict[str, object]:
        category = self.rules.categories.get(report.category_code)
        return {
            "reference": report.shown_reference,
            "category": category.name(self.lang) if category else report.category_code,
            "place": report.place,
            "left": show_due(report.due_at, self.lang, now=self.at),
            "over": report.due_at < self.at,
            "url": f"{self.base_url}/staff/inbox/{report.shown_reference}",
        }


def is_ours(rules: Rules, code: str) -> bool:
    """Whether the unit is one of the municipality's own."""
    unit = rules.units.get(code)
    return unit is not None and not unit.outside
