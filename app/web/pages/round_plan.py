"""A planned round: what is on it, and every change of it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.errors import N_
from app.queries import crews as crew_queries
from app.services import crews, round_changes
from app.web.deps import CrewDep, CsrfChecked, NowDep, SessionDep
from app.web.pages.round_drive import drive_page
from app.web.templating import redirect

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)


@router.get("/{route_list_id:int}")
def plan_page(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The round as it is planned."""
    return drive_page(request, route_list_id, staff, session)


@router.post("/{route_list_id:int}/stops/{stop_id:int}/removal", dependencies=[CsrfChecked])
def take_off(
    request: Request, route_list_id: int, stop_id: int, staff: CrewDep, session: SessionDep, now: NowDep
) -> Response:
    """Not on this round."""
    stop = crew_queries.stop_for(session, staff, route_list_id, stop_id)
    round_changes.remove_stop(session, stop, by=staff, at=now)
    sentence = N_("The stop is taken off. Its reports wait at the unit.")
    return redirect(request, f"/staff/route-lists/{route_list_id}", flash=("success", sentence))


@router.post("/{route_list_id:int}/closing", dependencies=[CsrfChecked])
def close(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, now: NowDep) -> Response:
    """The day is over; what is left waits at the unit."""
    crews.close(crew_queries.route_list_for(session, staff, route_list_id, lock=True), by=staff, at=now)
    return redirect(request, "/staff/route-lists", flash=("success", N_("The route list is closed.")))
