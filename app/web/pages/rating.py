"""How satisfied are you? The mail's five links open a form with the score chosen; only its button stores it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.errors import Conflict, Invalid
from app.models import Report
from app.models.links import rating_path
from app.queries.ratings import rated_report
from app.services import rating
from app.services.following import can_say_still_broken
from app.text import as_seen, translate
from app.web.deps import CsrfChecked, FormDep, LanguageDep, MaybeStaffDep, NowDep, SessionDep, StateDep
from app.web.rating_question import question
from app.web.schemas import CONTROL
from app.web.state import AppState
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False, prefix="/rating/{reference}/{token}")


def get_rated(reference: str, token: str, session: SessionDep, state: StateDep) -> Report:
    """The report, if the link is right."""
    return rated_report(session, reference, token, secret=state.secret)


RatedDep = Annotated[Report, Depends(get_rated)]


@router.get("")
def ask(
    request: Request,
    report: RatedDep,
    state: StateDep,
    lang: LanguageDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
    score: str = "",
) -> Response:
    """The question; whatever opens links for its reader chooses nothing."""
    return _page(request, report, state, lang=lang, chosen=score_of(score))


# The form comes before the report: a body that arrives slowly must not hold a database connection.
@router.post("", dependencies=[CsrfChecked])
def answer(
    request: Request, form: FormDep, report: RatedDep, session: SessionDep, state: StateDep, now: NowDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """The last word counts, and two taps are one."""
    score = score_of(str(form.get("score") or ""))
    words = as_seen(CONTROL.sub("", str(form.get("words") or "")))
    try:
        rating.rate(session, report, score=score, words=words, at=now)
    except Conflict:
        return _page(request, report, state, lang=lang, chosen=score, status_code=409)
    except Invalid as error:
        mistakes = {name: translate(sentence, lang) for name, sentence in error.fields.items()}
        typed = {"rating_errors": mistakes, "rating_words": words}
        return _page(request, report, state, lang=lang, chosen=score, status_code=422, **typed)
    return redirect(request, f"{rating_path(report, secret=state.secret)}/thanks")


@router.get("/thanks")
def thank(
    request: Request,
    report: RatedDep,
    state: StateDep,
    now: NowDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """And what to do when it was not good."""
    phones = state.rules_file.current.municipality.phones
    return render(
        request,
        "rating/thanks.html",
        report=report,
        score_words=rating.SCORE_WORDS,
        can_reopen=can_say_still_broken(report, days=state.settings.reopen_days, at=now),
        desk_email=state.settings.desk_email,
        desk_phones=[phone for phone in phones if not phone.emergency and len(phone.number) > 4],
    )


def score_of(typed: str) -> int | None:
    """1 to 5, or None for anything else."""
    return int(typed) if typed in {str(score) for score in rating.SCORES} else None


def _page(
    request: Request, report: Report, state: AppState, *, lang: str, chosen: int | None, status_code: int = 200,
    **typed: Any,
) -> Response:  # fmt: skip
    asked = {"rating_errors": {}} | question(report, secret=state.secret, chosen=chosen) | typed
    return render(
        request,
        "rating/page.html",
        status_code=status_code,
        report=report,
        why_not="" if rating.can_rate(report) else translate(rating.why_not(report), lang),
        **asked,
    )
