"""What is written to reporters: the receipt, what happened to the report, a question from the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.delivery.letter import Letter
from app.errors import N_
from app.models import Notification, NotificationKind, Report, Update, UpdateKind
from app.models.links import confirm_path, follow_path
from app.services import news

if TYPE_CHECKING:
    from datetime import datetime

    from app.routing import Rules
    from app.services.office import Office

HAPPENED: dict[str, str] = news.HAPPENED | {
    UpdateKind.FORWARDED: N_("The service desk has sent your report to %(unit)s."),
    UpdateKind.ANSWERED: N_("You have got an answer to your report."),
    UpdateKind.REFERRED: N_("This is not for the municipality to mend. We have sent your report to %(unit)s."),
    UpdateKind.REJECTED: N_("We have closed your report without doing any work."),
    UpdateKind.DUPLICATE: N_("Somebody had already told us about the same thing. We go on with the first report."),
}
NEXT: dict[str, str] = news.NEXT | {
    UpdateKind.FIXED: N_("Is it still broken? Open your report and tell us."),
    UpdateKind.ANSWERED: N_("Is something still unclear? Reply to this mail."),
    UpdateKind.DUPLICATE: N_("You need not do anything."),
}
NEWS = N_("There is news about your report.")
LOOK = N_("Open your report to see all that has happened.")


def write(session: Session, notification: Notification, *, office: Office, at: datetime) -> Letter | None:
    """The mail to the reporter, in the reporter's language; None when nobody may be written to any more."""
    query = select(Report).where(Report.id == notification.report_id).options(selectinload(Report.reporter))
    report = session.scalars(query).one()
    reporter = report.reporter
    is_receipt = notification.kind == NotificationKind.RECEIPT
    if reporter is None or reporter.email is None or not (is_receipt or reporter.hears):
        return None
    rules = office.rules
    update = session.scalars(
        select(Update).where(Update.id == notification.update_id).options(joinedload(Update.note))
    ).one()
    context = _common(report, rules, language=reporter.language, office=office)
    if is_receipt:
        # Nothing that the sender typed: the address may be somebody else's, and this would be a spam relay.
        confirm = confirm_path(report, reporter.email, secret=office.secret)
        context["confirm_url"] = None if reporter.confirmed_at else f"{office.settings.base_url}{confirm}"
    else:
        context |= _about(update, report, rules, language=reporter.language)
    return Letter(
        template=notification.kind,
        to=reporter.email,
        language=reporter.language,
        at=at,
        context=context,
        message_id=notification.message_id,
        municipality=rules.municipality.name(reporter.language),
    )


def _common(report: Report, rules: Rules, *, language: str, office: Office) -> dict[str, object]:
    return {
        "reference": report.shown_reference,
        "category": news.category_name(report, rules, language=language),
        "reported_at": report.created_at,
        "due_at": report.due_at if report.is_open else None,
        "follow_url": f"{office.settings.base_url}{follow_path(report, secret=office.secret)}",
    }


def _about(update: Update, report: Report, rules: Rules, *, language: str) -> dict[str, object]:
    return news.about(update, report, rules, language=language, asked=True) | {
        "happened": HAPPENED.get(update.kind, NEWS),
        "next": NEXT.get(update.kind, LOOK),
        "address": report.address,
        "anew_url": None,
    }
