"""Confirming an address: the mail's link opens a page with one button, because mail scanners open links."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.errors import N_
from app.models.links import follow_path
from app.queries.following import report_to_confirm
from app.services.following import confirm_address
from app.web.deps import CsrfChecked, MaybeStaffDep, NowDep, SessionDep, StateDep
from app.web.templating import redirect, render

router = APIRouter(include_in_schema=False, prefix="/confirm/{reference}/{token}")
CONFIRMED = N_("Thank you. You will hear from us when something happens.")


@router.get("")
def ask(
    request: Request,
    reference: str,
    token: str,
    session: SessionDep,
    state: StateDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """Nothing is confirmed by opening the page."""
    report = report_to_confirm(session, reference, token, secret=state.secret)
    category = state.rules_file.current.categories.get(report.category_code)
    return render(request, "follow/confirm.html", report=report, category=category)


@router.post("", dependencies=[CsrfChecked])
def confirm(
    request: Request, reference: str, token: str, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """The person who reads the address wants to hear more."""
    report = report_to_confirm(session, reference, token, secret=state.secret)
    confirm_address(report, at=now)
    return redirect(request, follow_path(report, secret=state.secret), flash=("success", CONFIRMED))
