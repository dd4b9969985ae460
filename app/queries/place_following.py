"""Follows of places: behind their links, of one address; and streets as our own register knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from app.errors import DeadLink
from app.models import Place, PlaceFollow
from app.models.address import ascii_address
from app.models.links import same
from app.models.place import searchable
from app.queries.supporters import DEAD_LINK

if TYPE_CHECKING:
    from collections.abc import Callable

SAME_DEGREES = 0.00001
MOST_STREETS = 6
# Road lines that lie so far off belong to a street of the same name in another town.
SAME_TOWN_METRES = 5000


class Street(NamedTuple):
    """A street of the register, and the middle of it, degrees WGS84."""

    label: str
    town: str | None
    lat: float
    lon: float


def follow_behind(
    session: Session, follow_id: int, path: str, *, expected: Callable[[PlaceFollow], str]
) -> PlaceFollow:
    """The follow behind a secret link; `expected` makes the path it must have. Raises NotFound."""
    found = session.get(PlaceFollow, follow_id) if 0 < follow_id < 2**63 else None
    if found is None or not same(path, expected(found)):
        raise DeadLink(DEAD_LINK)
    return found


def follows_of(session: Session, email: str) -> list[PlaceFollow]:
    """What an address follows, or waits to be confirmed for it, oldest first."""
    query = (
        select(PlaceFollow)
        .where(func.lower(PlaceFollow.email) == ascii_address(email).lower(), PlaceFollow.ended_at.is_(None))
        .order_by(PlaceFollow.id)
    )
    return list(session.scalars(query))


def is_same_place(one: PlaceFollow, other: PlaceFollow) -> bool:
    """The same street, or the same circle to a metre."""
    near = abs(one.lat - other.lat) < SAME_DEGREES and abs(one.lon - other.lon) < SAME_DEGREES
    return near and one.radius == other.radius and (one.street or "").lower() == (other.street or "").lower()


def knows_streets(session: Session) -> bool:
    """Whether addresses with streets were imported."""
    return bool(session.scalar(select(exists().where(Place.kind == "street"))))


def streets_called(session: Session, typed: str) -> list[Street]:
    """Streets with this name, "Storgata" or "Storgata, Tromsø", in any spelling; else those that begin with it."""
    name, _, town = typed.partition(",")
    folded, in_town = searchable(name)[:160], searchable(town)
    if not folded:
        return []
    query = select(Place.label, Place.detail, Place.lat, Place.lon, Place.folded).where(Place.kind == "street")
    order = (func.length(Place.folded), Place.folded, Place.id)
    begins = query.where(Place.folded.startswith(folded, autoescape=True)).order_by(*order).limit(MOST_STREETS * 5)
    found = [row for row in session.execute(begins) if not in_town or in_town in searchable(row.detail or "")]
    exact = [row for row in found if row.folded == folded]
    return [Street(row.label, row.detail, row.lat, row.lon) for row in (exact or found)[:MOST_STREETS]]


# Its houses, and the road's own lines where roads were imported; without either, its middle.
_SHAPE = text("""
SELECT ST_Collect(part) FROM (
    SELECT position::geometry AS part FROM place
    WHERE kind = 'address' AND folded ~>=~ :begin AND folded ~<~ :end AND substr(folded, :length) ~ '^[0-9]'
        AND ST_DWithin(position, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography, :town)
    UNION ALL
    SELECT line::geometry FROM road
    WHERE lower(name) = lower(:label)
        AND ST_DWithin(line, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography, :town)
    UNION ALL
    SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)
) parts
""")


def shape_of(session: Session, street: Street) -> str:
    """All that is known of where a street lies, as hexadecimal EWKB."""
    folded = searchable(street.label)[:160]
    values = {
        "begin": f"{folded} ",
        "end": f"{folded} ~",
        "length": len(folded) + 2,
        "label": street.label,
        "lat": street.lat,
        "lon": street.lon,
        "town": SAME_TOWN_METRES,
    }
    return str(session.scalar(_SHAPE, values))
