"""What the links in mails about places open: begin, and stop. Opening a page changes nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.errors import N_, Conflict
from app.models import PlaceFollow
from app.models.links import follow_path, place_confirm_path, place_path, place_stop_path
from app.queries.mailboxes import Waiting, waiting_for
from app.queries.place_following import follow_behind
from app.services import mailboxes, place_confirming, place_following
from app.services.place_words import group_names, place_name, rhythm_words
from app.text import say
from app.web.deps import (
    CsrfChecked,
    FormDep,
    LanguageDep,
    NowDep,
    RulesDep,
    SessionDep,
    StateDep,
)
from app.web.one_click import is_one_click
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False)
CONFIRMED = N_("Thank you. You follow the place from now on.")


def get_confirming(follow_id: int, token: str, session: SessionDep, state: StateDep) -> PlaceFollow:
    """The follow that this link begins."""
    path = f"/confirm-place/{follow_id}/{token}"
    return follow_behind(session, follow_id, path, expected=lambda one: place_confirm_path(one, secret=state.secret))


def get_stopping(follow_id: int, token: str, session: SessionDep, state: StateDep) -> PlaceFollow:
    """The follow that this link ends."""
    path = f"/stop-place/{follow_id}/{token}"
    return follow_behind(session, follow_id, path, expected=lambda one: place_stop_path(one, secret=state.secret))


ConfirmingDep = Annotated[PlaceFollow, Depends(get_confirming)]
StoppingDep = Annotated[PlaceFollow, Depends(get_stopping)]


@router.get("/confirm-place/{follow_id}/{token}")
def ask(request: Request, follow: ConfirmingDep, session: SessionDep, rules: RulesDep, lang: LanguageDep) -> Response:
    """Which place it is, what else came with the address, and one button."""
    return _confirm_page(request, follow, _others(session, follow), rules, lang)


@router.post("/confirm-place/{follow_id}/{token}", dependencies=[CsrfChecked])
def confirm(
    request: Request, form: FormDep, follow: ConfirmingDep, session: SessionDep, state: StateDep, rules: RulesDep,
    now: NowDep, lang: LanguageDep,
) -> Response:  # fmt: skip
    """Whoever reads the address wants to hear of the place; of reports that came with it too, these are the links."""
    others = _others(session, follow)
    try:
        place_confirming.confirm(session, follow, at=now)
    except Conflict as error:
        return _confirm_page(request, follow, others, rules, lang, problem=say(error, lang))
    own = mailboxes.confirm(others, chosen=set(map(str, form.getlist("mine"))), at=now)
    if own:
        links = [(one, follow_path(one, secret=state.secret)) for one in own]
        return render(request, "follow/confirmed.html", links=links)
    if follow.ended_at is not None:
        return redirect(request, place_confirm_path(follow, secret=state.secret))
    return redirect(request, place_path(follow, secret=state.secret), flash=("success", CONFIRMED))


@router.get("/stop-place/{follow_id}/{token}")
def ask_to_stop(request: Request, follow: StoppingDep, lang: LanguageDep) -> Response:
    """One button."""
    return _stop_page(request, follow, lang)


@router.post("/stop-place/{follow_id}/{token}")
def stop(
    request: Request, form: FormDep, follow: StoppingDep, session: SessionDep, state: StateDep, now: NowDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """No more mails, by the page's button or a mail program's own."""
    one_click = is_one_click(request, form, state)
    place_following.end(session, follow, at=now)
    if one_click:
        return _stop_page(request, follow, lang)
    return redirect(request, place_stop_path(follow, secret=state.secret))


def _others(session: SessionDep, follow: PlaceFollow) -> Waiting:
    """What else waits for the button in the day's only mail to this address."""
    waiting = waiting_for(session, follow.email or "", around=follow.created_at, until=follow.asked_at)
    rest = [one for one in waiting.follows if one.id != follow.id]
    return Waiting(waiting.reports, waiting.supports, rest)


def _confirm_page(
    request: Request, follow: PlaceFollow, others: Waiting, rules: RulesDep, lang: str, *, problem: str = ""
) -> Response:
    return render(
        request,
        "place_following/confirm.html",
        status_code=409 if problem else 200,
        follow=follow,
        named=place_name(follow, lang),
        kinds=group_names(follow, rules, lang),
        rhythm=rhythm_words(follow.weekday, lang),
        others=others,
        choice=mailboxes.choice,
        place_name=lambda one: place_name(one, lang),
        problem=problem,
    )


def _stop_page(request: Request, follow: PlaceFollow, lang: str) -> Response:
    return render(request, "place_following/stop.html", follow=follow, named=place_name(follow, lang))
