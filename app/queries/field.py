"""What a tap from the field is about: the list, the stop or where it went, and its reports, held until it is done."""

# ruff: noqa: S608  (the statements are put together of our own words)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import exists, func, or_, select, text
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.errors import N_, NotFound
from app.models import (
    EntryKind,
    EntryResult,
    FieldEntry,
    Photo,
    Report,
    RoundLink,
    RouteList,
    RouteListChange,
    Staff,
    Stop,
    StopReport,
    Update,
    UpdateKind,
)
from app.models.reference import parse_reference
from app.queries.crews import lists_of

# A crew sees this far around a stop without map tiles; a round of a day stays below a megabyte.
NEAR_METRES = 150.0
MOST_LAMPS = 4000
MOST_ROADS = 1500
NO_LIST = N_("There is no such route list, or it is not your unit's.")


def list_for(session: Session, staff: Staff, route_list_id: int) -> RouteList:
    """The list alone, if it is the person's unit's; raises NotFound."""
    found = session.scalar(select(RouteList).where(RouteList.id == route_list_id, lists_of(staff)))
    if found is None:
        raise NotFound(NO_LIST)
    return found


def hold_list(session: Session, route_list: RouteList) -> None:
    """One sender at a time for one list; planners may go on reading it, and entries may name it."""
    session.execute(select(RouteList.id).where(RouteList.id == route_list.id).with_for_update(key_share=True))
    session.refresh(route_list, ["closed_at", "released_at", "version", "driven_metres"])


def known_entry(session: Session, key: str) -> FieldEntry | None:
    """The tap with this key, whoever sent it."""
    return session.scalar(select(FieldEntry).where(FieldEntry.key == key))


def stop_here(session: Session, stop_id: int | None, unit_code: str) -> Stop | None:
    """The stop as the crew knew it, whichever of the unit's lists it is on by now; None when it is gone."""
    if stop_id is None:
        return None
    query = (
        select(Stop)
        .join(Stop.route_list)
        .where(Stop.id == stop_id, RouteList.unit_code == unit_code)
        .options(joinedload(Stop.route_list, innerjoin=True))
    )
    return session.scalar(query)


def reports_of_gone(session: Session, route_list_id: int, stop_id: int | None) -> list[int]:
    """The ids of the reports of a stop that a planner took off this list, and that is no more."""
    if stop_id is None:
        return []
    kept = RouteListChange.data["at_stops"][str(stop_id)]
    query = select(kept).where(
        RouteListChange.route_list_id == route_list_id, RouteListChange.stops.contains([stop_id]), kept.is_not(None)
    )
    found = session.scalar(query.order_by(RouteListChange.id.desc()).limit(1))
    return [int(one) for one in found or ()]


def was_on(session: Session, route_list_id: int, report_ids: Iterable[int]) -> set[int]:
    """Those of the reports that this list was ever planned with: what its crew, or who has a link to it, speaks of."""
    ids = list(report_ids)
    here = exists().where(StopReport.report_id == Report.id, StopReport.stop_id == Stop.id)
    now = here.where(Stop.route_list_id == route_list_id)
    once = exists().where(
        Update.report_id == Report.id,
        Update.kind == UpdateKind.SCHEDULED.value,
        Update.data["route_list_id"].as_integer() == route_list_id,
    )
    return set(session.scalars(select(Report.id).where(Report.id.in_(ids), or_(now, once))))


def reports_called(session: Session, typed: Sequence[str]) -> list[int]:
    """The ids of the reports with these references."""
    wanted = [found for found in map(parse_reference, typed) if found]
    return list(session.scalars(select(Report.id).where(Report.reference.in_(wanted)))) if wanted else []


def reports_at(session: Session, stop_id: int) -> list[int]:
    """The ids of the reports that the stop was made for."""
    query = select(StopReport.report_id).where(StopReport.stop_id == stop_id).order_by(StopReport.report_id)
    return list(session.scalars(query))


def hold(session: Session, stop_ids: Iterable[int], report_ids: Iterable[int]) -> tuple[dict[int, Stop], list[Report]]:
    """The stops with these numbers and those on which the reports are now, then the reports, all locked, in order.

    Stops come before reports, and lower numbers first, as everybody takes them, so that nobody waits in a circle.
    """
    wanted = sorted(set(report_ids))
    now_on = select(StopReport.stop_id).where(StopReport.report_id.in_(wanted), StopReport.active)
    chosen = select(Stop.id).where(or_(Stop.id.in_(list(stop_ids)), Stop.id.in_(now_on)))
    session.execute(chosen.order_by(Stop.id).with_for_update(of=Stop))
    stops = session.scalars(
        select(Stop)
        .where(Stop.id.in_(chosen))
        .options(selectinload(Stop.entries).joinedload(StopReport.report), selectinload(Stop.materials))
        .execution_options(populate_existing=True)
    ).all()
    lists = {one.id: one for one in session.scalars(select(RouteList).join(RouteList.stops).where(Stop.id.in_(chosen)))}
    for stop in stops:  # Not with them: that would forget what the caller has read of its own list.
        set_committed_value(stop, "route_list", lists[stop.route_list_id])
    reports = select(Report).where(Report.id.in_(wanted)).order_by(Report.id).options(joinedload(Report.reporter))
    held = session.scalars(reports.with_for_update(of=Report).execution_options(populate_existing=True)).all()
    return {stop.id: stop for stop in stops}, list(held)


def last_tick(session: Session, route_list_id: int, stop_id: int) -> FieldEntry | None:
    """The tick of this stop that counts; None when there is none, or when it was taken back."""
    query = (
        select(FieldEntry)
        .where(
            FieldEntry.route_list_id == route_list_id,
            FieldEntry.stop_id == stop_id,
            FieldEntry.kind == EntryKind.OUTCOME.value,
            FieldEntry.result != EntryResult.REFUSED.value,
            ~FieldEntry.data.has_key("undone"),
        )
        .order_by(FieldEntry.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def reports_by_link(session: Session, link_id: int, *, since: datetime) -> int:
    """How many other faults were reported through the link since then."""
    here = select(RoundLink.route_list_id).where(RoundLink.id == link_id).scalar_subquery()
    query = select(func.count()).where(
        FieldEntry.route_list_id == here,
        FieldEntry.link_id == link_id,
        FieldEntry.kind == EntryKind.OTHER_FAULT.value,
        FieldEntry.result == EntryResult.APPLIED.value,
        FieldEntry.data.has_key("new_report"),
        FieldEntry.received_at > since,
    )
    return session.scalar(query) or 0


def ended_at(session: Session, route_list_id: int, link_id: int) -> datetime | None:
    """When the round was ended through the link, for the first time; None while it was not."""
    query = select(func.min(FieldEntry.happened_at)).where(
        FieldEntry.route_list_id == route_list_id,
        FieldEntry.link_id == link_id,
        FieldEntry.kind == EntryKind.END.value,
    )
    return session.scalar(query)


def entry_with_photo(session: Session, route_list_id: int, key: str) -> FieldEntry | None:
    """The tap that named this photo before the photo itself came."""
    named: Any = or_(FieldEntry.data["photos"].contains([key]), FieldEntry.data["before"].contains([key]))
    query = select(FieldEntry).where(FieldEntry.route_list_id == route_list_id, named)
    return session.scalar(query.order_by(FieldEntry.id).limit(1))


def conflicts_of(session: Session, route_list_id: int, *, unseen: bool = True) -> Sequence[FieldEntry]:
    """What could not be applied on this list, oldest first; with `unseen` only what nobody at the unit has seen."""
    query = select(FieldEntry).where(
        FieldEntry.route_list_id == route_list_id, FieldEntry.result == EntryResult.CONFLICT.value
    )
    if unseen:
        query = query.where(FieldEntry.seen_at.is_(None))
    return session.scalars(query.order_by(FieldEntry.id)).all()


def open_conflicts(session: Session, staff: Staff) -> dict[int, int]:
    """Route list -> how many conflicts wait to be seen there, for the person's units."""
    query = (
        select(FieldEntry.route_list_id)
        .join(RouteList, RouteList.id == FieldEntry.route_list_id)
        .where(FieldEntry.result == EntryResult.CONFLICT.value, FieldEntry.seen_at.is_(None), lists_of(staff))
    )
    counts: dict[int, int] = {}
    for route_list_id in session.scalars(query):
        counts[route_list_id] = counts.get(route_list_id, 0) + 1
    return counts


def photos_of_stops(session: Session, stop_ids: Iterable[int]) -> Sequence[Photo]:
    """The crew's photos of these stops, in order."""
    ids = list(stop_ids)
    if not ids:
        return []
    return session.scalars(select(Photo).where(Photo.stop_id.in_(ids)).order_by(Photo.stop_id, Photo.sort_order)).all()


@dataclass(frozen=True, slots=True)
class Vectors:
    """What is drawn where there are no map tiles: [lon, lat] of lamps, and lines of roads."""

    lamps: list[list[float]]
    roads: list[list[list[float]]]


def number_of(session: Session, stop_id: int | None) -> int | None:
    """The stop's number on its list."""
    return session.scalar(select(Stop.sort_order).where(Stop.id == stop_id)) if stop_id else None


def whole_list(session: Session, route_list_id: int) -> RouteList:
    """The list with everything that a cab shows. Whether the asker may see it is the caller's to have asked."""
    reports = selectinload(RouteList.stops).selectinload(Stop.entries).joinedload(StopReport.report, innerjoin=True)
    query = (
        select(RouteList)
        .where(RouteList.id == route_list_id)
        .options(
            joinedload(RouteList.crew),
            joinedload(RouteList.vehicle),
            selectinload(RouteList.stops).joinedload(Stop.asset),
            selectinload(RouteList.stops).selectinload(Stop.materials),
            reports.selectinload(Report.photos),
            reports.joinedload(Report.reporter),
        )
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one()


def vectors_around(session: Session, route_list: RouteList) -> Vectors:
    """Lamps within sight of the stops, and the register's roads beside them; the way itself is on the stops."""
    places = [[stop.lon, stop.lat] for stop in route_list.stops]
    if not places:
        return Vectors([], [])
    given = {
        "lons": [lon for lon, _ in places],
        "lats": [lat for _, lat in places],
        "near": NEAR_METRES,
        "lamps": MOST_LAMPS,
        "roads": MOST_ROADS,
    }
    lamps = [[round(lon, 6), round(lat, 6)] for lon, lat in session.execute(_LAMPS, given)]
    return Vectors(lamps, [orjson.loads(line)["coordinates"] for line in session.scalars(_ROADS, given)])


_STOPS = """
WITH here AS (
    SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography AS place
    FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) AS given (lon, lat)
)
"""
_LAMPS = text(
    _STOPS
    + """
    SELECT DISTINCT asset.lon, asset.lat FROM here JOIN asset ON ST_DWithin(asset.position, here.place, :near)
    WHERE asset.kind = 'lamp' LIMIT :lamps
"""
)
_ROADS = text(
    _STOPS
    + """
    SELECT ST_AsGeoJSON(line, 6) FROM road WHERE id IN (
        SELECT DISTINCT road.id FROM here JOIN road ON ST_DWithin(road.line, here.place, :near) LIMIT :roads
    )
"""
)
