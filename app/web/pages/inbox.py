"""A unit's inbox on the web, and what it does with a report."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import joinedload, selectinload

from app.errors import N_, Conflict
from app.models import Report, Update
from app.queries import inbox as inbox_query
from app.queries.visible import report_for
from app.routing import Reason
from app.services import units
from app.web.deps import CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, UnitDep
from app.web.templating import redirect, render

# A unit sees for so long that what it had mended came back.
STILL_BROKEN_FOR = timedelta(days=14)

router = APIRouter(prefix="/staff/inbox", include_in_schema=False)


@router.get("")
def inbox_page(
    request: Request,
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    now: NowDep,
    unit: str = "",
    status: str = "",
    after: int = 0,
) -> Response:
    """The reports that wait at the person's units."""
    reports = inbox_query.inbox(session, staff, unit_code=unit, status=status, after=max(after, 0))
    counts = inbox_query.counts(session, staff)
    codes = sorted({code for code, _ in counts} | set(staff.unit_codes))
    return render(
        request,
        "staff/inbox.html",
        reports=reports[: inbox_query.PAGE],
        news=inbox_query.with_news(session, reports),
        still_broken=inbox_query.still_broken(session, staff, since=now - STILL_BROKEN_FOR),
        waiting=counts,
        unit=unit,
        status=status,
        unit_codes=codes,
        after=after,
        page=inbox_query.PAGE,
        more=len(reports) > inbox_query.PAGE,
        rules=rules,
    )


@router.get("/{reference}")
def inbox_report(request: Request, reference: str, staff: UnitDep, session: SessionDep, lang: LanguageDep) -> Response:
    """One report with all that the unit needs to mend it."""
    report = report_for(
        session,
        staff,
        reference,
        selectinload(Report.updates).joinedload(Update.note),
        selectinload(Report.photos),
        joinedload(Report.reporter),
    )
    mine = staff.sees_all or report.unit_code in staff.unit_codes
    # Whoever is only told of it has nobody to ask.
    return render(
        request,
        "staff/inbox_report.html",
        report=report,
        mine=mine,
        contact=report.reporter if mine and staff.sees_contacts else None,
        reason=Reason.from_data(report.proposal_reason).text(lang) if report.proposal_reason else "",
    )


def get_report(reference: str, staff: UnitDep, session: SessionDep, form: FormDep) -> Report:
    """The report to act on, if it is the person's and nobody changed it since the page was opened."""
    report = report_for(session, staff, reference, joinedload(Report.reporter), to_act=True)
    if str(form.get("version") or report.version) != str(report.version):
        raise Conflict(N_("Somebody else changed this report just now. Look at it again before you decide."))
    return report


ReportDep = Annotated[Report, Depends(get_report)]


@router.post("/{reference}/taking", dependencies=[CsrfChecked])
def take(request: Request, report: ReportDep, staff: UnitDep, session: SessionDep, now: NowDep) -> Response:
    """The unit works on it."""
    units.take(session, report, by=staff, at=now)
    return _back_to(request, report, N_("You have taken the report."))


@router.post("/{reference}/answer", dependencies=[CsrfChecked])
def answer(
    request: Request, report: ReportDep, staff: UnitDep, session: SessionDep, form: FormDep, now: NowDep
) -> Response:
    """A line to everybody or among staff."""
    public = form.get("public") == "yes"
    units.answer(session, report, by=staff, at=now, words=str(form.get("words") or ""), public=public)
    return _back_to(
        request, report, N_("Your answer is public now.") if public else N_("Your note is saved for staff.")
    )


@router.post("/{reference}/return", dependencies=[CsrfChecked])
def send_back(request: Request, report: ReportDep, staff: UnitDep, form: FormDep, now: NowDep) -> Response:
    """Not ours."""
    units.send_back(report, by=staff, at=now, words=str(form.get("words") or ""))
    return redirect(request, "/staff/inbox", flash=("success", N_("The report is back at the service desk.")))


@router.post("/{reference}/repair", dependencies=[CsrfChecked])
def fix(
    request: Request, report: ReportDep, staff: UnitDep, session: SessionDep, form: FormDep, now: NowDep
) -> Response:
    """Mended."""
    units.fix(session, report, by=staff, at=now, words=str(form.get("words") or ""))
    return redirect(
        request, "/staff/inbox", flash=("success", N_("The report is fixed. The reporter will hear of it."))
    )


def _back_to(request: Request, report: Report, sentence: str) -> Response:
    return redirect(request, f"/staff/inbox/{report.shown_reference}", flash=("success", sentence))
