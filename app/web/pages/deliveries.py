"""What could not be delivered, and what the desk does about it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.delivery import in_words
from app.errors import N_
from app.models.reference import parse_reference
from app.queries import deliveries as queries
from app.services import forwarding, undelivered
from app.web.deps import CsrfChecked, DeskDep, FormDep, LanguageDep, NowDep, RulesDep, SessionDep
from app.web.pages.desk_form import filter_of, queue_url
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
    request: Request,
    delivery_id: int,
    *,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    now: NowDep,
    form: FormDep,
) -> Response:
    """Send it to the unit once more."""
    forwarding.retry(session, delivery_id, rules=rules, by=staff, at=now)
    return redirect(request, _there(form), flash=("success", N_("It is sent once more now.")))


@router.post("/{delivery_id:int}/arrival", dependencies=[CsrfChecked])
def settle(
    request: Request, delivery_id: int, staff: DeskDep, session: SessionDep, now: NowDep, form: FormDep
) -> Response:
    """The unit knows of it."""
    undelivered.settle_delivery(session, delivery_id, by=staff, at=now)
    return redirect(request, _there(form), flash=("success", N_("Good. It is off the list.")))


@router.post("/{delivery_id:int}/call-back", dependencies=[CsrfChecked])
def call_back(
    request: Request,
    delivery_id: int,
    *,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    now: NowDep,
    form: FormDep,
) -> Response:
    """The report comes back to the queue."""
    sent = undelivered.forwarding_of(session, delivery_id, by=staff)
    report = forwarding.call_back(session, sent, rules=rules, by=staff, at=now)
    sentence = N_("Report %(reference)s is back in the queue.")
    return redirect(request, _there(form), flash=("success", sentence), reference=report.shown_reference)


@router.post("/notifications/{notification_id:int}/attempt", dependencies=[CsrfChecked])
def try_notification_again(
    request: Request, notification_id: int, staff: DeskDep, session: SessionDep, now: NowDep, form: FormDep
) -> Response:
    """Send the reporter's mail once more."""
    undelivered.retry_notification(session, notification_id, by=staff, at=now)
    return redirect(request, _there(form), flash=("success", N_("It is sent once more now.")))


@router.post("/notifications/{notification_id:int}/arrival", dependencies=[CsrfChecked])
def settle_notification(
    request: Request, notification_id: int, staff: DeskDep, session: SessionDep, now: NowDep, form: FormDep
) -> Response:
    """Nothing more is done about it."""
    undelivered.settle_notification(session, notification_id, by=staff, at=now)
    return redirect(request, _there(form), flash=("success", N_("Good. It is off the list.")))


def _there(form: FormData) -> str:
    """Back to where the button stood: the report, in the queue or alone, else the list of all that waits."""
    given = {name: str(form.get(name) or "") for name in ("report", "from_queue", "in_filter")}
    reference = parse_reference(given["report"])
    if reference is None:
        return HERE
    return queue_url(reference, filter_of(given["in_filter"])) if given["from_queue"] else f"/staff/reports/{reference}"
