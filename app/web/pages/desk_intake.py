"""Reports that the desk takes in for somebody on the phone, at the counter or by e-mail."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, DomainError, Invalid
from app.models import Report, Staff
from app.queries.callers import caller
from app.queries.visible import report_for
from app.routing import find_categories
from app.services import for_caller, mail_desk, reporting, rules_watch
from app.services.drafts import MAX_PHOTOS
from app.text import say, translate
from app.web import caller_form, form_photos
from app.web.caller_form import CHANNELS, Taking, taking
from app.web.deps import (
    CsrfChecked,
    DeskDep,
    FormDep,
    LanguageDep,
    NowDep,
    RulesDep,
    SessionDep,
    StateDep,
    get_language,
)
from app.web.desk_parts.choices import category_options
from app.web.errors import status_of
from app.web.form_errors import in_page_order, in_words
from app.web.kind_step import MOST_FOUND
from app.web.pages import desk_view
from app.web.report_form import ReportForm
from app.web.state import AppState
from app.web.templating import redirect, render
from app.web.uploads import CheckedUploadDep

router = APIRouter(prefix="/staff/reports", include_in_schema=False)
RECEIVED = N_("Received. Read the reference to the caller: %(reference)s")
COUNTED = N_("The caller is counted on this report. Read the reference to the caller: %(reference)s")


@router.get("/new")
def new_page(
    request: Request, staff: DeskDep, session: SessionDep, rules: RulesDep, state: StateDep, same_caller: str = ""
) -> Response:
    """The form for somebody on the phone; `same_caller` is the reference of the report they gave just now."""
    form = ReportForm.from_link(request.query_params)
    found = taking(request.query_params, rules)
    if same_caller:
        _same_caller(session, staff, form, found, same_caller)
    found.mail = ""  # What is in a mail comes by a button of its own.
    return show_form(request, session, state, staff, form, found)


@router.post("/new")
def enter(
    request: Request,
    posted: CheckedUploadDep,
    staff: DeskDep,
    session: SessionDep,
    state: StateDep,
    rules: RulesDep,
    lang: LanguageDep,
    now: NowDep,
) -> Response:
    """Take the report in, or do what another button says; whoever took it is kept with it."""
    form, found = ReportForm.from_post(posted), taking(posted, rules)
    name, said = caller_form.step_of(posted)
    if name in {"place", "around"}:
        # Other people's registers are asked before anything is written.
        found.shown = caller_form.do_step(session, state, form, posted, staff=staff, lang=lang, at=now)
    form_photos.take_sent(session, state, form, posted, lang=lang)
    if name in {"kind", "caller"}:
        found.shown = caller_form.do_step(session, state, form, posted, staff=staff, lang=lang, at=now)
    if name in caller_form.STEPS or form.errors:
        return show_form(request, session, state, staff, form, found, status_code=422 if form.errors else 200)
    if name == "support":
        return _mine_too(request, session, state, staff, form, found, said)
    return _take_in(request, session, state, staff, form, found)


@router.post("/new/kinds", dependencies=[CsrfChecked])
def kinds(posted: FormDep, staff: DeskDep, rules: RulesDep, lang: LanguageDep) -> dict[str, Any]:  # noqa: ARG001
    """Kinds that the words may mean, best first, for the list under the field."""
    found = find_categories(rules, str(posted.get("words", "")), lang)[:MOST_FOUND]
    groups = rules.groups
    return {
        "hits": [{"code": one.code, "shown": one.name(lang), "detail": groups[one.group].name(lang)} for one in found]
    }


@router.post("/new/around", dependencies=[CsrfChecked])
def around(
    request: Request,
    posted: FormDep,
    staff: DeskDep,  # noqa: ARG001  (it keeps everybody else out)
    session: SessionDep,
    state: StateDep,
    now: NowDep,
) -> Response:
    """What is said and reported at the place, as a part of the form that a script asks for."""
    form = ReportForm.from_post(posted)
    return render(request, "desk/_caller_here.html", form=form, **caller_form.around(session, state, form, at=now))


@router.post("/new/caller", dependencies=[CsrfChecked])
def known_caller(
    request: Request, posted: FormDep, staff: DeskDep, session: SessionDep, rules: RulesDep, state: StateDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """Earlier reports by phone number or e-mail, sent in the body because neither may stand in an address."""
    found = caller(session, staff, phone=str(posted.get("phone", "")), email=str(posted.get("email", "")))
    return render(
        request, "desk/_caller_earlier.html", earlier=found, asked_earlier=True,
        **desk_view.words(rules, state, lang=lang),
    )  # fmt: skip


def show_form(
    request: Request,
    session: Session,
    state: AppState,
    staff: Staff,
    form: ReportForm,
    found: Taking,
    *,
    status_code: int = 200,
) -> Response:
    """The form with everything that was typed, and what is known about it."""
    rules, lang = state.rules_file.current, get_language(request)
    form_photos.show_kept(session, form, lang=lang)
    form.errors = in_page_order(form.errors)
    if "earlier" not in found.shown and (form.phone or form.email):
        found.shown["earlier"] = caller(session, staff, phone=form.phone, email=form.email)
    page = render(
        request,
        "staff/new_report.html",
        status_code=status_code,
        form=form,
        channels=[(code, translate(words, lang)) for code, words in CHANNELS.items()],
        category_options=category_options(rules, lang=lang),
        category=rules.categories.get(form.category),
        rules_banner=rules_watch.banner(session) if request.method == "GET" else None,
        in_queue=False,
        taking=found,
        max_photos=MAX_PHOTOS,
        photo_max_bytes=state.settings.photo_max_bytes,
        thumbnail=lambda photo: form_photos.thumbnail_of(photo, secret=state.secret),
        **caller_form.around(session, state, form, at=state.clock()),
        **desk_view.words(rules, state, lang=lang),
        **({"places": None, "kinds_found": None, "earlier": None, "asked_earlier": False} | found.shown),
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _same_caller(session: Session, staff: Staff, form: ReportForm, found: Taking, reference: str) -> None:
    report = report_for(session, staff, reference, joinedload(Report.reporter))
    before = report.reporter
    if before is not None:
        form.name, form.phone, form.email = before.name or "", before.phone or "", before.email or ""
        found.language = before.language
    found.channel = report.channel if report.channel in CHANNELS else found.channel


def _take_in(
    request: Request, session: Session, state: AppState, staff: Staff, form: ReportForm, found: Taking
) -> Response:
    rules, lang, now = state.rules_file.current, get_language(request), state.clock()
    try:
        with session.begin_nested():  # The photos stay where the report cannot be taken in yet.
            draft = form.draft(rules, lang=found.language, channel=found.channel)
            report = reporting.submit_report(
                session, draft, rules=rules, at=now, idempotency_key=f"desk:{form.key}", entered_by=staff
            )
    except Invalid as error:
        form.errors |= in_words(error.fields, form.category_in(rules), lang=lang)
        found.notice = "" if error.fields else say(error, lang)
        form.asked = form.category
        return show_form(request, session, state, staff, form, found, status_code=422)
    if found.mail:
        mail_desk.became(session, int(found.mail), report)
    return redirect(
        request,
        f"/staff/reports/{report.reference}/receipt",
        reference=report.shown_reference,
        flash=("success", RECEIVED),
    )


def _mine_too(
    request: Request, session: Session, state: AppState, staff: Staff, form: ReportForm, found: Taking, typed: str
) -> Response:
    lang = get_language(request)
    try:
        with session.begin_nested():
            report = for_caller.mine_too(
                session, typed, caller=form.key, channel=found.channel, email=form.email.strip(),
                language=found.language, secret=state.secret, by=staff, at=state.clock(),
            )  # fmt: skip
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        form.errors |= in_words(fields, form.category_in(state.rules_file.current), lang=lang)
        found.notice = "" if fields else say(error, lang)
        return show_form(request, session, state, staff, form, found, status_code=status_of(error))
    if found.mail:
        mail_desk.became(session, int(found.mail), report)
    return redirect(
        request, f"/staff/reports/{report.reference}", reference=report.shown_reference, flash=("success", COUNTED)
    )
