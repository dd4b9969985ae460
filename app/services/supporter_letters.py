"""What is written to those who said "mine too": whether they want to hear, and what happens to the report.

Nothing that the reporter typed, and no link of the reporter's: only what everybody may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import select

from app.delivery.letter import Letter
from app.errors import N_
from app.models import NotificationKind, Report, Support, UpdateKind
from app.models.links import (
    BounceKind,
    bounce_token,
    public_path,
    support_confirm_path,
    support_stop_path,
    thread_root,
)
from app.models.reference import show_reference
from app.queries.visible import is_public
from app.services import news

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Notification
    from app.routing import Rules
    from app.services.news import Item
    from app.services.office import Office

HAPPENED: dict[str, str] = news.HAPPENED | {
    UpdateKind.FORWARDED: N_("The service desk has sent the report to %(unit)s."),
    UpdateKind.ANSWERED: N_("The report has been answered."),
    UpdateKind.REFERRED: N_("This is not for the municipality to mend. We have sent the report to %(unit)s."),
    UpdateKind.REJECTED: N_("We have closed the report without doing any work."),
    UpdateKind.DUPLICATE: N_("Somebody had told us about the same thing before. We go on with the first report."),
    UpdateKind.WITHDRAWN: N_("The person who sent the report has withdrawn it."),
    UpdateKind.GONE: N_("The person who sent the report says that it is no longer a problem."),
    UpdateKind.REOPENED: N_("The report is open again."),
    UpdateKind.SPLIT: N_("It was another thing than we thought. The report stands by itself again."),
    UpdateKind.NOTED: N_("%(unit)s has written something about the report:"),
}
NEXT: dict[str, str] = news.NEXT | {
    UpdateKind.FIXED: N_("Is it still broken? Then send a new report."),
    UpdateKind.DUPLICATE: N_("You hear from us about the first report from now on. You need not do anything."),
    UpdateKind.WITHDRAWN: N_("Is it still broken? Then send a new report."),
    UpdateKind.GONE: N_("Is it still broken? Then send a new report."),
    UpdateKind.ANSWERED: N_("Open the report to read the answer."),
}
LOOK = N_("Open the report to see all that has happened.")
WORDS = news.Words(HAPPENED, NEXT, N_("There is news about the report."), LOOK)
# Nobody goes on with these, so whoever still sees the fault must tell us anew.
_SEND_ANEW = {UpdateKind.FIXED, UpdateKind.WITHDRAWN, UpdateKind.GONE}


def write(
    session: Session, items: Sequence[Item], carrier: Notification, support: Support, *, office: Office, at: datetime
) -> Letter | None:
    """The mail in the supporter's language; None when it may not be written any more."""
    report = items[-1].report
    # A question goes out even when the support was taken back: it is the day's only mail to the address.
    is_question = carrier.kind == NotificationKind.SUPPORT
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
        context |= _news(session, items, rules, language=support.language, base_url=base_url)
        context["stop_url"] = stop_url
    return Letter(
        template="support" if is_question else "support_status",
        to=support.email,
        language=support.language,
        at=at,
        context=context,
        message_id=carrier.message_id,
        municipality=rules.municipality.name(support.language),
        stop_url=stop_url,
        thread=thread_root(report, support.email, secret=office.secret),
        bounce_token=bounce_token(BounceKind.NOTIFICATION, carrier.id, support.email, secret=office.secret),
    )


def _common(report: Report, rules: Rules, support: Support, *, base_url: str) -> dict[str, object]:
    return {
        "reference": report.shown_reference,
        "category": news.category_name(report, rules, language=support.language),
        "address": news.address_for_all(report),
        "reported_at": report.created_at,
        "public_url": f"{base_url}{public_path(report)}",
    }


def _news(session: Session, items: Sequence[Item], rules: Rules, *, language: str, base_url: str) -> dict[str, object]:
    report, last = items[-1].report, items[-1].update
    anew = urlencode({"category": report.category_code, "lat": report.lat, "lon": report.lon})
    told = news.story([item.update for item in items], report, rules, language=language, words=WORDS)
    return told | {
        "anew_url": f"{base_url}/?{anew}" if last.kind in _SEND_ANEW and report.is_placed else None,
        "first": _first(session, report) if last.kind == UpdateKind.DUPLICATE else None,
        "about_first": None,
        "photo_shown": False,
    }


def _first(session: Session, report: Report) -> str | None:
    """The reference of the report that stays; None when it is not for everybody to see."""
    first = session.scalar(select(Report.reference).where(Report.id == report.duplicate_of_id, is_public()))
    return show_reference(first) if first else None
