"""What is written to those who said "mine too": whether they want to hear, and what happens to the report.

Nothing that the reporter typed, and no link of the reporter's: only what everybody may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.delivery.letter import Letter
from app.errors import N_
from app.models import Notification, NotificationKind, Report, Support, Update, UpdateKind
from app.models.links import public_path, support_confirm_path, support_stop_path
from app.models.reference import show_reference
from app.queries.visible import is_public
from app.services import news

if TYPE_CHECKING:
    from datetime import datetime

    from app.routing import Rules
    from app.services.office import Office

HAPPENED: dict[str, str] = news.HAPPENED | {
    UpdateKind.FORWARDED: N_("The service desk has sent the report to %(unit)s."),
    UpdateKind.ANSWERED: N_("The report has been answered."),
    UpdateKind.REFERRED: N_("This is not for the municipality to mend. We have sent the report to %(unit)s."),
    UpdateKind.REJECTED: N_("We have closed the report without doing any work."),
    UpdateKind.DUPLICATE: N_("Somebody had told us about the same thing before. We go on with the first report."),
    UpdateKind.WITHDRAWN: N_("The person who sent the report has withdrawn it."),
    UpdateKind.REOPENED: N_("The report is open again. The service desk looks at it once more."),
}
NEXT: dict[str, str] = news.NEXT | {
    UpdateKind.FIXED: N_("Is it still broken? Then send a new report."),
    UpdateKind.DUPLICATE: N_("You hear from us about the first report from now on. You need not do anything."),
    UpdateKind.WITHDRAWN: N_("Is it still broken? Then send a new report."),
}
NEWS = N_("There is news about the report.")
LOOK = N_("Open the report to see all that has happened.")
# Nobody goes on with these, so whoever still sees the fault must tell us anew.
_SEND_ANEW = {UpdateKind.FIXED, UpdateKind.WITHDRAWN}


def write(session: Session, notification: Notification, *, office: Office, at: datetime) -> Letter | None:
    """The mail in the supporter's language; None when it may not be written any more."""
    query = select(Support).where(Support.id == notification.support_id).options(joinedload(Support.report))
    support = session.scalars(query).one()
    report = session.get_one(Report, notification.report_id)
    # A question goes out even when the support was taken back: it is the day's only mail to the address.
    is_question = notification.kind == NotificationKind.SUPPORT
    if support.email is None or not (support.confirmed_at is None if is_question else support.hears):
        return None
    if report.private or report.hidden_at is not None:
        return None
    rules, base_url = office.rules, office.settings.base_url
    stop_url = None if is_question else f"{base_url}{support_stop_path(support, secret=office.secret)}"
    context = _common(report, rules, support, base_url=base_url)
    if is_question:
        context["confirm_url"] = f"{base_url}{support_confirm_path(support, secret=office.secret)}"
    else:
        context |= _news(session, notification, report, rules, language=support.language, base_url=base_url)
        context["stop_url"] = stop_url
    return Letter(
        template="support" if is_question else "support_status",
        to=support.email,
        language=support.language,
        at=at,
        context=context,
        message_id=notification.message_id,
        municipality=rules.municipality.name(support.language),
        stop_url=stop_url,
    )


def _common(report: Report, rules: Rules, support: Support, *, base_url: str) -> dict[str, object]:
    return {
        "reference": report.shown_reference,
        "category": news.category_name(report, rules, language=support.language),
        # The reporter wrote the other address, and it may hold a name.
        "address": report.address if report.text_public else report.nearest_address,
        "reported_at": report.created_at,
        "public_url": f"{base_url}{public_path(report)}",
    }


def _news(
    session: Session, notification: Notification, report: Report, rules: Rules, *, language: str, base_url: str
) -> dict[str, object]:
    by_id = select(Update).where(Update.id == notification.update_id)
    update = session.scalars(by_id.options(joinedload(Update.note))).one()
    anew = urlencode({"category": report.category_code, "lat": report.lat, "lon": report.lon})
    return news.about(update, report, rules, language=language) | {
        "happened": HAPPENED.get(update.kind, NEWS),
        "next": NEXT.get(update.kind, LOOK),
        "anew_url": f"{base_url}/?{anew}" if update.kind in _SEND_ANEW and report.is_placed else None,
        "first": _first(session, report) if update.kind == UpdateKind.DUPLICATE else None,
    }


def _first(session: Session, report: Report) -> str | None:
    """The reference of the report that stays; None when it is not for everybody to see."""
    first = session.scalar(select(Report.reference).where(Report.id == report.duplicate_of_id, is_public()))
    return show_reference(first) if first else None
