"""The front page: the report form, and sending it. Works without script and without map."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, Invalid
from app.models.links import follow_path, photo_key
from app.queries.common import common_categories
from app.queries.photos import unsent
from app.routing import Rules, in_service_area
from app.services.drafts import MAX_PHOTOS
from app.services.photos import take_photo
from app.services.reporting import submit_report
from app.storage import PhotoRefused
from app.text import say, translate
from app.web import form_guard, form_steps, security, sending
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
from app.web.here import look_around
from app.web.report_form import TOO_MANY_PHOTOS, ReportForm
from app.web.state import AppState
from app.web.templating import redirect, render
from app.web.uploads import ReportUploadDep, files_of, read_file

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
    over = sending.count(request, state, form, posted, lang=lang)
    _take_photos(session, state, form, posted, lang=lang)
    if not security.csrf_holds(request, state.settings, form_token(posted, request), secret=state.secret):
        return _page(request, session, form, notice=translate(PAGE_WAS_OLD, lang), status_code=403)
    step = form_steps.asked_for(posted)
    if step is not None:
        found = step(session, state, form, posted, lang=lang, at=now)
        return found if isinstance(found, Response) else _page(request, session, form, **found)
    refusal = over or sending.suspicion(state, posted, lang=lang)
    if refusal is not None:
        return _page(request, session, form, **refusal.page)
    if form.errors or form.has_unseen_questions(rules):
        return _page(request, session, form, status_code=422 if form.errors else 200)
    try:
        # A savepoint, because the photos stay where the report cannot be taken in yet.
        with session.begin_nested():
            report = submit_report(
                session, form.draft(rules, lang=lang), rules=rules, at=now, idempotency_key=f"form:{form.key}"
            )
    except Invalid as error:
        return _refused(request, session, form, error, lang=lang)
    return redirect(request, f"{follow_path(report, secret=state.secret)}?new=1")


def _take_photos(session: Session, state: AppState, form: ReportForm, posted: FormData, *, lang: str) -> None:
    """Photos that came with the form itself; one that is refused says why and takes nothing else with it."""
    files = files_of(posted, "photo_files")
    if "photo_files" in form.errors:
        return
    room = MAX_PHOTOS - len(form.photo_ids)
    if len(files) > room:
        form.errors["photo_files"] = translate(TOO_MANY_PHOTOS, lang)
    for file in files[:room]:
        try:
            data = read_file(file, most=state.settings.photo_max_bytes)
            photo = take_photo(
                session,
                state.photos,
                data,
                at=state.clock(),
                once=form.key,
                most_bytes=state.settings.photo_max_bytes,
            )
        except PhotoRefused as error:
            form.errors["photo_files"] = f"{file.filename}: {say(error, lang)}"
        else:
            form.photo_ids.append(photo.id)


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
    state: AppState = request.app.state.gatami
    rules = state.rules_file.current
    form.photos = unsent(session, form.photo_ids)
    form.photo_ids = [photo.id for photo in form.photos]
    form.made = form_guard.keep_stamp(form.made, at=state.clock(), secret=state.secret)
    point = form.point()
    common = common_categories(session, rules)
    page = render(
        request,
        "front/form.html",
        status_code=status_code,
        request_path="/",
        form=form,
        notice=notice,
        common=common,
        common_codes={category.code for category in common},
        category=form.category_in(rules),
        outside=point is not None and not in_service_area(rules, *point),
        here=look_around(session, rules, form, at=state.clock()),
        **({"places": None, "kinds_found": None} | found),
        questions_are_new=form.has_unseen_questions(rules),
        max_photos=MAX_PHOTOS,
        photo_max_bytes=state.settings.photo_max_bytes,
        thumbnail=lambda photo: f"/photos/{photo.id}-thumbnail.jpg?key={photo_key(photo.id, secret=state.secret)}",
    )
    page.headers.update({"Cache-Control": "no-store", **headers})
    return page
