"""A unit's inbox on the web, and what it does with a report."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session, joinedload, selectinload
from starlette.datastructures import FormData

from app.errors import N_, Conflict, Invalid
from app.models import ReplyFor, Report, Seen, Staff, Update, UpdateKind
from app.queries import inbox as inbox_query
from app.queries.deadlines import soon
from app.queries.duplicates import parts
from app.queries.mentions import acknowledge
from app.queries.routine import proposals
from app.queries.visible import report_for
from app.routing import Reason, Rules
from app.services import sight, units
from app.services.templates import all_ready_words, language_of, words_to_send
from app.text import translate
from app.web.deps import CsrfChecked, FormDep, NowDep, RulesDep, SessionDep, StateDep, UnitDep, get_language
from app.web.desk_parts import due
from app.web.desk_parts.words import offered
from app.web.state import AppState
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
    late: str = "",
) -> Response:
    """The reports that wait at the person's units."""
    late_at = now if late == "1" else None
    reports = inbox_query.inbox(session, staff, unit_code=unit, status=status, after=max(after, 0), late_at=late_at)
    counts = inbox_query.counts(session, staff)
    codes = sorted({code for code, _ in counts} | set(staff.unit_codes))
    return render(
        request,
        "staff/inbox.html",
        reports=reports[: inbox_query.PAGE],
        news=inbox_query.with_news(session, reports),
        rounds=proposals(session, reports, at=now, rules=rules),
        naming=inbox_query.naming(session, staff, reports),
        still_broken=inbox_query.still_broken(session, staff, since=now - STILL_BROKEN_FOR),
        waiting=counts,
        unit=unit,
        status=status,
        unit_codes=codes,
        interim_soon=soon(now),
        late=late_at is not None,
        after=after,
        page=inbox_query.PAGE,
        more=len(reports) > inbox_query.PAGE,
        rules=rules,
    )


@router.get("/{reference}")
def inbox_report(
    request: Request,
    reference: str,
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
) -> Response:
    """One report with all that the unit needs to mend it."""
    return show_report(request, session, staff, rules, state, reference)


def show_report(
    request: Request,
    session: Session,
    staff: Staff,
    rules: Rules,
    state: AppState,
    reference: str,
    *,
    refused: Invalid | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """The page; `refused` says what was wrong in a form, `typed` gives its words back."""
    lang, now = get_language(request), state.clock()
    report = report_for(
        session,
        staff,
        reference,
        selectinload(Report.updates).joinedload(Update.note),
        selectinload(Report.photos),
        joinedload(Report.reporter),
    )
    sight.seen(session, report, staff, at=now, what=Seen.INBOX)
    acknowledge(session, report, staff, at=now)
    mine = staff.sees_all or report.unit_code in staff.unit_codes
    # Whoever is only told of it has nobody to ask.
    return render(
        request,
        "staff/inbox_report.html",
        status_code=422 if refused else 200,
        report=report,
        parts=parts(session, report) if report.support_count else [],
        mine=mine,
        drive=proposals(session, [report], at=now, rules=rules).get(report.id) if mine else None,
        contact=report.reporter if mine and staff.sees_contacts else None,
        reason=Reason.from_data(report.proposal_reason).text(lang) if report.proposal_reason else "",
        problems={name: translate(words, lang) for name, words in refused.fields.items()} if refused else {},
        typed=typed or {},
        undoable=_undoable(report, staff, since=now - timedelta(seconds=state.settings.undo_seconds)),
        **_ready(session, report, rules, lang=lang, at=now, acts=mine and report.is_open),
    )


def _ready(session: Session, report: Report, rules: Rules, *, lang: str, at: datetime, acts: bool) -> dict[str, Any]:
    """Dates, and words that can be said, in one statement; none for whoever can not act on it."""
    ready = all_ready_words(session, report, rules, lang=lang) if acts else {}
    theirs = language_of(report, rules)
    return {
        "for_fixed": offered(ready.get(ReplyFor.FIXED, []), theirs),
        "for_answer": offered(ready.get(ReplyFor.ANSWER, []), theirs),
        **due.about_dates(session, report, rules, at=at, always=False, interim=ready.get(ReplyFor.INTERIM, [])),
    }


def _undoable(report: Report, staff: Staff, *, since: datetime) -> Update | None:
    """What this person has said about the dates just now, as long as nothing has gone out."""
    last = report.updates[-1] if report.updates else None
    if last is None or last.staff_id != staff.id or last.at <= since:
        return None
    return last if last.kind in {UpdateKind.INTERIM, UpdateKind.DUE_SET} else None


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
    request: Request,
    report: ReportDep,
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    form: FormDep,
    now: NowDep,
) -> Response:
    """A line to everybody or among staff."""
    public = form.get("public") == "yes"
    said = words_of(session, report, rules, form)
    units.answer(session, report, by=staff, at=now, words=said, public=public)
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
    request: Request,
    report: ReportDep,
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    form: FormDep,
    now: NowDep,
) -> Response:
    """Mended."""
    units.fix(session, report, by=staff, at=now, words=words_of(session, report, rules, form))
    return redirect(
        request, "/staff/inbox", flash=("success", N_("The report is fixed. The reporter will hear of it."))
    )


def words_of(session: Session, report: Report, rules: Rules, form: FormData) -> str:
    """What was typed, else the ready words that were chosen, in the reporter's language."""
    typed, code = str(form.get("words") or ""), str(form.get("ready") or "")
    return words_to_send(session, report, rules, typed=typed, code=code)


def _back_to(request: Request, report: Report, sentence: str) -> Response:
    return redirect(request, f"/staff/inbox/{report.shown_reference}", flash=("success", sentence))
