"""One's own account: name, language, password, and out on every device."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.db import transaction
from app.errors import N_, DomainError, Invalid
from app.models import Staff
from app.queries import people
from app.services import deputies, signing_in
from app.services import staff as services
from app.text import say, translate
from app.web import security
from app.web.client_address import client_address
from app.web.deps import AnyStaffDep, CsrfChecked, FormDep, NowDep, SessionDep, StateDep, get_language
from app.web.devices import device_words
from app.web.pages.staff_invitations import NOT_THE_SAME
from app.web.state import state_of
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/account", include_in_schema=False)

A_YEAR = 365 * 86400


@router.get("")
def account_page(request: Request, staff: AnyStaffDep, session: SessionDep, now: NowDep) -> Response:
    """Who I am here."""
    return _page(request, staff, session, now)


@router.post("", dependencies=[CsrfChecked])
def save(
    request: Request, staff: AnyStaffDep, session: SessionDep, form: FormDep, state: StateDep, now: NowDep
) -> Response:
    """Name and language; the language counts in this browser at once."""
    name, language = str(form.get("name") or ""), str(form.get("language") or "")
    try:
        services.change_account(staff, name=name, language=language)
    except Invalid as error:
        return _page(request, staff, session, now, error=error, typed=name)
    response = redirect(request, "/staff/account", flash=("success", N_("Your account is saved.")))
    response.set_cookie(
        "gatami_language",
        language,
        max_age=A_YEAR,
        path="/",
        secure=state.settings.https,
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/password", dependencies=[CsrfChecked])
def change_password(
    request: Request, staff: AnyStaffDep, session: SessionDep, form: FormDep, state: StateDep, now: NowDep
) -> Response:
    """A new password, which ends every session; this browser gets a new one."""
    current, new, again = (str(form.get(name) or "") for name in ("current", "password", "again"))
    try:
        if new != again:
            raise Invalid(NOT_THE_SAME, fields={"again": NOT_THE_SAME})
        # Guessing the old password in a browser that was left open is counted like guessing it at the door.
        with transaction(state.session_factory) as counting:
            signing_in.count_attempt(counting, staff.email, client_address(request, state.settings), at=now)
        services.change_password(session, staff, current=current, new=new, at=now)
    except DomainError as error:
        return _page(request, staff, session, now, error=error)
    device = device_words(request.headers.get("user-agent", ""))
    hours = state.settings.session_hours
    token = signing_in.sign_in(session, staff.email, new, at=now, hours=hours, device=device)
    response = redirect(
        request,
        "/staff/account",
        flash=("success", N_("Your new password counts. You are signed out everywhere else.")),
    )
    security.set_cookie(response, state.settings, "gatami_session", token)
    return response


@router.post("/mails", dependencies=[CsrfChecked])
def choose_mails(request: Request, staff: AnyStaffDep, form: FormDep) -> Response:
    """Whether who leads a unit gets the daily mail about what is overdue there."""
    staff.overdue_mails = form.get("overdue_mails") == "1"
    return redirect(request, "/staff/account", flash=("success", N_("Your choice is saved.")))


@router.post("/sessions", dependencies=[CsrfChecked])
def sign_out_everywhere(
    request: Request, staff: AnyStaffDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """A telephone that was lost is out with the next click."""
    signing_in.revoke_sessions(session, staff, at=now)
    response = redirect(request, "/staff/sign-in", flash=("success", N_("You are signed out on every device.")))
    response.delete_cookie(
        security.cookie_name(state.settings, "gatami_session"), path="/", secure=state.settings.https
    )
    return response


@router.post("/sessions/{number:int}", dependencies=[CsrfChecked])
def sign_out_one(request: Request, number: int, staff: AnyStaffDep, session: SessionDep, now: NowDep) -> Response:
    """One browser is out with its next click; it may be this one."""
    signing_in.revoke_session(session, staff, min(number, 2**62), at=now)
    return redirect(request, "/staff/account", flash=("success", N_("The browser is signed out.")))


def _page(
    request: Request,
    staff: Staff,
    session: Session,
    now: datetime,
    *,
    error: DomainError | None = None,
    typed: str | None = None,
) -> Response:
    lang, mistakes, status = get_language(request), {}, 200
    browsers = people.open_browsers(session, staff, at=now)
    token = security.get_cookie(request, state_of(request).settings, "gatami_session")
    if error is not None:
        fields = error.fields if isinstance(error, Invalid) else {}
        mistakes = {name: translate(words, lang) for name, words in fields.items()} or {"": say(error, lang)}
        status = 422 if isinstance(error, Invalid) else 429
    return render(
        request,
        "staff/account.html",
        status_code=status,
        me=staff,
        mistakes=mistakes,
        name=staff.name if typed is None else typed,
        devices=len(browsers),
        browsers=browsers,
        current=signing_in.number_of(session, token),
        arranged=deputies.arranged(session, staff, at=now),
    )
