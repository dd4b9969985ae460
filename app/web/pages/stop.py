"""What the link at the foot of a reporter's mails opens: no more mails, about one report or all; and back again.

Opening the page changes nothing, because programs that scan mails open links. Pressing twice changes nothing either.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.errors import N_, Invalid
from app.models import Report
from app.models.links import stop_all_path, stop_path
from app.queries.following import report_to_stop
from app.services import stopping
from app.web.deps import FormDep, MaybeStaffDep, NowDep, SessionDep, StateDep
from app.web.one_click import is_one_click
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False, prefix="/stop/{reference}/{token}")
STARTED = N_("You get mails again.")
STOPPED = N_("You get no more mails.")


def get_stopping(reference: str, token: str, session: SessionDep, state: StateDep) -> Report:
    """The report whose mails this link stops; raises NotFound."""
    return report_to_stop(session, reference, token, secret=state.secret)


StoppingDep = Annotated[Report, Depends(get_stopping)]


@router.get("")
def ask(
    request: Request,
    report: StoppingDep,
    session: SessionDep,
    state: StateDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """Whether mails go out, and buttons to change it."""
    return _page(request, report, session, state, everywhere=False)


@router.get("/all")
def ask_about_all(
    request: Request,
    report: StoppingDep,
    session: SessionDep,
    state: StateDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """The same for all reports of the address."""
    return _page(request, report, session, state, everywhere=True)


# Forms come before sessions: a body that arrives slowly must not hold a database connection.
@router.post("")
def stop(
    request: Request, form: FormDep, report: StoppingDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """One of the buttons, or a mail program's own (RFC 8058), which means this one report."""
    if is_one_click(request, form, state):
        stopping.stop(session, report, at=now)
        return _page(request, report, session, state, everywhere=False)
    said = STOPPED
    match form.get("do"):
        case "stop":
            stopping.stop(session, report, at=now)
        case "stop-all":
            stopping.stop_all(session, report, at=now)
        case "start":
            stopping.start_again(session, report)
            said = STARTED
        case _:
            raise Invalid(N_("Choose one of the buttons."))
    return redirect(request, stop_path(report, secret=state.secret), flash=("success", said))


@router.post("/all")
def stop_all(
    request: Request, form: FormDep, report: StoppingDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """The same for all reports of the address."""
    one_click = is_one_click(request, form, state)
    start = not one_click and form.get("do") == "start"
    if start:
        stopping.start_again(session, report, everywhere=True)
    else:
        stopping.stop_all(session, report, at=now)
    if one_click:
        return _page(request, report, session, state, everywhere=True)
    path = stop_all_path(report, secret=state.secret)
    return redirect(request, path, flash=("success", STARTED if start else STOPPED))


def _page(request: Request, report: Report, session: SessionDep, state: StateDep, *, everywhere: bool) -> Response:
    category = state.rules_file.current.categories.get(report.category_code)
    others = stopping.others_that_are_told(session, report)
    return render(request, "stop/page.html", report=report, category=category, others=others, everywhere=everywhere)
