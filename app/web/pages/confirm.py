"""Confirming an address: the mail's link opens a page with one button, because mail scanners open links.

One mail a day goes to an address that nobody confirmed, so the page lists all that was sent with it meanwhile. Its
owner chooses, because a stranger may have typed the address.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import Report
from app.models.links import follow_path
from app.queries.following import report_to_confirm
from app.queries.mailboxes import Waiting, waiting_for
from app.services import mailboxes
from app.web.deps import CsrfChecked, FormDep, MaybeStaffDep, NowDep, SessionDep, StateDep
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
    said_yes = report.reporter is not None and report.reporter.hears
    return render(
        request,
        "follow/confirm.html",
        report=report,
        others=_others(session, report),
        choice=mailboxes.choice,
        follow_url=follow_path(report, secret=state.secret) if said_yes else "",
    )


@router.post("", dependencies=[CsrfChecked])
def confirm(
    request: Request, reference: str, token: str, form: FormDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """The person who reads the address wants to hear more."""
    report = report_to_confirm(session, reference, token, secret=state.secret)
    chosen = set(map(str, form.getlist("mine")))
    others = mailboxes.confirm(_others(session, report), chosen=chosen, at=now)
    mailboxes.confirm_report(report, at=now)
    if not others:
        return redirect(request, follow_path(report, secret=state.secret), flash=("success", CONFIRMED))
    links = [(one, follow_path(one, secret=state.secret)) for one in (report, *others)]
    return render(request, "follow/confirmed.html", links=links)


def _others(session: Session, report: Report) -> Waiting:
    """What else waits for this address."""
    email = report.reporter.email if report.reporter is not None else None
    waiting = waiting_for(session, email or "", around=report.created_at)
    return Waiting([one for one in waiting.reports if one.id != report.id], waiting.supports, waiting.follows)
