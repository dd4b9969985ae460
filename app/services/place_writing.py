"""Writes many places at once: a COPY into a passing table, from where what is new or changed goes into the register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

from app.db import driver
from app.errors import Invalid
from app.models.place import searchable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.place_mapping import PlaceMapping


class Incoming(NamedTuple):
    """A place as a file tells it; x and y are lon and lat in degrees, or metres to be converted."""

    row: int
    source_ref: str
    label: str
    detail: str | None
    folded: str
    words: str
    street: str
    town: str
    x: float
    y: float


@dataclass(frozen=True)
class Written:
    """`rows` came, of which these were `added` or `changed`; the rows with the numbers `elsewhere` are nowhere."""

    rows: int
    added: int
    changed: int
    streets: int
    elsewhere: list[int]


_TABLE = """
CREATE TEMPORARY TABLE incoming_place (
    row integer, source_ref text, label text, detail text, folded text, words text, street text, town text,
    x float8, y float8
) ON COMMIT DROP
"""
_COPY = "COPY incoming_place FROM STDIN"
_CONVERT = """
UPDATE incoming_place SET (x, y) = (
    SELECT ST_X(at), ST_Y(at) FROM (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(x, y), %(epsg)s), 4326) AS at) there
)
"""
_ELSEWHERE = """
DELETE FROM incoming_place WHERE NOT coalesce(x BETWEEN -180 AND 180 AND y BETWEEN -90 AND 90, false) RETURNING row
"""
_CHANGED = " OR ".join(
    f"place.{name} IS DISTINCT FROM excluded.{name}" for name in ("label", "detail", "folded", "words", "lat", "lon")
)
_WRITE = f"""
WITH written AS (
    INSERT INTO place (kind, source_ref, label, detail, folded, words, lat, lon)
    SELECT %(kind)s, source_ref, label, detail, folded, words, round(y::numeric, 7), round(x::numeric, 7)
    FROM {{source}}
    ON CONFLICT (kind, source_ref) DO UPDATE SET label = excluded.label, detail = excluded.detail,
        folded = excluded.folded, words = excluded.words, lat = excluded.lat, lon = excluded.lon
    WHERE {_CHANGED}
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM written
"""  # noqa: S608
_FORGET = """
DELETE FROM place WHERE kind = %(kind)s
    AND NOT EXISTS (SELECT FROM {source} came WHERE came.source_ref = place.source_ref)
"""
# A street as a whole lies where its house nearest to the middle of all is: a mean may lie in the sea.
_STREETS = """
SELECT DISTINCT ON (street, town) street, town, x, y FROM (
    SELECT *, avg(x) OVER same AS mx, avg(y) OVER same AS my FROM incoming_place WHERE street <> ''
    WINDOW same AS (PARTITION BY street, town)
) house ORDER BY street, town, ((x - mx) * cos(radians(my))) ^ 2 + (y - my) ^ 2, row
"""


def write_places(session: Session, places: Iterable[Incoming], mapping: PlaceMapping) -> Written:
    """Brings the register up to date in the caller's transaction. Raises Invalid where `epsg` is not known."""
    cursor = driver(session).cursor()
    cursor.execute("DROP TABLE IF EXISTS incoming_place, incoming_street")
    cursor.execute(_TABLE)
    with cursor.copy(_COPY) as copy:
        rows = 0
        for place in places:
            copy.write_row(place)
            rows += 1
    if not mapping.in_degrees:
        _convert(cursor, mapping.epsg)
    elsewhere = [number for (number,) in cursor.execute(_ELSEWHERE)]
    added, changed = _write(cursor, mapping.kind, "incoming_place")
    streets = _write_streets(cursor) if mapping.street else 0
    # Searching well needs to know how many there are; the server's own look may be a minute away.
    cursor.execute("ANALYZE place")
    return Written(rows, added, changed, streets, elsewhere)


def forget_others(session: Session, mapping: PlaceMapping) -> int:
    """After `write_places`: what did not come leaves the register, streets too; how many places, without streets."""
    cursor = driver(session).cursor()
    removed = cursor.execute(_FORGET.format(source="incoming_place").encode(), {"kind": mapping.kind}).rowcount
    if mapping.street:
        cursor.execute(_FORGET.format(source="incoming_street").encode(), {"kind": "street"})
    return removed


def _convert(cursor: psycopg.Cursor[tuple[Any, ...]], epsg: int) -> None:
    try:
        cursor.execute(_CONVERT, {"epsg": epsg})
    except psycopg.Error as error:
        raise Invalid(f"The positions can not be converted from EPSG:{epsg}: {error.diag.message_primary}.") from error


def _write(cursor: psycopg.Cursor[tuple[Any, ...]], kind: str, source: str) -> tuple[int, int]:
    # The names of our own two passing tables only.
    row = cursor.execute(_WRITE.format(source=source).encode(), {"kind": kind}).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def _write_streets(cursor: psycopg.Cursor[tuple[Any, ...]]) -> int:
    """Each street of the file as a place of its own; how many there are."""
    streets = [_street(number, *row) for number, row in enumerate(cursor.execute(_STREETS).fetchall())]
    cursor.execute("CREATE TEMPORARY TABLE incoming_street (LIKE incoming_place) ON COMMIT DROP")
    with cursor.copy("COPY incoming_street FROM STDIN") as copy:
        for street in streets:
            copy.write_row(street)
    _write(cursor, "street", "incoming_street")
    return len(streets)


def _street(number: int, name: str, town: str, x: float, y: float) -> Incoming:
    folded, words = searchable(name)[:160], searchable(f"{name} {town}")[:320]
    return Incoming(number, f"{folded}|{searchable(town)}"[:80], name, town or None, folded, words, "", "", x, y)
