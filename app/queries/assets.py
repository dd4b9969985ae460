"""Finding assets: by number, or the nearest."""

from __future__ import annotations

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, Double, bindparam, cast, func, select
from sqlalchemy.orm import Session

from app.models import Asset

SNAP_METRES = 25


def point(lat: float | ColumnElement[float], lon: float | ColumnElement[float]) -> ColumnElement[object]:
    """A place on earth, degrees WGS84, whose distances are geodesic metres."""
    return cast(func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326), Geography("POINT", 4326))


def find(session: Session, *, kind: str, number: str, lat: float | None, lon: float | None) -> Asset | None:
    """The asset with this number, else the nearest within 25 m of the place, else None."""
    if number:
        asset = session.scalar(select(Asset).where(Asset.kind == kind, func.upper(Asset.number) == number.upper()))
        if asset is not None:
            return asset
    if lat is None or lon is None:
        return None
    return session.scalar(_NEAREST, {"kind": kind, "lat": lat, "lon": lon})


# Built once: every report of a lamp asks it.
_HERE = point(bindparam("lat", type_=Double), bindparam("lon", type_=Double))
_NEAREST = (
    select(Asset)
    .where(Asset.kind == bindparam("kind"), func.ST_DWithin(Asset.position, _HERE, SNAP_METRES))
    .order_by(Asset.position.op("<->")(_HERE), Asset.id)
    .limit(1)
)
