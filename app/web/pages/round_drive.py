"""A round in the cab: one stop after the other, ticked off."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request, Response

from app.errors import N_
from app.models import StopOutcome
from app.planning.navigation import navigate_to
from app.queries import crews as crew_queries
from app.services import crews
from app.services.drafts import MAX_PHOTOS
from app.services.photos import take_photo
from app.web.deps import CrewDep, NowDep, SessionDep, StateDep
from app.web.templating import redirect, render
from app.web.uploads import CheckedUploadDep, files_of, read_file

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)


@router.get("/{route_list_id:int}/drive")
def drive_page(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The list for the cab: the next stop first in sight."""
    route_list = crew_queries.route_list_for(session, staff, route_list_id)
    left = [stop for stop in route_list.stops if stop.completed_at is None]
    return render(
        request,
        "crew/drive.html",
        route_list=route_list,
        left=left,
        next_stop=left[0] if left else None,
        keys={stop.id: secrets.token_urlsafe(12) for stop in left},
        links={
            stop.id: navigate_to(lat=stop.lat, lon=stop.lon, label=f"{stop.sort_order}") for stop in route_list.stops
        },
    )


@router.post("/{route_list_id:int}/stops/{stop_id:int}/completion")
def complete(
    request: Request,
    form: CheckedUploadDep,
    route_list_id: int,
    stop_id: int,
    staff: CrewDep,
    session: SessionDep,
    state: StateDep,
    now: NowDep,
) -> Response:
    """Tick one stop off, with a note and photos."""
    stop = crew_queries.stop_for(session, staff, route_list_id, stop_id)
    most = state.settings.photo_max_bytes
    photos = [
        take_photo(session, state.photos, read_file(file, most=most), at=now, most_bytes=most)
        for file in files_of(form, "photo")[:MAX_PHOTOS]
    ]
    outcome = StopOutcome.NOT_FOUND if form.get("outcome") == "not_found" else StopOutcome.DONE
    crews.complete_stop(
        session,
        stop,
        outcome=outcome,
        by=staff,
        at=now,
        key=str(form.get("key") or secrets.token_urlsafe(12)),
        words=str(form.get("words") or ""),
        photo_ids=[photo.id for photo in photos],
        show=form.get("show") == "yes",
    )
    done = (
        N_("Stop %(number)s is done.") if outcome is StopOutcome.DONE else N_("Stop %(number)s goes back to the unit.")
    )
    return redirect(
        request, f"/staff/route-lists/{route_list_id}/drive#next", flash=("success", done), number=stop.sort_order
    )
