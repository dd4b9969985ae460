"""The link of an invitation: one page to choose a password on. Opening it changes nothing."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.errors import N_, Invalid
from app.models import Staff
from app.services import staff as services
from app.text import say, translate
from app.web import security
from app.web.deps import CsrfChecked, FormDep, LanguageDep, NowDep, SessionDep, StateDep
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/invitations", include_in_schema=False)

NOT_THE_SAME = N_("The two passwords are not the same. Write them once more.")


@router.get("/{token}")
def invitation_page(request: Request, token: str, session: SessionDep, now: NowDep) -> Response:
    """The form; mail programs and scanners that open links use nothing up."""
    return _form(request, services.invitation(session, token, at=now))


@router.post("/{token}", dependencies=[CsrfChecked])
def accept(
    request: Request, token: str, form: FormDep, session: SessionDep, state: StateDep, now: NowDep, lang: LanguageDep
) -> Response:
    """The chosen password counts, and the person signs in with it."""
    password, again = str(form.get("password") or ""), str(form.get("again") or "")
    if password != again:
        invited = services.invitation(session, token, at=now)
        return _form(request, invited, field="again", sentence=translate(NOT_THE_SAME, lang))
    try:
        services.accept_invitation(session, token, password, at=now)
    except Invalid as error:
        return _form(request, services.invitation(session, token, at=now), field="password", sentence=say(error, lang))
    response = redirect(request, "/staff/sign-in", flash=("success", N_("Your password is saved. Sign in with it.")))
    # Whoever was signed in here before must not be taken for the new person.
    response.delete_cookie(
        security.cookie_name(state.settings, "gatami_session"), path="/", secure=state.settings.https
    )
    return response


def _form(request: Request, invited: Staff, *, field: str = "", sentence: str = "") -> Response:
    return render(
        request,
        "staff/invitation.html",
        status_code=422 if sentence else 200,
        invited=invited,
        mistakes={field: sentence} if sentence else {},
    )
