"""Mine too, from a report's own page; and the page after it: an address to follow by, or take it back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.errors import N_, Invalid
from app.models import Support
from app.models.links import public_path, support_path
from app.services import supporting
from app.services.supporting import Followed
from app.text import translate
from app.web import security
from app.web.deps import (
    CsrfChecked,
    FormDep,
    LanguageDep,
    MaybeStaffDep,
    NowDep,
    SessionDep,
    StateDep,
)
from app.web.limiting import check_sender, network_for_support
from app.web.support_step import by_link, thanks
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False)
TAKEN_BACK = N_("It is taken back, and no longer counted.")
# One sentence for both, so that nobody learns by it who else has written to us.
MAILED = N_(
    "A mail has gone to this address, now or within the last day. Press the button in it, and you hear from us about "
    "this report. It may lie among unwanted mail."
)
ANSWERS: dict[Followed, str] = {
    Followed.ALREADY: N_("You already get a mail when something happens."),
    Followed.ASKED: MAILED,
    Followed.ASKED_TODAY: MAILED,
}


def count_tap(request: Request) -> None:
    """Raises TooMany; once it is known that our page sent it, and before the request's session takes a connection."""
    check_sender(request, "support")


def get_support(support_id: int, token: str, session: SessionDep, state: StateDep) -> Support:
    """The support whose link this is."""
    return by_link(session, state, f"{support_id}/{token}")


TapCounted = Depends(count_tap)
SupportDep = Annotated[Support, Depends(get_support)]


@router.post("/reports/{reference}/support", dependencies=[CsrfChecked, TapCounted])
def say_mine_too(
    request: Request, reference: str, session: SessionDep, state: StateDep, now: NowDep, lang: LanguageDep
) -> Response:
    """One tap: counted once for each browser. Of a duplicate it counts for the report that stays."""
    device = security.device(request, state.settings)
    done = supporting.support(
        session,
        reference,
        device=device,
        network=network_for_support(request),
        secret=state.secret,
        language=lang,
        at=now,
    )
    return redirect(request, support_path(done.support, secret=state.secret))


@router.get("/support/{support_id}/{token}")
def show(
    request: Request,
    mine: SupportDep,
    state: StateDep,
    lang: LanguageDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """Thanks, and how to hear more."""
    return _page(request, thanks(mine.report, mine, state, lang=lang))


@router.post("/support/{support_id}/{token}/email", dependencies=[CsrfChecked, TapCounted])
def follow(
    request: Request, form: FormDep, mine: SupportDep, session: SessionDep, state: StateDep, now: NowDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """An address to write to; its owner gets one mail with a button."""
    typed = str(form.get("email") or "").replace("\x00", "")[:300]
    try:
        mine, followed = supporting.follow_anew(session, mine, email=typed, language=lang, at=now)
    except Invalid as error:
        mistake = {"email_error": translate(error.message, lang), "typed_email": typed}
        return _page(request, thanks(mine.report, mine, state, lang=lang) | mistake, status_code=422)
    return redirect(request, support_path(mine, secret=state.secret), flash=("success", ANSWERS[followed]))


@router.post("/support/{support_id}/{token}/withdrawal", dependencies=[CsrfChecked])
def take_back(request: Request, mine: SupportDep, session: SessionDep, now: NowDep) -> Response:
    """It was another fault."""
    path = public_path(mine.report)
    supporting.take_back(session, mine, at=now)
    return redirect(request, path, flash=("success", TAKEN_BACK))


def _page(request: Request, context: dict[str, Any], *, status_code: int = 200) -> Response:
    path = context["own_path"]
    return render(request, "support/thanks.html", status_code=status_code, **context, form=None, request_path=path)
