"""The mail to a colleague who is named in a note: who, which report, and a link. No word of the note, nobody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.delivery.letter import Letter
from app.models import Mention, Report, Staff, Update

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.services.office import Office


def write(session: Session, mention: Mention, *, office: Office, at: datetime) -> Letter | None:
    """In the colleague's language; None when it was undone or read before it went out, or the person has left."""
    staff = session.get_one(Staff, mention.staff_id)
    update = session.get_one(Update, mention.update_id)
    if not staff.active or mention.seen_at is not None or update.data.get("undone"):
        return None
    report = session.get_one(Report, mention.report_id)
    author = session.get(Staff, update.staff_id) if update.staff_id is not None else None
    category = office.rules.categories.get(report.category_code)
    place = "inbox" if not staff.sees_all else "reports"
    return Letter(
        template="mention",
        to=staff.email,
        language=staff.language,
        at=at,
        context={
            "name": staff.name,
            "by": author.name if author is not None else office.rules.municipality.name(staff.language),
            "reference": report.shown_reference,
            "category": category.name(staff.language) if category is not None else report.category_code,
            "link": f"{office.settings.base_url}/staff/{place}/{report.reference}",
        },
        message_id=mention.message_id,
        municipality=office.rules.municipality.name(staff.language),
    )
