"""After a report was taken in at the desk: what to read to the caller, and a slip of paper for who stands there."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import joinedload

from app.errors import N_, NotFound
from app.models import Report, ReportStatus, Staff
from app.models.links import follow_path
from app.queries.visible import report_for
from app.services import rules_watch
from app.text import translate
from app.web.deps import DeskDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.pages import desk_view
from app.web.qr import qr_svg
from app.web.templating import render

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False)
NOT_TAKEN_HERE = N_("This report was not taken in at the desk.")
# For as long the person may still be standing there.
HANDED_OVER_WITHIN = timedelta(hours=2)


@router.get("/receipt")
def receipt(
    request: Request, reference: str, staff: DeskDep, session: SessionDep, rules: RulesDep, state: StateDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """What to read to the caller, and what can be done next: forward it, another one, a slip of paper."""
    report = _taken_in(session, staff, reference)
    return render(
        request,
        "staff/taken_in.html",
        report=report,
        category=rules.categories.get(report.category_code),
        proposed=rules.units.get(report.proposed_unit_code or ""),
        rules_banner=rules_watch.banner(session),
        **desk_view.words(rules, state, lang=lang),
    )


@router.get("/slip")
def slip(
    request: Request, reference: str, staff: DeskDep, session: SessionDep, rules: RulesDep, state: StateDep,
    lang: LanguageDep, now: NowDep,
) -> Response:  # fmt: skip
    """To be printed, in the caller's language of mails' stead the desk's own: who hands it over reads it too."""
    report = _taken_in(session, staff, reference)
    path = follow_path(report, secret=state.secret) if may_follow(report, staff, at=now) else public_path(report)
    label = translate(N_("QR code of the report's page"), lang)
    url = f"{state.settings.base_url}{path}" if path else ""
    page = render(
        request,
        "staff/slip.html",
        report=report,
        category=rules.categories.get(report.category_code),
        is_secret=path.startswith("/follow/"),
        url=url,
        qr=qr_svg(url, label=label, css_class="slip__qr") if url else None,
        base_url=state.settings.base_url,
        desk_email=state.settings.desk_email,
        desk_phone=next((one for one in rules.municipality.phones if one.code == "desk"), None),
        rules_banner=None,
    )
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


def may_follow(report: Report, staff: Staff, *, at: datetime) -> bool:
    """Whether the slip may hold the secret link: only who took it in from somebody at the counter just now hands it
    to its owner. Printed later, or by another, or for a caller, it would lie about, or let the desk act as the owner.
    """
    fresh = at - report.created_at <= HANDED_OVER_WITHIN
    return report.channel == "counter" and report.entered_by_id == staff.id and fresh


def public_path(report: Report) -> str:
    """The page that everybody may see; empty where there is none."""
    hidden = report.private or report.hidden_at is not None or report.status == ReportStatus.WITHDRAWN
    return "" if hidden or not report.is_placed else f"/reports/{report.shown_reference}"


def _taken_in(session: SessionDep, staff: Staff, reference: str) -> Report:
    report = report_for(session, staff, reference, joinedload(Report.reporter))
    if report.entered_by_id is None:
        raise NotFound(NOT_TAKEN_HERE)
    return report
