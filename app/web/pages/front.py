"""The front page: the report form, and sending it. Works without script and without map."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.models.links import photo_key
from app.queries.common import common_categories
from app.routing import Rules, in_service_area
from app.services import supporting
from app.services.drafts import MAX_PHOTOS
from app.services.reporting import submit_report
from app.text import translate
from app.web import form_guard, form_photos, form_steps, languages, report_answer, security, sending, support_step, swap_step
from app.web.deps import (
    CsrfFailed,
    LanguageDep,
    MaybeStaffDep,
    NowDep,
    RulesDep,
    SessionDep,
    StateDep,
    form_token,
    get_language,
)
from app.web.here import look_around
from app.web.kind_step import kinds_for
from app.web.report_form import ReportForm
from app.web.state import AppState
from app.web.templating import render
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
    return _page(request, session, form)


def blank_form(request: Request, session: Session) -> Response:
    """The form that a phone keeps for times without a network; see app.web.shell for such requests."""
    return _page(request, session, ReportForm(key=""))


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
    over = sending.count(request, state, form, posted, lang=lang)
    form_photos.take_sent(session, state, form, posted, lang=lang)
    if not security.csrf_holds(request, state.settings, form_token(posted, request), secret=state.secret):
        return _page(request, session, form, notice=translate(PAGE_WAS_OLD, lang), status_code=403)
    form.device = security.device(request, state.settings)
    step = form_steps.asked_for(posted)
    if step is not None and over is None:
        found = step(session, state, form, posted, lang=lang, at=now)
        return found if isinstance(found, Response) else _page(request, session, form, **found)
    refusal = over or sending.suspicion(state, posted, lang=lang)
    if refusal is not None:
        return _page(request, session, form, **refusal.page)
    if form.errors or form.has_unseen_questions(rules):
        status = 422 if form.errors else 200
        return _page(request, session, form, status_code=status, similar_first=not form.errors)
    # Nobody is there to look at similar reports when one that waited for a network comes.
    if not form.written_at and support_step.has_unseen(session, rules, form, lang=lang, at=now):
        return _page(request, session, form, similar_first=True)
    try:
        # A savepoint, because the photos stay where the report cannot be taken in yet.
        with session.begin_nested():
            report = submit_report(
                session,
                form.draft(rules, lang=lang),
                rules=rules,
                at=now,
                idempotency_key=f"form:{form.key}",
            )
    except Invalid as error:
        return _refused(request, session, form, error, lang=lang)
    supporting.know_reporter(session, report, device=form.device, secret=state.secret, language=lang, at=now)
    return report_answer.taken(request, report, secret=state.secret)


def _refused(request: Request, session: Session, form: ReportForm, error: Invalid, *, lang: str) -> Response:
    """The form with a sentence beside each mistake."""
    form.errors |= {name: translate(sentence, lang) for name, sentence in error.fields.items()}
    rules: Rules = request.app.state.gatami.rules_file.current
    if not error.fields:
        form.key = ReportForm().key
        return _page(request, session, form, notice=translate(SENT_BEFORE, lang), status_code=422)
    if form.category and form.category_in(rules) is None:
        form.errors["category"] = translate(RETIRED, lang)
        form.category = form.asked = ""
    return _page(request, session, form, status_code=422)


def _page(
    request: Request,
    session: Session,
    form: ReportForm,
    *,
    notice: str = "",
    status_code: int = 200,
    headers: Mapping[str, str] = MappingProxyType({}),
    **found: Any,
) -> Response:
    """The form; photos that somebody else used, or that are too old, are no longer in it."""
    if report_answer.wants_json(request):
        return report_answer.refused(request, form, notice=notice, status_code=status_code, headers=headers)
    state: AppState = request.app.state.gatami
    rules = state.rules_file.current
    form_photos.show_kept(session, form, lang=get_language(request))
    form.made = form_guard.keep_stamp(form.made, at=state.clock(), secret=state.secret)
    point = form.point()
    common = common_categories(session, rules)
    page = render(
        request,
        found.pop("template", "front/form.html"),
        status_code=status_code,
        request_path="/",
        form=form,
        notice=notice,
        common=common,
        common_codes={category.code for category in common},
        category=form.category_in(rules),
        outside=point is not None and not in_service_area(rules, *point),
        swapped=swap_step.meant(rules, form),
        degrees=swap_step.shown,
        here=look_around(session, rules, form, at=state.clock()),
        **({"places": None, "nearest": None, "kinds_found": kinds_for(rules, form, lang=get_language(request)), "similar_first": False} | found),
        questions_are_new=form.has_unseen_questions(rules),
        max_photos=MAX_PHOTOS,
        photo_max_bytes=state.settings.photo_max_bytes,
        thumbnail=lambda photo: f"/photos/{photo.id}-thumbnail.jpg?key={photo_key(photo.id, secret=state.secret)}",
    )
    page.headers.update({"Cache-Control": "no-store", **headers})
    return page
