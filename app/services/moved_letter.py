"""The last mail to the address that a report had: whoever did not change it learns of it, and whom to phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.delivery.letter import Letter
from app.models import Report
from app.models.links import BounceKind, bounce_token
from app.services.news import category_name

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Notification
    from app.services.office import Office


def write(session: Session, row: Notification, *, office: Office, at: datetime) -> Letter | None:
    """Without the secret link, which others have now, and without the new address; None when it was sent before."""
    query = select(Report).where(Report.id == row.report_id).options(joinedload(Report.reporter))
    report, rules = session.scalars(query).one(), office.rules
    if row.former_email is None or report.reporter is None:
        return None
    language = report.reporter.language
    return Letter(
        template="moved",
        to=row.former_email,
        language=language,
        at=at,
        context={
            "reference": report.shown_reference,
            "category": category_name(report, rules, language=language),
            "phones": [desk.number for desk in rules.municipality.phones if not desk.emergency],
        },
        message_id=row.message_id,
        municipality=rules.municipality.name(language),
        bounce_token=bounce_token(BounceKind.NOTIFICATION, row.id, row.former_email, secret=office.secret),
    )
