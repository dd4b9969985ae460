"""The rest of a round planned anew: what was driven and what is locked stays, wherever the crew is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.models import RoundChangeKind
from app.planning.by_hand import settle_around, with_fixed
from app.planning.distance import metres
from app.planning.fleet import plan_fleet
from app.queries.rounds import rounds_of
from app.services.round_log import check_open
from app.services.round_measuring import Course, Planner, course, measure, set_off
from app.services.round_orders import Ordered, set_order

if TYPE_CHECKING:
    from app.planning.distance import Point
    from app.queries.rounds import Round

BUDGET = 2.0
FARTHEST_METRES = 300_000.0
TOO_FAR = N_("That place is too far away. Write it as latitude and longitude, for example 69.6492, 18.9553.")


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when the crew goes on from. Degrees WGS84."""

    place: Point | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replanned:
    """The round as it is now; how much shorter it is to drive, in metres (below zero: longer)."""

    ordered: Ordered
    saved_metres: float


def replan(
    session: Session,
    route_list_id: int,
    *,
    planner: Planner,
    here: Here | None = None,
    budget: float = BUDGET,
) -> Replanned:
    """Find a shorter order for what is left, in `budget` seconds at most, without holding anything meanwhile.

    What others change while the search runs is kept; raises Overtaken where it is the same stops, and Invalid for a
    place from which nobody drives to this round.
    """
    driven = rounds_of(session, planner.staff, [route_list_id])[route_list_id]
    check_open(driven)
    if here is not None and here.place is not None:
        _check_near(driven, here.place)
    before, version = driven.route_list.total_metres, driven.route_list.version
    wanted = best_order(driven, planner, here=here, budget=budget)
    if here is not None and (here.place or here.at):
        _go_on_from(session, route_list_id, here, planner)
    kind = RoundChangeKind.REPLANNED
    ordered = set_order(session, route_list_id, wanted, version=version, planner=planner, kind=kind)
    return Replanned(ordered, before - ordered.driven.route_list.total_metres)


def _check_near(driven: Round, place: Point) -> None:
    if metres(place, (driven.route_list.start_lat, driven.route_list.start_lon)) > FARTHEST_METRES:
        raise Invalid(TOO_FAR, fields={"here": TOO_FAR})


def best_order(driven: Round, planner: Planner, *, here: Here | None = None, budget: float = BUDGET) -> list[int]:
    """Ids of the stops that are left, in the order found; locked ones at the places that they have."""
    found = course(driven, planner, leaves_from=here.place if here else None, leaves_at=here.at if here else None)
    stops = found.stops
    locked = [index for index, stop in enumerate(stops) if stop.locked]
    first = [index for index, at in enumerate(locked) if index == at]
    held = set(locked) - set(first)
    order = _solve(found, first=first, without=held, budget=budget)
    if held:
        places = [index + 1 for index in with_fixed(order, [(index, index) for index in sorted(held)])]
        places = settle_around(found.travel, places, set(locked), start=0, end=found.shift.end)
        order = [place - 1 for place in places]
    return [stops[index].id for index in order]


def _solve(found: Course, *, first: Sequence[int], without: set[int], budget: float) -> list[int]:
    """What the solver says, and behind it what it left out: the planner decides about that, not the solver."""
    index_of = [index for index in range(len(found.stops)) if index not in without]
    visits = [replace(found.visits[index], must=True, lift=False, shift=None) for index in index_of]
    if not visits:
        return []
    shift = replace(found.shift, first=tuple(first))
    planned = plan_fleet(found.travel, visits, [shift], budget=budget).rounds[0].visits
    rest = [visit for visit in range(len(visits)) if visit not in set(planned)]
    return [index_of[visit] for visit in (*planned, *rest)]


def _go_on_from(session: Session, route_list_id: int, here: Here, planner: Planner) -> None:
    """From now on the round is driven from here; it ends where it would have ended."""
    driven = rounds_of(session, planner.staff, [route_list_id], lock=True)[route_list_id]
    route_list = driven.route_list
    place = here.place or set_off(driven)[0]
    if place != (route_list.start_lat, route_list.start_lon):
        if route_list.returns:
            route_list.returns, route_list.end_name = False, route_list.start_name
            route_list.end_lat, route_list.end_lon = route_list.start_lat, route_list.start_lon
        (route_list.start_lat, route_list.start_lon), route_list.start_name = place, None
    route_list.starts_at = here.at or planner.at
    measure(driven, driven.left, planner)
    session.flush()  # The order is set on the list as it now begins.
