"""The order of a round, and what a planner says of its stops: locked, must, may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.models import RoundChangeKind
from app.planning.by_hand import moved, put_together
from app.queries.rounds import rounds_of
from app.services.round_log import (
    OVERTAKEN,
    Overtaken,
    by_others,
    check_open,
    check_untouched,
    record,
    since,
    stop_of,
    who,
)
from app.services.round_measuring import Planner, measure

if TYPE_CHECKING:
    from app.models import Stop
    from app.queries.rounds import Round

_ORDERS = {RoundChangeKind.ORDER.value, RoundChangeKind.REPLANNED.value}


@dataclass(frozen=True, slots=True)
class Ordered:
    """The round as it is now. `meanwhile`: who else changed it since the page was read; both changes hold."""

    driven: Round
    meanwhile: tuple[str, ...] = ()


def set_order(
    session: Session,
    route_list_id: int,
    wanted: Sequence[int],
    *,
    version: int | None,
    planner: Planner,
    kind: RoundChangeKind = RoundChangeKind.ORDER,
) -> Ordered:
    """Drive to the stops in this order of ids; what is driven already stays where it is.

    Where somebody else changed the round after `version`, only what was moved here is moved. Raises Overtaken where
    they moved the same stops; stops that are gone or ticked off meanwhile are left out.
    """
    driven = rounds_of(session, planner.staff, [route_list_id], lock=True)[route_list_id]
    check_open(driven)
    left = {stop.id: stop for stop in driven.left}
    changes = since(session, driven, version)
    base = list(changes[0].before) if changes else list(left)
    mine = moved(base, wanted)
    others = by_others(changes, planner)
    for change in others:
        if change.kind in _ORDERS and set(change.stops) & mine:
            raise Overtaken(OVERTAKEN, name=who(change))
    order = put_together(list(left), wanted, mine)
    if order != list(left):
        measure(driven, [left[stop_id] for stop_id in order], planner)
        record(session, driven, kind, stops=mine, before=list(left), planner=planner)
    return Ordered(driven, tuple(dict.fromkeys(who(change) for change in others)))


def lock(
    session: Session, route_list_id: int, stop_id: int, *, locked: bool, version: int | None, planner: Planner
) -> Stop:
    """A locked stop stays on this round and keeps its number when the round is planned anew."""
    driven, stop = _one(session, route_list_id, stop_id, version=version, planner=planner)
    if stop.locked != locked:
        stop.locked = locked
        _note(session, driven, RoundChangeKind.LOCK, stop, planner, on=locked)
    return stop


def say_must(
    session: Session, route_list_id: int, stop_id: int, *, must: bool, version: int | None, planner: Planner
) -> Stop:
    """Whether it has to be driven to, or is taken when it is on the way."""
    driven, stop = _one(session, route_list_id, stop_id, version=version, planner=planner)
    if stop.must != must:
        stop.must = must
        _note(session, driven, RoundChangeKind.MUST, stop, planner, on=must)
    return stop


def _one(
    session: Session, route_list_id: int, stop_id: int, *, version: int | None, planner: Planner
) -> tuple[Round, Stop]:
    driven = rounds_of(session, planner.staff, [route_list_id], lock=True)[route_list_id]
    stop = stop_of(driven, stop_id)
    check_untouched(session, driven, [stop_id], version=version, planner=planner)
    return driven, stop


def _note(session: Session, driven: Round, kind: RoundChangeKind, stop: Stop, planner: Planner, *, on: bool) -> None:
    measure(driven, driven.left, planner)
    before = [one.id for one in driven.left]
    record(session, driven, kind, stops=[stop.id], before=before, planner=planner, on=on)
