"""What could not be delivered, and what the desk does about it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.delivery import in_words
from app.errors import N_
from app.queries import deliveries as queries
from app.services import forwarding, undelivered
from app.web.deps import CsrfChecked, DeskDep, LanguageDep, NowDep, RulesDep, SessionDep
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/deliveries", include_in_schema=False)
HERE = "/staff/deliveries"


@router.get("")
def deliveries_page(request: Request, staff: DeskDep, session: SessionDep, lang: LanguageDep, now: NowDep) -> Response:
    """Could not be delivered: to units and to reporters, with the reason."""
    found = queries.undelivered(session, staff)
    waiting = found.units_in_all + found.reporters_in_all
    return render(
        request,
        "staff/deliveries.html",
        found=found,
        shown=queries.SHOWN,
        is_braked=queries.switched_off_lately(session, at=now) >= queries.MOST_AN_HOUR,
        counts={"deliveries": waiting},
        reason=lambda row: in_words(row.last_error, lang),
    )


@router.post("/{delivery_id:int}/attempt", dependencies=[CsrfChecked])
def try_again(
    request: Request, delivery_id: int, *, staff: DeskDep, session: SessionDep, rules: RulesDep, now: NowDep
) -> Response:
    """Send it to the unit once more."""
    forwarding.retry(session, delivery_id, rules=rules, by=staff, at=now)
    return redirect(request, HERE, flash=("success", N_("It is sent once more now.")))


@router.post("/{delivery_id:int}/arrival", dependencies=[CsrfChecked])
def settle(request: Request, delivery_id: int, staff: DeskDep, session: SessionDep, now: NowDep) -> Response:
    """The unit knows of it."""
    undelivered.settle_delivery(session, delivery_id, by=staff, at=now)
    return redirect(request, HERE, flash=("success", N_("Good. It is off the list.")))


@router.post("/{delivery_id:int}/call-back", dependencies=[CsrfChecked])
def call_back(
    request: Request, delivery_id: int, *, staff: DeskDep, session: SessionDep, rules: RulesDep, now: NowDep
) -> Response:
    """The report comes back to the queue."""
    sent = undelivered.forwarding_of(session, delivery_id, by=staff)
    report = forwarding.call_back(session, sent, rules=rules, by=staff, at=now)
    sentence = N_("Report %(reference)s is back in the queue.")
    return redirect(request, HERE, flash=("success", sentence), reference=report.shown_reference)


@router.post("/notifications/{notification_id:int}/attempt", dependencies=[CsrfChecked])
def try_notification_again(
    request: Request, notification_id: int, staff: DeskDep, session: SessionDep, now: NowDep
) -> Response:
    """Send the reporter's mail once more."""
    undelivered.retry_notification(session, notification_id, by=staff, at=now)
    return redirect(request, HERE, flash=("success", N_("It is sent once more now.")))


@router.post("/notifications/{notification_id:int}/arrival", dependencies=[CsrfChecked])
def settle_notification(
    request: Request, notification_id: int, staff: DeskDep, session: SessionDep, now: NowDep
) -> Response:
    """Nothing more is done about it."""
    undelivered.settle_notification(session, notification_id, by=staff, at=now)
    return redirect(request, HERE, flash=("success", N_("Good. It is off the list.")))
