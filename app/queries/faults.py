"""What the search for faults is told beside a unit's reports: lamps around, what else is dark, and dangerous places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Row, func, select, text

from app.db import driver
from app.models import OPEN, Asset, Report
from app.planning.fault import Danger, DangerKind, Lamp

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.planning.distance import Point


@dataclass(frozen=True, slots=True)
class DarkLamp:
    """A lamp of the register: the number on its mast, the street, and where it stands, degrees WGS84."""

    id: int
    number: str | None
    street: str | None
    lat: float
    lon: float


# Far more than a unit's 400 reports can have around them; beyond, a register is wrong.
MOST_LAMPS = 60_000
_POINTS = """
    SELECT ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)::geography AS place
    FROM unnest(%(lats)s::float8[], %(lons)s::float8[]) AS p (lat, lon)
"""
_OF_WITNESSES = (
    Report.category_code, Report.answers, Report.lat, Report.lon, Report.asset_id, Report.support_count,
    Report.created_at, Report.due_at, Report.waiting_since,
)  # fmt: skip
# By the index on places; what hangs on a cable of one of them comes too, however far.
_LAMPS = f"""
WITH here AS ({_POINTS}), near AS (
    SELECT DISTINCT a.id FROM here
    JOIN asset a ON a.kind = 'lamp' AND ST_DWithin(a.position, here.place, %(metres)s::float8)
), asked AS (SELECT id FROM near UNION SELECT unnest(%(ids)s::bigint[])),
cables AS (SELECT DISTINCT cable FROM asset WHERE id IN (SELECT id FROM asked) AND cable IS NOT NULL)
SELECT id, lat, lon, coalesce(road_ref, street), cable FROM asset WHERE id IN (SELECT id FROM asked)
UNION
SELECT id, lat, lon, coalesce(road_ref, street), cable FROM asset
WHERE kind = 'lamp' AND cable IS NOT NULL AND cable IN (SELECT cable FROM cables)
ORDER BY id LIMIT {MOST_LAMPS}
"""  # noqa: S608
# From each place by the index on shapes: asked the other way round, every crossing of a town would meet every report.
_DANGERS = text("""
    SELECT kind, coalesce(name, ''), ST_AsGeoJSON(shape, 7) FROM danger_place WHERE id IN (
        SELECT near.id FROM unnest(CAST(:lats AS float8[]), CAST(:lons AS float8[])) AS p (lat, lon), LATERAL (
            SELECT d.id FROM danger_place d
            WHERE ST_DWithin(d.shape, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)::geography, :metres) OFFSET 0
        ) near
    ) ORDER BY id
""")


def lamps_around(session: Session, points: Sequence[Point], *, ids: Collection[int] = (), metres: float) -> list[Lamp]:
    """The register's lamps within so many metres of any (lat, lon) point, those named, and those on their cables."""
    if not points and not ids:
        return []
    given = {"lats": [lat for lat, _ in points], "lons": [lon for _, lon in points]}
    rows = driver(session).execute(_LAMPS, {**given, "ids": sorted(ids), "metres": metres}).fetchall()
    return [Lamp(id=id_, lat=lat, lon=lon, road=road, cable=cable) for id_, lat, lon, road, cable in rows]


def dangers_around(session: Session, points: Sequence[Point], *, metres: float) -> list[Danger]:
    """Places where the dark is dangerous, within so many metres of any of the (lat, lon) points."""
    if not points:
        return []
    given = {"lats": [lat for lat, _ in points], "lons": [lon for _, lon in points], "metres": metres}
    return [_danger(kind, name, orjson.loads(shape)) for kind, name, shape in session.execute(_DANGERS, given)]


def lamp_witnesses(
    session: Session, *, category_codes: Collection[str], besides: Collection[int], limit: int = 2000
) -> Sequence[Row[Any]]:
    """Other open reports on lamps: at the desk, at another unit, or on a list already. The newest first."""
    query = (
        select(*_OF_WITNESSES)
        .where(
            Report.status.in_([status.value for status in OPEN]),
            Report.lat.is_not(None),
            Report.category_code.in_(list(category_codes)),
            Report.id.not_in(list(besides)),
        )
        .order_by(Report.id.desc())
        .limit(limit)
    )
    return session.execute(query).all()


def dark_lamps(session: Session, asset_ids: Collection[int]) -> dict[int, DarkLamp]:
    """The register's lamps by id, as people call them."""
    query = select(Asset.id, Asset.number, Asset.street, Asset.lat, Asset.lon).where(Asset.id.in_(list(asset_ids)))
    return {row.id: DarkLamp(*row) for row in session.execute(query)}


def lamps_in_all(session: Session) -> int:
    """How many lamps the register has."""
    return session.scalar(select(func.count()).select_from(Asset).where(Asset.kind == "lamp")) or 0


def _danger(kind: DangerKind, name: str, shape: dict[str, Any]) -> Danger:
    lines = _lines(shape["type"], shape["coordinates"])
    found = tuple(tuple((lat, lon) for lon, lat, *_ in line) for line in lines)
    return Danger(kind=kind, name=name, lines=found, area=shape["type"].endswith("Polygon"))


def _lines(kind: str, coordinates: Any) -> list[Any]:
    match kind:
        case "Point":
            return [[coordinates]]
        case "MultiPoint":
            return [[point] for point in coordinates]
        case "LineString":
            return [coordinates]
        case "MultiPolygon":
            return [ring for polygon in coordinates for ring in polygon]
        case _:
            return list(coordinates)
