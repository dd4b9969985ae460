"""Closed roads: added, and ended, by those who keep the crews' rounds. Planning obeys them from the next plan on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.errors import N_, Forbidden, Invalid, NotFound
from app.models import RoadClosure, Staff
from app.planning.distance import Point
from app.planning.roads import shape_of
from app.queries import roads as road_queries
from app.services.ways import closure_of, own_network

Kind = Literal["line", "area", "points", "ways"]
PUT_RIGHT = N_("Something must be put right before we can go on:")
NO_NAME = N_("Write a name, for example the road's.")
NO_POINTS = {
    "line": N_("Tap at least two points along the road."),
    "area": N_("Tap at least three points around the roads."),
    "points": N_("Tap at least one point on a road."),
}
NO_WAYS = N_("Write the numbers of the ways as OpenStreetMap has them, for example 24567123.")
NO_LAST_DAY = N_("Say until when. A road that closes each year opens again each year.")
BACKWARDS = N_("The last day must not lie before the first.")
NO_FIRST_DAY = N_("Say from which day.")
NOT_YOURS = N_("This closure is another unit's.")
LEAST = {"line": 2, "area": 3, "points": 1}
MOST_POINTS, MOST_WAYS = 500, 200


@dataclass(frozen=True, kw_only=True)
class ClosureWords:
    """A closure as it is typed in. `parts` are lines, rings or points, (lat, lon); without a unit it is everybody's."""

    name: str
    kind: Kind
    parts: tuple[tuple[Point, ...], ...] = ()
    way_ids: tuple[int, ...] = ()
    first: date | None
    last: date | None = None
    yearly: bool = False
    reason: str = ""
    unit_code: str | None = None


def close_road(session: Session, given: ClosureWords, *, by: Staff, at: datetime) -> RoadClosure:
    """Closed from now on. Raises Invalid with a sentence for each field, Forbidden for another unit's rounds."""
    wrong = _wrong(given)
    if wrong or given.first is None:
        raise Invalid(PUT_RIGHT, fields=wrong)
    if given.unit_code is not None and not _may(by, given.unit_code):
        raise Forbidden(NOT_YOURS)
    closure = RoadClosure(
        name=given.name,
        unit_code=given.unit_code,
        shape=_shape(given),
        way_ids=list(given.way_ids) if given.kind == "ways" else [],
        from_day=given.first,
        until_day=given.last,
        yearly=given.yearly,
        reason=given.reason or None,
        created_by_id=by.id,
        created_at=at,
    )
    session.add(closure)
    session.flush()
    return closure


def open_road(session: Session, closure_id: int, *, by: Staff, at: datetime) -> RoadClosure:
    """The road is open again. Raises NotFound where it is not the person's to open."""
    closure = road_queries.closure(session, closure_id)
    if closure is None or (closure.unit_code is not None and not _may(by, closure.unit_code)):
        raise NotFound(N_("There is no such closure, or it is another unit's."))
    closure.end(at=at)
    return closure


def metres_shut(session: Session, closure: RoadClosure) -> float | None:
    """How much road it shuts on the imported network, in metres; None: nothing is imported."""
    network = own_network(session)
    if network is None:
        return None
    graph = network.graph
    return float(sum(graph.along[i + 1] - graph.along[i] for i in network.shut_by([closure_of(closure)])))


def shut_lines(session: Session, closures: Sequence[RoadClosure]) -> list[list[Point]]:
    """The roads that they shut on the imported network, as lines of (lat, lon)."""
    network = own_network(session)
    if network is None or not closures:
        return []
    return shape_of(network.graph, list(network.shut_by([closure_of(one) for one in closures])))


def _may(by: Staff, unit_code: str) -> bool:
    return by.sees_all or unit_code in by.unit_codes


def _wrong(given: ClosureWords) -> dict[str, str]:
    wrong = {} if given.name else {"name": NO_NAME}
    if given.kind == "ways":
        if not 0 < len(given.way_ids) <= MOST_WAYS or any(not 0 < one < 1 << 53 for one in given.way_ids):
            wrong["way_ids"] = NO_WAYS
    elif not given.parts or min(map(len, given.parts)) < LEAST[given.kind] or sum(map(len, given.parts)) > MOST_POINTS:
        wrong["points"] = NO_POINTS[given.kind]
    if given.first is None:
        wrong["first"] = NO_FIRST_DAY
    elif given.last is None and given.yearly:
        wrong["last"] = NO_LAST_DAY
    elif given.last is not None and given.last < given.first and not given.yearly:
        wrong["last"] = BACKWARDS
    return wrong


def _shape(given: ClosureWords) -> dict[str, object] | None:
    """GeoJSON, which is (lon, lat), and closes its rings."""
    parts = [[[lon, lat] for lat, lon in part] for part in given.parts]
    if given.kind == "line":
        return {"type": "MultiLineString", "coordinates": parts}
    if given.kind == "area":
        return {"type": "MultiPolygon", "coordinates": [[[*part, part[0]]] for part in parts]}
    if given.kind == "points":
        return {"type": "MultiPoint", "coordinates": [place for part in parts for place in part]}
    return None
