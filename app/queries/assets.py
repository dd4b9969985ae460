"""The register's things on a map, and a place as the database writes it."""

from __future__ import annotations

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, cast, func


def point(lat: float | ColumnElement[float], lon: float | ColumnElement[float]) -> ColumnElement[object]:
    """A place on earth, degrees WGS84, whose distances are geodesic metres."""
    return cast(func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326), Geography("POINT", 4326))
