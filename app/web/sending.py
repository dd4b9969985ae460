"""Before the report form is taken in: who sends how much, robots, and what came twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from app.db import transaction
from app.errors import Invalid, TooMany
from app.routing import Rules
from app.services import drafts
from app.services.reporting import was_sent
from app.text import say, translate
from app.web import form_guard, form_steps, security
from app.web.deps import form_token
from app.web.limiting import check_sender
from app.web.place_step import find_place
from app.web.report_form import ReportForm
from app.web.state import AppState
from app.web.support_step import say_mine_too
from app.web.uploads import files_of

# Buttons of the form that others pay for: registers are asked, or a report moves up in the desk's queue.
COUNTED_STEPS: Mapping[object, str] = {find_place: "search", say_mine_too: "support"}


@dataclass(frozen=True)
class Refusal:
    """Why the form is shown once more: a sentence, and for limits the seconds to wait."""

    notice: str
    retry_after: int = 0

    @property
    def page(self) -> dict[str, Any]:
        """What the page is told; the header is for our own queue on a phone, which sends forms by script."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return {"notice": self.notice, "status_code": 429 if self.retry_after else 422, "headers": headers}


def count(request: Request, state: AppState, form: ReportForm, posted: FormData, *, lang: str) -> Refusal | None:
    """Count what came, before the request asks the database anything else; only a report that can be taken in counts.

    Photos over the limit are left out and say so in `form.errors`. Reports that were sent before do not count again.
    """
    if not security.csrf_holds(request, state.settings, form_token(posted, request), secret=state.secret):
        return None
    try:
        check_sender(request, "photo", tokens=len(files_of(posted, "photo_files")))
    except TooMany as error:
        form.errors["photo_files"] = say(error, lang)
    step = form_steps.asked_for(posted)
    if step in COUNTED_STEPS:
        return _count_step(request, COUNTED_STEPS[step], lang=lang)
    # A robot that is turned away must not use up the network's or the address's turns.
    turned_away = suspicion(state, posted, lang=lang) is not None
    if step or turned_away or not _is_complete(form, state.rules_file.current, lang=lang):
        return None
    try:
        check_sender(request, "report", email=form.email)
    except TooMany as error:
        return _over(state, form, error, lang=lang)
    return None


def _count_step(request: Request, kind: str, *, lang: str) -> Refusal | None:
    try:
        check_sender(request, kind)
    except TooMany as error:
        return Refusal(say(error, lang), retry_after=error.retry_after)
    return None


def _is_complete(form: ReportForm, rules: Rules, *, lang: str) -> bool:
    try:
        drafts.check(form.draft(rules, lang=lang), rules)
    except Invalid:
        return False
    return not form.has_unseen_questions(rules)


def _over(state: AppState, form: ReportForm, error: TooMany, *, lang: str) -> Refusal | None:
    with transaction(state.session_factory) as session:
        if was_sent(session, f"form:{form.key}"):
            return None
    if error.params["kind"] == "report_email":
        form.errors["email"] = say(error, lang)
    return Refusal(say(error, lang), retry_after=error.retry_after)


def suspicion(state: AppState, posted: FormData, *, lang: str) -> Refusal | None:
    """Why this should be sent once more, because no person fills in a form like this; None for a person."""
    seconds = state.settings.form_seconds
    why = form_guard.suspicion(posted, at=state.clock(), seconds=seconds, secret=state.secret)
    return Refusal(translate(why, lang)) if why else None
