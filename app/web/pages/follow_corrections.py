"""The reporter corrects the own report, and sees to the mails about it; all of it behind the secret link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from app.errors import N_, Conflict, DomainError, Invalid
from app.models import Report
from app.services import correcting
from app.services.correcting import Corrected
from app.services.following import IS_CLOSED
from app.text import say, translate
from app.web.deps import FormDep
from app.web.errors import status_of
from app.web.follow_page import show_page
from app.web.form_errors import in_words
from app.web.report_form import ReportForm
from app.web.templating import render
from app.web.visit import Visit, VisitDep, check_csrf

router = APIRouter(include_in_schema=False, prefix="/follow/{reference}/{token}")

SAVED = N_("Your corrections are saved.")
NOTHING = N_("You changed nothing.")
# The same words whether the address is known here or not, and whether the day's one mail has gone before.
NEW_ADDRESS = N_(
    "Saved. A mail has gone to the new address, now or within the last day. Press the button in it, and you hear from "
    "us there. We send at the most one a day."
)
MAILED = N_(
    "A mail has gone to the address, now or within the last day. Press the button in it, and you hear from us. We send "
    "at the most one a day: look among unwanted mail too, or ask again tomorrow."
)
ANSWER_TOO = N_("These questions belong to the kind you chose. Answer them, and save.")


@router.get("/correction")
def show_form(visit: VisitDep) -> Response:
    """The report as it stands, to be changed."""
    if not correcting.can_correct(visit.report):
        return show_page(visit, refused=Conflict(IS_CLOSED))
    return _form(visit, as_it_is(visit.report))


@router.post("/correction")
def correct(posted: FormDep, visit: VisitDep) -> Response:
    """Save what differs; with mistakes or after somebody else's change, the form again with everything typed."""
    check_csrf(visit, posted)
    form = ReportForm.from_post(posted)
    if not correcting.can_change_category(visit.report):
        form.category = form.category or visit.report.category_code
    if form.category != visit.report.category_code and form.has_unseen_questions(visit.rules):
        return _form(visit, form, notice=translate(ANSWER_TOO, visit.lang))
    try:
        with visit.session.begin_nested():
            done = _save(visit, form, posted)
    except DomainError as error:
        visit = replace(visit, report=visit.again())
        return _refused(visit, form, error)
    return _thanks(visit, done)


@router.post("/confirmation")
def ask_again(form: FormDep, visit: VisitDep) -> Response:
    """The mail with the button did not come."""
    check_csrf(visit, form)
    correcting.ask_again(visit.session, visit.report, at=visit.at)
    return visit.back(flash=MAILED)


def as_it_is(report: Report) -> ReportForm:
    """The form filled in with what the report says now."""
    form = ReportForm()
    form.category = form.asked = report.category_code
    form.lat, form.lon = (f"{number:.6f}" if number is not None else "" for number in (report.lat, report.lon))
    form.address, form.description = report.address or "", report.description or ""
    form.answers = {str(one["code"]): _as_typed(one["value"]) for one in report.answers}
    if report.reporter is not None:
        for name in ("name", "email", "phone"):
            setattr(form, name, getattr(report.reporter, name) or "")
    return form


def _as_typed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _save(visit: Visit, form: ReportForm, posted: FormData) -> Corrected:
    version = str(posted.get("version") or "")
    return correcting.correct(
        visit.session,
        visit.report,
        form.draft(visit.rules, lang=visit.lang),
        rules=visit.rules,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1,
        at=visit.at,
    )


def _refused(visit: Visit, form: ReportForm, error: DomainError) -> Response:
    if not correcting.can_correct(visit.report):
        return show_page(visit, refused=error, words=form.description)
    if isinstance(error, Invalid) and error.fields:
        form.errors |= in_words(error.fields, form.category_in(visit.rules), lang=visit.lang)
        return _form(visit, form, status_code=422)
    return _form(visit, form, notice=say(error, visit.lang), status_code=status_of(error))


def _thanks(visit: Visit, done: Corrected) -> Response:
    if not done.what:
        return visit.back(flash=NOTHING, kind="info")
    return visit.back(flash=NEW_ADDRESS if done.email_is_new else SAVED)


def _form(visit: Visit, form: ReportForm, *, notice: str = "", status_code: int = 200) -> Response:
    shown: dict[str, Any] = {
        "form": form,
        "report": visit.report,
        "path": visit.path,
        "category": form.category_in(visit.rules),
        "can_change_category": correcting.can_change_category(visit.report),
        "can_move": correcting.can_move(visit.report),
        "notice": notice,
    }
    return render(visit.request, "follow/correct.html", status_code=status_code, **shown)
