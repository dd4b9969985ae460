"""The front page: the report form, and sending it. Works without script and without map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, Invalid
from app.models import Report
from app.routing import Rules
from app.services import supporting
from app.services.reporting import submit_report
from app.text import say, translate
from app.web import form_photos, form_steps, languages, report_answer, security, sending, support_step
from app.web.deps import (
    CsrfFailed,
    LanguageDep,
    MaybeStaffDep,
    NowDep,
    RulesDep,
    SessionDep,
    StateDep,
    form_token,
)
from app.web.form_errors import in_words
from app.web.form_page import show_page
from app.web.limiting import network_for_support
from app.web.report_form import ReportForm
from app.web.state import AppState
from app.web.uploads import ReportUploadDep

router = APIRouter(include_in_schema=False)

PAGE_WAS_OLD = N_(
    "The page had been open for a long time. Everything you wrote is still here. Please send it once more."
)
SENT_BEFORE = N_("You already sent a report from this page. If this is another one, send it once more.")
RETIRED = N_("The kind of report you chose is no longer in use. Choose another one. Nothing else was lost.")


@router.get("/")
def show_form(request: Request, session: SessionDep, rules: RulesDep, staff: MaybeStaffDep) -> Response:  # noqa: ARG001  (known to the template)
    """An empty form, or one filled in by a link: ?lat=&lon=&category=&address=."""
    form = ReportForm.from_link(request.query_params)
    if form.category and form.category_in(rules) is None:
        form.category = form.asked = ""
    return show_page(request, session, form)


def blank_form(request: Request, session: Session) -> Response:
    """The form that a phone keeps for times without a network; see app.web.shell for such requests."""
    return show_page(request, session, ReportForm(key=""))


@router.post("/reports")
def submit(
    request: Request,
    posted: ReportUploadDep,
    session: SessionDep,
    state: StateDep,
    rules: RulesDep,
    now: NowDep,
    lang: LanguageDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """Take the report in and show its receipt; whatever is missing, the form again with everything kept."""
    form = ReportForm.from_post(posted)
    if not security.is_same_site(request):
        raise CsrfFailed
    lang = languages.choose(request, posted, lang=lang)
    shown = _page_first(request, posted, session, form, lang=lang, at=now)
    if isinstance(shown, Response):
        return shown
    if shown is not None:
        return show_page(request, session, form, **shown)
    try:
        report = _take_in(session, form, rules, lang=lang, at=now)
    except Invalid as error:
        return _refused(request, session, form, error, lang=lang)
    supporting.know_reporter(session, report, device=form.device, secret=state.secret, language=lang, at=now)
    return report_answer.taken(request, report, secret=state.secret)


def _page_first(
    request: Request, posted: FormData, session: Session, form: ReportForm, *, lang: str, at: datetime
) -> dict[str, Any] | Response | None:
    """What the form shows instead of being taken in, or a response of its own; None when it is ready."""
    state: AppState = request.app.state.gatami
    over = sending.count(request, state, form, posted, lang=lang)
    is_ours = security.csrf_holds(request, state.settings, form_token(posted, request), secret=state.secret)
    step = form_steps.asked_for(posted) if over is None else None
    if step is not None and is_ours:
        step = form_steps.ready(step, session, state, form, posted, lang=lang)
    form_photos.take_sent(session, state, form, posted, lang=lang)
    if not is_ours:
        return {"notice": translate(PAGE_WAS_OLD, lang), "status_code": 403}
    form.device = security.device(request, state.settings)
    form.network = network_for_support(request)
    if step is not None:
        return step(session, state, form, posted, lang=lang, at=at)
    refusal = over or sending.suspicion(state, posted, lang=lang)
    return refusal.page if refusal is not None else _unseen(session, form, state.rules_file.current, lang=lang, at=at)


def _unseen(session: Session, form: ReportForm, rules: Rules, *, lang: str, at: datetime) -> dict[str, Any] | None:
    """Mistakes, questions and similar reports that the page did not show yet."""
    if form.errors or form.has_unseen_questions(rules):
        return {"status_code": 422 if form.errors else 200, "similar_first": not form.errors}
    # Nobody is there to look at similar reports when one that waited for a network comes.
    if not form.written_at and support_step.has_unseen(session, rules, form, lang=lang, at=at):
        return {"similar_first": True}
    return None


def _take_in(session: Session, form: ReportForm, rules: Rules, *, lang: str, at: datetime) -> Report:
    """A savepoint, because the photos stay where the report cannot be taken in yet."""
    with session.begin_nested():
        draft = form.draft(rules, lang=lang)
        return submit_report(session, draft, rules=rules, at=at, idempotency_key=f"form:{form.key}")


def _refused(request: Request, session: Session, form: ReportForm, error: Invalid, *, lang: str) -> Response:
    """The form with a sentence beside each mistake."""
    rules: Rules = request.app.state.gatami.rules_file.current
    form.errors |= in_words(error.fields, form.category_in(rules), lang=lang)
    if not error.fields:
        form.key = ReportForm().key
        return show_page(request, session, form, notice=translate(SENT_BEFORE, lang), status_code=422)
    if form.category and form.category_in(rules) is None:
        form.errors["category"] = translate(RETIRED, lang)
        form.category = form.asked = ""
    return show_page(request, session, form, status_code=422, headers=_number_to_ring(request, form, error, lang=lang))


def _number_to_ring(request: Request, form: ReportForm, error: Invalid, *, lang: str) -> dict[str, str]:
    """X-Phone with the number, for a script: what waited on a phone is refused where no number is shown."""
    number = str(error.params.get("number", ""))
    if not number or not report_answer.wants_json(request):
        return {}
    form.errors["category"] = say(error, lang)
    return {"X-Phone": number}
