"""The staff's door: sign in, sign out, and the way to one's own start page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.db import transaction
from app.errors import DomainError, Invalid
from app.models import Role
from app.services import signing_in
from app.text import say
from app.web import security
from app.web.client_address import client_address
from app.web.deps import AnyStaffDep, CsrfChecked, FormDep, MaybeStaffDep, NowDep, SessionDep, StateDep, get_language
from app.web.devices import device_words
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False)

HOME_OF = {
    Role.DESK: "/staff/day",
    Role.ADMIN: "/staff/day",
    Role.UNIT: "/staff/inbox",
    Role.CREW: "/staff/route-lists",
}


@router.get("/staff")
def staff_home(request: Request, staff: AnyStaffDep) -> Response:
    """To the page where this role's work waits."""
    return redirect(request, HOME_OF[Role(staff.role)])


@router.get("/staff/sign-in")
def sign_in_page(request: Request, staff: MaybeStaffDep, next: str = "/staff") -> Response:  # noqa: A002
    """The form; somebody who is signed in is sent on."""
    if staff is not None:
        return redirect(request, own_path(next))
    return render(request, "staff/sign_in.html", email="", next=own_path(next), sentence=None)


@router.post("/staff/sign-in", dependencies=[CsrfChecked])
def sign_in(request: Request, form: FormDep, session: SessionDep, state: StateDep, now: NowDep) -> Response:
    """Count the attempt first, in a transaction of its own: a refused one must stay counted."""
    email, password, target = (str(form.get(name) or "") for name in ("email", "password", "next"))
    try:
        with transaction(state.session_factory) as counting:
            signing_in.count_attempt(counting, email, client_address(request, state.settings), at=now)
        device = device_words(request.headers.get("user-agent", ""))
        token = signing_in.sign_in(session, email, password, at=now, hours=state.settings.session_hours, device=device)
    except DomainError as error:
        status = 422 if isinstance(error, Invalid) else 429
        return render(
            request,
            "staff/sign_in.html",
            status_code=status,
            email=email,
            next=own_path(target),
            sentence=say(error, get_language(request)),
        )
    response = redirect(request, own_path(target))
    security.set_cookie(response, state.settings, "gatami_session", token)
    return response


@router.post("/staff/sign-out", dependencies=[CsrfChecked])
def sign_out(request: Request, session: SessionDep, state: StateDep, now: NowDep) -> Response:
    """End the session on the server, not only in the browser."""
    token = security.get_cookie(request, state.settings, "gatami_session")
    if token:
        signing_in.sign_out(session, token, at=now)
    response = redirect(request, "/staff/sign-in")
    response.delete_cookie(
        security.cookie_name(state.settings, "gatami_session"), path="/", secure=state.settings.https
    )
    return response


def own_path(path: str) -> str:
    """A path below /staff of this site; anything else that was asked for leads home."""
    return path if path.startswith("/staff") and "//" not in path and "\\" not in path else "/staff"
