"""Changes of a planned round: its order, what is said of its stops, what is given away, and the rest planned anew."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.errors import N_
from app.queries.rounds import rounds_of
from app.services import round_handover, round_orders, round_replanning, round_stops
from app.services.round_replanning import Here
from app.text import show_metres
from app.web.deps import CrewDep, CsrfChecked, FormDep, LanguageDep, NowDep, SessionDep
from app.web.round_edit import base_of, changing, planner_of
from app.web.round_form import chosen_stops, moved_by_button, new_order, place_typed, target_typed, version_of
from app.web.round_view import Tried, place_of

router = APIRouter(prefix="/staff/route-lists/{route_list_id:int}", include_in_schema=False)
ORDERED = N_("The order is changed.")
BOTH = N_("The order is changed. %(name)s also changed the round meanwhile; both changes hold.")
LOCKED = N_("The stop is locked. It stays where it is when the round is planned anew.")
UNLOCKED = N_("The stop is unlocked.")
MUST = N_("The crew has to drive there.")
MAY = N_("The stop is taken when it is on the way.")
REMOVED = N_("The stop is taken off. Its reports wait at the unit.")
GIVEN = N_("Given to %(name)s.")
SHORTER = N_("Planned anew: %(way)s shorter.")
AS_SHORT = N_("Planned anew. There is no shorter order.")
BROKEN = N_("The round is closed. Stops that went to other crews: %(given)s. Back at the unit: %(back)s.")


@router.post("/order", dependencies=[CsrfChecked])
def order(
    request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, form: FormDep, now: NowDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """The whole order as ids; or one stop a place up or down, by its button."""
    wanted = moved_by_button(new_order(form), str(form.get("move") or ""))

    def do() -> tuple[str, Mapping[str, object]]:
        made = round_orders.set_order(
            session,
            route_list_id,
            wanted,
            version=version_of(form),
            planner=planner_of(request, session, staff, at=now),
        )
        return (BOTH, {"name": ", ".join(made.meanwhile)}) if made.meanwhile else (ORDERED, {})

    return changing(
        request, session, staff, route_list_id, do, tried=_tried_order(session, staff, route_list_id, wanted, lang)
    )


@router.post("/stops/{stop_id:int}/lock", dependencies=[CsrfChecked])
def lock(
    request: Request, route_list_id: int, stop_id: int, staff: CrewDep, session: SessionDep, form: FormDep, now: NowDep
) -> Response:
    """Stays where it is when the round is planned anew; or no longer."""
    locked = form.get("locked") == "yes"

    def do() -> None:
        planner = planner_of(request, session, staff, at=now)
        round_orders.lock(session, route_list_id, stop_id, locked=locked, version=version_of(form), planner=planner)

    tried = _tried(route_list_id, f"/stops/{stop_id}/lock", form, N_("Lock the stop") if locked else N_("Unlock"))
    return changing(request, session, staff, route_list_id, do, done=LOCKED if locked else UNLOCKED, tried=tried)


@router.post("/stops/{stop_id:int}/must", dependencies=[CsrfChecked])
def say_must(
    request: Request, route_list_id: int, stop_id: int, staff: CrewDep, session: SessionDep, form: FormDep, now: NowDep
) -> Response:
    """Whether it has to be driven to."""
    must = form.get("must") == "yes"

    def do() -> None:
        planner = planner_of(request, session, staff, at=now)
        round_orders.say_must(session, route_list_id, stop_id, must=must, version=version_of(form), planner=planner)

    tried = _tried(route_list_id, f"/stops/{stop_id}/must", form, N_("Must") if must else N_("May"))
    return changing(request, session, staff, route_list_id, do, done=MUST if must else MAY, tried=tried)


@router.post("/stops/{stop_id:int}/removal", dependencies=[CsrfChecked])
def take_off(
    request: Request, route_list_id: int, stop_id: int, staff: CrewDep, session: SessionDep, form: FormDep, now: NowDep
) -> Response:
    """Not on this round."""

    def do() -> None:
        planner = planner_of(request, session, staff, at=now)
        round_stops.remove(session, route_list_id, [stop_id], version=version_of(form), planner=planner)

    tried = _tried(route_list_id, f"/stops/{stop_id}/removal", form, N_("Take off the round"))
    return changing(request, session, staff, route_list_id, do, done=REMOVED, tried=tried)


@router.post("/handover", dependencies=[CsrfChecked])
def hand_over(
    request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, form: FormDep, now: NowDep
) -> Response:
    """Stops to another list of the day, or to a new one for another crew."""

    def do() -> tuple[str, Mapping[str, object]]:
        planner = planner_of(request, session, staff, at=now)
        target = target_typed(form)
        stops = chosen_stops(form, rounds_of(session, staff, [route_list_id])[route_list_id])
        list_id = target.list_id
        if list_id is None:
            list_id = round_handover.new_list(
                session, route_list_id, crew_id=target.crew_id, vehicle_id=target.vehicle_id, planner=planner
            ).id
        made = round_handover.hand_over(
            session, route_list_id, stops, target_id=list_id, version=version_of(form), planner=planner
        )
        return GIVEN, {"name": made.route_list.name}

    return changing(
        request, session, staff, route_list_id, do, tried=_tried(route_list_id, "/handover", form, N_("Give away"))
    )


@router.post("/breakdown", dependencies=[CsrfChecked])
def break_down(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, now: NowDep) -> Response:
    """The vehicle stands still; what is left goes where it fits."""

    def do() -> tuple[str, Mapping[str, object]]:
        planner = planner_of(request, session, staff, at=now)
        made = round_handover.break_down(session, route_list_id, planner=planner)
        return BROKEN, {"given": sum(count for _list, count in made.given), "back": made.back}

    return changing(request, session, staff, route_list_id, do)


@router.post("/replan", dependencies=[CsrfChecked])
def replan(
    request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, form: FormDep, now: NowDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """Find a shorter order for what is left; from here and now, if that is asked for."""

    def do() -> tuple[str, Mapping[str, object]]:
        here = Here(place=place_typed(str(form.get("here") or "")), at=now) if form.get("now") == "yes" else None
        planner = planner_of(request, session, staff, at=now)
        made = round_replanning.replan(session, route_list_id, planner=planner, here=here)
        if made.saved_metres < 1 or here is not None:
            return AS_SHORT if here is None else ORDERED, {}
        return SHORTER, {"way": show_metres(made.saved_metres, lang)}

    return changing(
        request, session, staff, route_list_id, do, tried=_tried(route_list_id, "/replan", form, N_("Plan anew"))
    )


def _tried(route_list_id: int, path: str, form: FormData, sentence: str) -> Tried:
    """The same button again, without the version: whoever presses it has seen the newest state."""
    fields = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in {"csrf_token", "version", "order", "move"}
    ]
    return Tried(base_of(route_list_id) + path, tuple(fields), sentence)


def _tried_order(session: SessionDep, staff: CrewDep, route_list_id: int, wanted: list[int], lang: str) -> Tried:
    """The order that was wanted, as places one can read."""
    driven = rounds_of(session, staff, [route_list_id])[route_list_id]
    places = {stop.id: place_of(stop, lang) for stop in driven.left}
    return Tried(
        base_of(route_list_id) + "/order",
        tuple(("order", str(stop_id)) for stop_id in wanted if stop_id in places),
        N_("Put them in my order"),
        tuple(places[stop_id] for stop_id in wanted if stop_id in places),
    )
