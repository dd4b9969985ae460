"""My reports: those of this device, which its browser lists itself, and all of one e-mail address when signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from app.errors import N_, Conflict
from app.languages import LANGUAGES
from app.models.links import follow_path, place_path, public_path
from app.queries.mine import Edge, everything
from app.queries.public import Position
from app.services import mailboxes, mine_choices
from app.web.cursors import make_cursor, read_cursor
from app.web.deps import CsrfChecked, FormDep, MaybeStaffDep, NowDep, SessionDep, StateDep
from app.web.resident import MaybeResidentDep, ResidentDep
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False, prefix="/mine")
PER_PAGE = 20
SHOWN = ("all", "open", "closed")
CONFIRMED = N_("Thank you. You will hear from us when something happens.")
NOTHING_CHOSEN = N_("You chose nothing, so nothing was changed.")
MAILS_ON = N_("You get mails again.")
MAILS_OFF = N_("You get no more mails about it.")
REMOVED = N_("It is removed. We do not write to you about it.")
LANGUAGE_CHANGED = N_("Mails to you come in this language from now on.")


@dataclass(frozen=True, slots=True)
class Turning:
    """Turns the pages of one address's list, with one filter."""

    email: str
    shown: str
    secret: bytes

    def read(self, part: str, cursor: str) -> Edge | None:
        """Where this page begins; None at the beginning of the list. Raises CursorError."""
        if not cursor:
            return None
        at, number = read_cursor(cursor, filters=self._filters(part), secret=self.secret)
        return Edge(part == "open", at, number)

    def address(self, edge: Edge | None) -> str:
        """Address of the next page; empty after the last."""
        if edge is None:
            return ""
        part = "open" if edge.is_open else "closed"
        position = Position(edge.created_at, edge.id)
        cursor = make_cursor(position, filters=self._filters(part), secret=self.secret)
        return f"/mine?{urlencode({'show': self.shown, 'part': part, 'before': cursor})}"

    def _filters(self, part: str) -> str:
        return f"mine\x00{self.email.lower()}\x00{self.shown}\x00{part}"


@router.get("")
def show_mine(
    request: Request,
    session: SessionDep,
    state: StateDep,
    resident: MaybeResidentDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
    show: str = "all",
    part: str = "open",
    before: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Without signing in only what this browser remembers by itself."""
    if resident is None:
        return render(request, "mine/device.html", email="", email_error="")
    turning = Turning(resident.email, show if show in SHOWN else "all", state.secret)
    edge = turning.read(part, before)
    mine = everything(session, resident.email, shown=turning.shown, before=edge, limit=PER_PAGE)
    return render(
        request,
        "mine/page.html",
        resident=resident,
        mine=mine,
        shown=turning.shown,
        is_first=edge is None,
        older=turning.address(mine.older),
        choice=mailboxes.choice,
        follow_path=lambda report: follow_path(report, secret=state.secret),
        place_path=lambda follow: place_path(follow, secret=state.secret),
        public_path=public_path,
        mail_languages=LANGUAGES,
    )


@router.post("/confirmation", dependencies=[CsrfChecked])
def confirm(request: Request, form: FormDep, resident: ResidentDep, session: SessionDep, now: NowDep) -> Response:
    """What was sent with the address is its owner's, where the owner says so."""
    chosen = set(map(str, form.getlist("mine")))
    count = mine_choices.confirm(session, resident.email, chosen=chosen, at=now)
    return redirect(request, "/mine", flash=("success", CONFIRMED) if count else ("info", NOTHING_CHOSEN))


@router.post("/reports/{reference}/mails", dependencies=[CsrfChecked])
def set_mails(
    request: Request, reference: str, form: FormDep, resident: ResidentDep, session: SessionDep, now: NowDep
) -> Response:
    """Mails about one report, on or off."""
    on = form.get("mails") == "on"
    mine_choices.set_mails(session, resident.email, reference, on=on, at=now)
    return redirect(request, "/mine", flash=("success", MAILS_ON if on else MAILS_OFF))


@router.post("/mails", dependencies=[CsrfChecked])
def set_all_mails(request: Request, form: FormDep, resident: ResidentDep, session: SessionDep, now: NowDep) -> Response:
    """Mails about all reports, on or off."""
    on = form.get("mails") == "on"
    mine_choices.set_all_mails(session, resident.email, on=on, at=now)
    return redirect(request, "/mine", flash=("success", MAILS_ON if on else MAILS_OFF))


@router.post("/supports/{support_id}/stop", dependencies=[CsrfChecked])
def stop_support(
    request: Request, support_id: int, resident: ResidentDep, session: SessionDep, now: NowDep
) -> Response:  # fmt: skip
    """No mails about what somebody else reported."""
    mine_choices.stop_support(session, resident.email, support_id, at=now)
    return redirect(request, "/mine", flash=("success", MAILS_OFF))


@router.post("/supports/{support_id}/answer", dependencies=[CsrfChecked])
def answer_support(
    request: Request, support_id: int, form: FormDep, resident: ResidentDep, session: SessionDep, now: NowDep
) -> Response:
    """Yes or no to mails about what somebody else reported: signing in has shown whose the address is."""
    yes = form.get("answer") == "yes"
    mine_choices.answer_support(session, resident.email, support_id, yes=yes, at=now)
    return redirect(request, "/mine", flash=("success", CONFIRMED if yes else REMOVED))


@router.post("/places/{follow_id}/answer", dependencies=[CsrfChecked])
def answer_place(
    request: Request, follow_id: int, form: FormDep, resident: ResidentDep, session: SessionDep, now: NowDep
) -> Response:
    """The same for a place."""
    yes = form.get("answer") == "yes"
    try:
        mine_choices.answer_place(session, resident.email, follow_id, yes=yes, at=now)
    except Conflict as error:
        return redirect(request, "/mine", flash=("danger", error.message), **error.params)
    return redirect(request, "/mine", flash=("success", CONFIRMED if yes else REMOVED))


@router.post("/language", dependencies=[CsrfChecked])
def set_language(request: Request, form: FormDep, resident: ResidentDep, session: SessionDep) -> Response:
    """Of the mails."""
    language = str(form.get("language"))
    if language in LANGUAGES:
        mine_choices.set_language(session, resident.email, language)
    return redirect(request, "/mine", flash=("success", LANGUAGE_CHANGED))
