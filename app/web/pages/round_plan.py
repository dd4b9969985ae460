"""A planned round: what is on it and why, what it takes, and what becomes of the list as a whole."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy import update

from app.errors import N_
from app.models import FieldEntry, RouteList
from app.queries.rounds import near_the_way, rounds_of
from app.services import crews, plans
from app.web.deps import CrewDep, CsrfChecked, FormDep, NowDep, SessionDep, StateDep
from app.web.round_edit import base_of, changing
from app.web.round_form import ids_of
from app.web.round_view import show
from app.web.round_way import way_as_geojson
from app.web.templating import redirect

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)
RELEASED = N_("The round is released. The crew has it, and people hear on which day somebody comes.")
TAKEN_BACK = N_("The release is taken back. The round is a draft again.")
DISCARDED = N_("The draft is thrown away. Its reports wait at the unit as before.")


@router.get("/{route_list_id:int}")
def plan_page(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The round as it is planned."""
    return show(request, session, staff, route_list_id)


@router.get("/{route_list_id:int}/way.json")
def way(route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The way with its legs, the stops, and what waits near it, for the map of the page."""
    driven = rounds_of(session, staff, [route_list_id])[route_list_id]
    return way_as_geojson(driven, near_the_way(session, driven) if driven.route_list.is_open else [])


@router.post("/{route_list_id:int}/release", dependencies=[CsrfChecked])
def release(
    request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """The crew's from now on; reporters hear of the day."""

    def do() -> None:
        route_list = _held(session, staff, route_list_id)
        plans.release(session, route_list, by=staff, at=now, undo_seconds=state.settings.undo_seconds)

    return changing(request, session, staff, route_list_id, do, done=RELEASED)


@router.post("/{route_list_id:int}/return", dependencies=[CsrfChecked])
def take_back(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, now: NowDep) -> Response:
    """A draft again, while nothing has gone out."""

    def do() -> None:
        plans.take_back(session, _held(session, staff, route_list_id), by=staff, at=now)

    return changing(request, session, staff, route_list_id, do, done=TAKEN_BACK)


@router.post("/{route_list_id:int}/discard", dependencies=[CsrfChecked])
def discard(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """Throw a draft away."""

    def do() -> None:
        plans.discard(session, _held(session, staff, route_list_id), by=staff)

    return changing(request, session, staff, route_list_id, do, done=DISCARDED, to="/staff/route-lists")


@router.post("/{route_list_id:int}/closing", dependencies=[CsrfChecked])
def close(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, now: NowDep) -> Response:
    """The day is over; what is left waits at the unit."""

    def do() -> None:
        crews.close(_held(session, staff, route_list_id), by=staff, at=now)

    closed = N_("The route list is closed.")
    return changing(request, session, staff, route_list_id, do, done=closed, to="/staff/route-lists")


@router.post("/{route_list_id:int}/seen", dependencies=[CsrfChecked])
def seen(
    request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, form: FormDep, now: NowDep
) -> Response:
    """Somebody at the unit has looked at what could not be applied."""
    rounds_of(session, staff, [route_list_id])  # Only whose list it is.
    mark_seen(session, route_list_id, ids_of(form, "entry"), now)
    return redirect(request, base_of(route_list_id) + "#conflicts")


def mark_seen(session: SessionDep, route_list_id: int, entries: list[int], now: datetime) -> None:
    """These entries of the list need not be shown again."""
    session.execute(
        update(FieldEntry)
        .where(FieldEntry.route_list_id == route_list_id, FieldEntry.id.in_(entries), FieldEntry.seen_at.is_(None))
        .values(seen_at=now)
    )


def _held(session: SessionDep, staff: CrewDep, route_list_id: int) -> RouteList:
    return crews.held_to_close(session, rounds_of(session, staff, [route_list_id])[route_list_id].route_list)
