"""Stops given to another crew of the same day; and a vehicle that broke down, whose stops go where they fit best."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Crew, RoundChangeKind, RouteList, Stop, Vehicle
from app.queries import rounds
from app.queries.rounds import rounds_of
from app.services.round_changes import take_off
from app.services.round_fitting import Fitting
from app.services.round_log import check_open, check_untouched, record, stop_of
from app.services.round_measuring import Planner, measure
from app.services.round_stops import hold_reports, schedule

if TYPE_CHECKING:
    from app.queries.rounds import Round

ANOTHER_DAY = N_("Stops can be given to a round of the same unit and day only.")
A_DRAFT = N_("The other round is a draft. Release it first: people have been told that a crew comes on this day.")
NOTHING = N_("Choose the stops that you give away.")
TO_WHOM = N_("Choose who takes the stops.")
SHIFT_OVER = N_("The shift of %(crew)s is over for today.")
_Theirs = TypeVar("_Theirs", Crew, Vehicle)


@dataclass(frozen=True, slots=True)
class BrokenDown:
    """Where the stops went: (list, how many), and how many wait at the unit again."""

    given: tuple[tuple[RouteList, int], ...]
    back: int


def hand_over(
    session: Session,
    route_list_id: int,
    stop_ids: Collection[int],
    *,
    target_id: int,
    version: int | None,
    planner: Planner,
) -> Round:
    """Give stops to another list of the day, each where it costs least there; returns the list that has them now.

    Reports keep their day, so their reporters hear nothing. Raises Conflict and Overtaken.
    """
    if not stop_ids:
        raise Invalid(NOTHING, fields={"stop": NOTHING})
    held = rounds_of(session, planner.staff, {route_list_id, target_id}, lock=True)
    source, target = held[route_list_id], held[target_id]
    _check_pair(source, target)
    given = sorted((stop_of(source, stop_id) for stop_id in set(stop_ids)), key=lambda stop: stop.sort_order)
    check_untouched(session, source, stop_ids, version=version, planner=planner)
    before = _ids(source), _ids(target)
    if source.route_list.is_draft and not target.route_list.is_draft:
        hold_reports(session, [entry.report_id for stop in given for entry in stop.entries if entry.active])
    fitting = Fitting.of(target, given, planner)
    for stop in given:
        fitting.put(stop)
    _move(session, given, source, fitting, planner)
    _told(session, source, target, given, before, planner)
    return target


def new_list(
    session: Session,
    route_list_id: int,
    *,
    crew_id: int | None = None,
    vehicle_id: int | None = None,
    name: str = "",
    planner: Planner,
) -> RouteList:
    """An empty list of the same unit and day for another crew or vehicle, to give stops to; drafts beget drafts."""
    source = rounds_of(session, planner.staff, [route_list_id])[route_list_id]
    check_open(source)
    here = source.route_list
    crew = _of_the_unit(session, Crew, crew_id, here.unit_code)
    vehicle = _of_the_unit(session, Vehicle, vehicle_id, here.unit_code)
    made = RouteList(
        name=name.strip()[:120] or (crew.name if crew else "") or (vehicle.name if vehicle else "") or here.name,
        unit_code=here.unit_code,
        created_by_id=planner.staff.id,
        created_at=planner.at,
        category_codes=list(here.category_codes),
        area=here.area,
        plan_id=here.plan_id,
        crew_id=crew.id if crew else None,
        vehicle_id=vehicle.id if vehicle else crew.vehicle_id if crew else None,
        day=here.day,
        released_at=None if here.is_draft else planner.at,
        **(_day_of(crew, here, planner) if crew else _day_like(here, planner)),
    )
    session.add(made)
    session.flush()  # Stops are moved to it by its id.
    return made


def break_down(session: Session, route_list_id: int, *, planner: Planner) -> BrokenDown:
    """The vehicle stands still: what is left goes to the crews of the day where it fits, or back to the unit.

    What was driven stays on the list, and the list is closed. Nobody's shift gets longer by it.
    """
    here = rounds_of(session, planner.staff, [route_list_id])[route_list_id].route_list
    ids = [other.id for other in rounds.others_of_the_day(session, here) if other.is_draft == here.is_draft]
    held = rounds_of(session, planner.staff, {route_list_id, *ids}, lock=True)
    source = held.pop(route_list_id)
    check_open(source)
    targets = [one for one in held.values() if one.route_list.is_open and not _check_pair_sentence(source, one)]
    hold_reports(session, source.report_ids)
    left, before = source.left, {one.route_list.id: _ids(one) for one in [source, *targets]}
    fittings = [Fitting.of(target, left, planner) for target in targets]
    went: dict[int, list[Stop]] = {}
    for stop in sorted(left, key=lambda one: (not one.must, one.rank or 10**6, one.sort_order)):
        fitting = _where_it_fits(stop, fittings)
        if fitting is not None:
            fitting.put(stop)
            went.setdefault(fitting.driven.route_list.id, []).append(stop)
    for fitting in fittings:
        _move(session, went.get(fitting.driven.route_list.id, []), source, fitting, planner)
    back = source.left
    for stop in back:
        take_off(stop, by=planner.staff, at=planner.at)
    source.route_list.close(at=planner.at)
    moved = [stop.id for stop in left]
    for target in targets:
        taken = went.get(target.route_list.id, [])
        if taken:
            record(
                session, target, RoundChangeKind.TAKEN_OVER, stops=[stop.id for stop in taken],
                before=before[target.route_list.id], planner=planner, list=route_list_id,
            )  # fmt: skip
    record(
        session, source, RoundChangeKind.BREAKDOWN, stops=moved, before=before[route_list_id], planner=planner,
        back=len(back),
    )  # fmt: skip
    given = tuple((one.route_list, len(went[one.route_list.id])) for one in targets if one.route_list.id in went)
    return BrokenDown(given, len(back))


def _where_it_fits(stop: Stop, fittings: Sequence[Fitting]) -> Fitting | None:
    """The round on which it costs least driving, among those that reach it and are back in time."""
    found = [
        (cost, fitting.driven.route_list.id, fitting)
        for fitting in fittings
        if (cost := fitting.costs(stop)) is not None
    ]
    return min(found, key=lambda one: one[:2])[2] if found else None


def _move(session: Session, stops: Sequence[Stop], source: Round, fitting: Fitting, planner: Planner) -> None:
    target = fitting.driven
    if not stops:
        return
    for stop in stops:
        source.stops.remove(stop)
        target.stops.append(stop)
        stop.route_list_id, stop.locked = target.route_list.id, False
        for entry in stop.entries:
            if entry.active and source.route_list.is_draft and not target.route_list.is_draft:
                schedule(session, target, entry.report, planner=planner)
    measure(target, fitting.stops, planner)


def _told(
    session: Session,
    source: Round,
    target: Round,
    given: Sequence[Stop],
    before: tuple[list[int], list[int]],
    planner: Planner,
) -> None:
    stops = [stop.id for stop in given]
    measure(source, source.left, planner)
    record(
        session, source, RoundChangeKind.GIVEN, stops=stops, before=before[0], planner=planner,
        list=target.route_list.id,
    )  # fmt: skip
    record(
        session, target, RoundChangeKind.TAKEN_OVER, stops=stops, before=before[1], planner=planner,
        list=source.route_list.id,
    )  # fmt: skip


def _check_pair(source: Round, target: Round) -> None:
    check_open(source)
    check_open(target)
    sentence = _check_pair_sentence(source, target)
    if sentence:
        raise Conflict(sentence)


def _check_pair_sentence(source: Round, target: Round) -> str:
    here, there = source.route_list, target.route_list
    if here.id == there.id:
        return TO_WHOM
    if (here.unit_code, here.day) != (there.unit_code, there.day):
        return ANOTHER_DAY
    return A_DRAFT if there.is_draft and not here.is_draft else ""


def _of_the_unit(session: Session, kind: type[_Theirs], row_id: int | None, unit_code: str) -> _Theirs | None:
    if row_id is None:
        return None
    found = session.get(kind, row_id)
    if found is None or found.unit_code != unit_code:
        raise NotFound(TO_WHOM)
    return found


def _day_of(crew: Crew, here: RouteList, planner: Planner) -> dict[str, object]:
    zone = planner.rules.timezone
    starts_at = max(datetime.combine(here.day, crew.shift_from, tzinfo=zone), _soonest(here, planner))
    ends_by = datetime.combine(here.day, crew.shift_until, tzinfo=zone)
    if ends_by <= starts_at:
        raise Conflict(SHIFT_OVER, crew=crew.name)
    return {
        "start_lat": crew.start_lat,
        "start_lon": crew.start_lon,
        "start_name": crew.start_name,
        "returns": crew.returns,
        "end_lat": crew.end_lat,
        "end_lon": crew.end_lon,
        "end_name": crew.end_name,
        "starts_at": starts_at,
        "ends_by": ends_by,
    }


def _day_like(here: RouteList, planner: Planner) -> dict[str, object]:
    same = ("start_lat", "start_lon", "start_name", "returns", "end_lat", "end_lon", "end_name", "ends_by")
    return {**{name: getattr(here, name) for name in same}, "starts_at": _soonest(here, planner)}


def _soonest(here: RouteList, planner: Planner) -> datetime:
    """Nobody drives before the round, nor, on the day itself, before now."""
    today = planner.at.astimezone(planner.rules.timezone).date()
    return max(here.starts_at, planner.at) if today == here.day else here.starts_at


def _ids(driven: Round) -> list[int]:
    return [stop.id for stop in driven.left]
