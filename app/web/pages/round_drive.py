"""A round in the cab: the page, and its plain forms for browsers without script."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.queries import field as queries
from app.services.driving import Driver
from app.web import drive_page
from app.web.deps import CrewDep, CsrfChecked, FormDep, NowDep, SessionDep
from app.web.uploads import CheckedUploadDep

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)


@router.get("/{route_list_id:int}/drive")
def show(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The round for the cab: one stop at a time, the next one first in sight."""
    route_list = queries.list_for(session, staff, route_list_id)
    return drive_page.drive_view(request, session, Driver(staff=staff), route_list, _base(route_list_id))


@router.post("/{route_list_id:int}/stops/{stop_id:int}/completion")
def complete(
    request: Request,
    form: CheckedUploadDep,
    route_list_id: int,
    stop_id: int,
    staff: CrewDep,
    session: SessionDep,
    now: NowDep,
) -> Response:
    """Tick one stop off, with a note, photos, minutes and material."""
    route_list = queries.list_for(session, staff, route_list_id)
    driver, base = Driver(staff=staff), _base(route_list_id)
    return drive_page.tick_plainly(request, form, session, driver, route_list, stop_id=stop_id, base=base, at=now)


@router.post("/{route_list_id:int}/stops/{stop_id:int}/reopening", dependencies=[CsrfChecked])
def reopen(
    request: Request,
    form: FormDep,
    route_list_id: int,
    stop_id: int,
    staff: CrewDep,
    session: SessionDep,
    now: NowDep,
) -> Response:
    """Take a tick back."""
    route_list = queries.list_for(session, staff, route_list_id)
    driver, base = Driver(staff=staff), _base(route_list_id)
    return drive_page.undo_plainly(request, form, session, driver, route_list, stop_id=stop_id, base=base, at=now)


@router.post("/{route_list_id:int}/end", dependencies=[CsrfChecked])
def end(
    request: Request, form: FormDep, route_list_id: int, staff: CrewDep, session: SessionDep, now: NowDep
) -> Response:
    """The crew is through, with the kilometres it drove."""
    route_list = queries.list_for(session, staff, route_list_id)
    driver, base = Driver(staff=staff), _base(route_list_id)
    return drive_page.end_plainly(request, form, session, driver, route_list, base=base, at=now)


def _base(route_list_id: int) -> str:
    return f"/staff/route-lists/{route_list_id}"
