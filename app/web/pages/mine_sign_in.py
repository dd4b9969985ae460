"""My reports, the door: ask for a link by e-mail, use it once, sign out. Opening a link changes nothing."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid, NotFound
from app.services import mine
from app.text import say, translate
from app.web import security
from app.web.deps import CsrfChecked, FormDep, LanguageDep, MaybeStaffDep, NowDep, SessionDep, StateDep
from app.web.limiting import check_sender
from app.web.resident import COOKIE, MaybeResidentDep, ResidentDep, end_session, keep_session
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False, prefix="/mine")
SIGNED_OUT = N_("You are signed out in this browser.")
SIGNED_OUT_EVERYWHERE = N_("You are signed out in all browsers, and links that were not used no longer work.")


def count_asking(request: Request) -> None:
    """Raises TooMany; before the request's session takes a connection."""
    check_sender(request, "sign_in")


AskingCounted = Depends(count_asking)


@router.get("/sign-in")
def show_form(
    request: Request,
    resident: MaybeResidentDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
    asked: str = "",
) -> Response:
    """The form; after it, the same words whoever was asked for."""
    if resident is not None:
        return redirect(request, "/mine")
    return _form(request, asked=bool(asked))


@router.post("/sign-in", dependencies=[CsrfChecked, AskingCounted])
def ask(
    request: Request, form: FormDep, session: SessionDep, now: NowDep, lang: LanguageDep
) -> Response:  # fmt: skip
    """A link to this address, if it is known; the answer does not tell whether it is."""
    typed = str(form.get("email") or "").replace("\x00", "")[:300]
    try:
        mine.ask_for_link(session, typed, language=lang, at=now)
    except Invalid as error:
        return _form(request, typed=typed, error=translate(error.message, lang))
    return redirect(request, "/mine/sign-in?asked=1")


@router.get("/link/{token}")
def show_link(
    request: Request,
    token: str,
    session: SessionDep,
    now: NowDep,
    lang: LanguageDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """One button, because programs that scan mails open links."""
    try:
        link = mine.link_of(session, token)
    except NotFound as error:
        return _dead(request, say(error, lang), status_code=404)
    why = mine.why_dead(link, at=now)
    if why:
        return _dead(request, translate(why, lang), again=f"{request.url.path}/again")
    return render(request, "mine/link.html", email=link.email)


@router.post("/link/{token}", dependencies=[CsrfChecked])
def sign_in(
    request: Request, token: str, session: SessionDep, state: StateDep, now: NowDep, lang: LanguageDep
) -> Response:
    """Signed in, with a session of its own for this browser; an earlier one ends."""
    before = security.get_cookie(request, state.settings, COOKIE)
    try:
        made = mine.sign_in(session, token, before=before, days=state.settings.mine_days, at=now)
    except NotFound as error:
        return _dead(request, say(error, lang), status_code=404)
    except Conflict as error:
        return _dead(request, say(error, lang), again=f"{request.url.path}/again")
    response = redirect(request, "/mine")
    keep_session(response, state.settings, made)
    return response


@router.post("/link/{token}/again", dependencies=[CsrfChecked, AskingCounted])
def ask_again(
    request: Request, token: str, session: SessionDep, now: NowDep, lang: LanguageDep
) -> Response:  # fmt: skip
    """A new link in the place of one that is over, to the address to which that one went."""
    _ask_again(session, token, now=now, lang=lang)
    return redirect(request, "/mine/sign-in?asked=1")


def _ask_again(session: Session, token: str, *, now: NowDep, lang: str) -> None:
    mine.ask_for_link(session, mine.link_of(session, token).email, language=lang, at=now)


@router.post("/sign-out", dependencies=[CsrfChecked])
def sign_out(request: Request, session: SessionDep, state: StateDep) -> Response:
    """End the session on the server, not only in the browser."""
    token = security.get_cookie(request, state.settings, COOKIE)
    if token:
        mine.sign_out(session, token)
    response = redirect(request, "/mine", flash=("success", SIGNED_OUT))
    end_session(response, state.settings)
    return response


@router.post("/sign-out-everywhere", dependencies=[CsrfChecked])
def sign_out_everywhere(request: Request, resident: ResidentDep, session: SessionDep, state: StateDep) -> Response:
    """After a phone was lost."""
    mine.sign_out_everywhere(session, resident.email)
    response = redirect(request, "/mine", flash=("success", SIGNED_OUT_EVERYWHERE))
    end_session(response, state.settings)
    return response


def _form(request: Request, *, asked: bool = False, typed: str = "", error: str = "") -> Response:
    return render(
        request, "mine/sign_in.html", status_code=422 if error else 200, asked=asked, email=typed, email_error=error
    )


def _dead(request: Request, why: str, *, again: str = "", status_code: int = 410) -> Response:
    """What to do with a link that does not work: one press for a new one, or the form."""
    return render(
        request, "mine/dead_link.html", status_code=status_code, why=why, again=again, email="", email_error=""
    )
