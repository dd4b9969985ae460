"""Things of the register, such as lamps: those near a place to choose from, and those on a piece of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, cast, func

from app.db import driver
from app.queries.surroundings import ASSET_COLUMNS, FROM_HERE, HERE, OPEN_REPORT, NearAsset

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.queries.public import Box

OFFER_METRES = 100
MOST_OFFERED = 5
MOST_ON_MAP = 2000

# These texts are put together from constants only; whatever is asked for is a parameter.
_NEAR = f"""
SELECT {ASSET_COLUMNS} FROM {FROM_HERE}, LATERAL (
    SELECT * FROM asset WHERE kind = %(kind)s::text AND ST_DWithin(position, {HERE}, {OFFER_METRES})
    ORDER BY position <-> {HERE} LIMIT {MOST_OFFERED}
) a {OPEN_REPORT}
ORDER BY ST_Distance(a.position, {HERE}), a.id
"""  # noqa: S608
_ONE = f"SELECT {ASSET_COLUMNS} FROM {FROM_HERE}, asset a {OPEN_REPORT} WHERE a.id = %(id)s::bigint"  # noqa: S608
_BOX = f"""
SELECT '{{"type":"FeatureCollection","truncated":' || (count(*) > {MOST_ON_MAP})::text || ',"features":['
    || coalesce(string_agg(json_build_object(
        'type', 'Feature', 'id', id, 'geometry', json_build_object('type', 'Point', 'coordinates', ARRAY[lon, lat]),
        'properties', json_strip_nulls(json_build_object(
            'number', number, 'street', street, 'reference', reference,
            'days', CASE WHEN created_at < %(at)s THEN floor(extract(epoch FROM %(at)s - created_at) / 86400) END))
    )::text, ',') FILTER (WHERE place <= {MOST_ON_MAP}), '') || ']}}'
FROM (
    SELECT a.*, open.reference, open.created_at, row_number() OVER () AS place FROM (
        SELECT id, lon, lat, number, street FROM asset
        WHERE kind = %(kind)s::text
            AND point(lon, lat) <@
                box(point(%(west)s::float8, %(south)s::float8), point(%(east)s::float8, %(north)s::float8))
        LIMIT {MOST_ON_MAP + 1}
    ) a {OPEN_REPORT}
) shown
"""  # noqa: S608


def point(lat: float | ColumnElement[float], lon: float | ColumnElement[float]) -> ColumnElement[object]:
    """A place on earth, degrees WGS84, whose distances are geodesic metres."""
    return cast(func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326), Geography("POINT", 4326))


def near_assets(session: Session, kind: str, *, lat: float, lon: float) -> list[NearAsset]:
    """The nearest within 100 m, at most five, nearest first."""
    rows = driver(session).execute(_NEAR, {"kind": kind, "lat": lat, "lon": lon}).fetchall()
    return [NearAsset(*row[0]) for row in rows]


def knows_any(session: Session, kind: str) -> bool:
    """Whether the register has anything of that kind."""
    row = driver(session).execute("SELECT EXISTS (SELECT FROM asset WHERE kind = %s::text)", [kind]).fetchone()
    return bool(row and row[0])


def asset_by_id(session: Session, asset_id: int) -> NearAsset | None:
    """One, without a distance."""
    row = driver(session).execute(_ONE, {"id": asset_id, "lat": None, "lon": None}).fetchone()
    return NearAsset(*row[0]) if row else None


def assets_in_box(session: Session, kind: str, box: Box, *, at: datetime) -> str:
    """GeoJSON as text: number, street, and the reference and age in `days` of an open report that everybody may see.

    At most 2,000; `truncated` says that there are more.
    """
    values = {"kind": kind, "at": at, "west": box.west, "south": box.south, "east": box.east, "north": box.north}
    row = driver(session).execute(_BOX, values).fetchone()
    return str(row[0]) if row else ""
