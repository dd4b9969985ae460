"""What the links in mails to supporters open: confirm the address, and stop. Opening a page changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.errors import N_
from app.models import Support
from app.models.links import follow_path, public_path, support_confirm_path, support_stop_path
from app.queries.supporters import supporter
from app.services import mailboxes, stopping, supporting
from app.web.deps import (
    CsrfChecked,
    FormDep,
    MaybeStaffDep,
    NowDep,
    SessionDep,
    StateDep,
)
from app.web.one_click import is_one_click
from app.web.state import AppState
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False)
CONFIRMED = N_("Thank you. You will hear from us when something happens.")
NOTHING_CHOSEN = N_("You chose nothing, so you get no mails about it.")


def get_confirming(support_id: int, token: str, session: SessionDep, state: StateDep) -> Support:
    """The support whose address this link confirms."""
    path = f"/confirm-support/{support_id}/{token}"
    return supporter(session, support_id, path, expected=_maker(support_confirm_path, state))


def get_stopping(support_id: int, token: str, session: SessionDep, state: StateDep) -> Support:
    """The support whose mails this link stops."""
    path = f"/stop-support/{support_id}/{token}"
    return supporter(session, support_id, path, expected=_maker(support_stop_path, state))


ConfirmingDep = Annotated[Support, Depends(get_confirming)]
StoppingDep = Annotated[Support, Depends(get_stopping)]


@router.get("/confirm-support/{support_id}/{token}")
def ask(
    request: Request,
    mine: ConfirmingDep,
    session: SessionDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """Which report it is about, which others came with the address, and one button."""
    others = supporting.waiting_with(session, mine)
    return render(request, "support/confirm.html", support=mine, others=others, choice=mailboxes.choice)


@router.post("/confirm-support/{support_id}/{token}", dependencies=[CsrfChecked])
def confirm(
    request: Request, form: FormDep, mine: ConfirmingDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """Whoever reads the address wants to hear more; of reports that were sent with it too, these are the links."""
    chosen = set(map(str, form.getlist("mine")))
    own = supporting.confirm(session, mine, chosen=chosen, at=now)
    if not own:
        said = CONFIRMED if chosen or not mine.is_over else NOTHING_CHOSEN
        path = public_path(mine.report) + ("" if mine.is_over else "?counted=1")
        return redirect(request, path, flash=("success", said))
    links = [(one, follow_path(one, secret=state.secret)) for one in own]
    return render(request, "follow/confirmed.html", links=links)


@router.get("/stop-support/{support_id}/{token}")
def ask_to_stop(
    request: Request,
    mine: StoppingDep,
    state: StateDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """One button."""
    return _stop_page(request, mine, state)


@router.post("/stop-support/{support_id}/{token}")
def stop(
    request: Request, form: FormDep, mine: StoppingDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """No more mails about the matter, by the page's button or a mail program's own."""
    one_click = is_one_click(request, form, state)
    stopping.stop_support(session, mine, at=now)
    if one_click:
        return _stop_page(request, mine, state)
    return redirect(request, support_stop_path(mine, secret=state.secret))


def _stop_page(request: Request, mine: Support, state: AppState) -> Response:
    category = state.rules_file.current.categories.get(mine.report.category_code)
    return render(request, "support/stop.html", support=mine, category=category)


def _maker(path: Callable[..., str], state: AppState) -> Callable[[Support], str]:
    return lambda support: path(support, secret=state.secret)
