"""What our own registers know around a place: the lamp, the road, the address, and answers that were kept.

One statement, because it runs while every report is taken in and whenever somebody moves the pin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.db import driver

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SNAP_METRES = 25
# A number typed from the mast still means that lamp when the pin is this far off; beyond, one of the two is wrong.
SAME_LAMP_METRES = 500
ROAD_METRES = 30
ADDRESS_METRES = 200
MOST_NUMBERED = 5
KEY_DECIMALS = 5

# Words before the number, and characters that people write differently from the register.
_BEFORE = re.compile(r"^\s*(?:(?:nummer|number|nr|lysmast|mast|lampe|lamp)[\s.:]+)+(?=\S*\d)", re.IGNORECASE)
NUMBER_KEY = "ltrim(translate(upper({}), ' -./_', ''), '0')"

# These texts are put together from constants only; whatever is asked for is a parameter.
# The place stands behind OFFSET 0, where PostgreSQL does not look while planning: seeing another place each time, it
# would find it worth planning anew each time, which takes twice as long as answering.
HERE = "here.place"
FROM_HERE = """(
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326)::geography AS place OFFSET 0
) here"""
OPEN_REPORT = """LEFT JOIN LATERAL (
    SELECT reference, created_at FROM report
    WHERE asset_id = a.id AND status IN ('new', 'forwarded', 'in_progress', 'scheduled')
        AND NOT private AND hidden_at IS NULL AND lat IS NOT NULL
    ORDER BY created_at, id LIMIT 1
) open ON true"""
ASSET_COLUMNS = f"""json_build_array(a.id, a.number, a.lat, a.lon, ST_Distance(a.position, {HERE}), a.owner,
    a.road_owner, a.road_ref, a.street, open.reference, extract(epoch FROM open.created_at))"""
_NUMBERED = f"""(SELECT json_agg({ASSET_COLUMNS} ORDER BY a.turn) FROM (
    SELECT *, row_number() OVER (ORDER BY NOT coalesce(ST_DWithin(position, {HERE}, {SAME_LAMP_METRES}), false),
        upper(number) <> upper(%(number)s::text), position <-> {HERE}, id) AS turn
    FROM asset
    WHERE kind = %(kind)s::text AND {NUMBER_KEY.format("number")} = {NUMBER_KEY.format("%(number)s::text")}
    ORDER BY turn LIMIT {MOST_NUMBERED}
) a {OPEN_REPORT})"""  # noqa: S608
_NEAREST = f"""(SELECT {ASSET_COLUMNS} FROM (
    SELECT * FROM asset
    WHERE kind = %(kind)s::text AND ST_DWithin(position, {HERE}, {SNAP_METRES})
    ORDER BY position <-> {HERE} LIMIT 1
) a {OPEN_REPORT})"""  # noqa: S608
_AROUND = f"""
(SELECT json_build_array(owner, ref, name, ST_Distance(line, {HERE})) FROM road
    WHERE ST_DWithin(line, {HERE}, {ROAD_METRES}) ORDER BY line <-> {HERE} LIMIT 1),
(SELECT json_build_array(label, detail, ST_Distance(position, {HERE})) FROM place
    WHERE kind = 'address' AND ST_DWithin(position, {HERE}, {ADDRESS_METRES})
    ORDER BY position <-> {HERE} LIMIT 1),
(SELECT answer FROM register_answer WHERE kind = 'road' AND key = %(key)s::text),
(SELECT answer FROM register_answer WHERE kind = 'address' AND key = %(key)s::text)
"""  # noqa: S608
# A text for each kind of question, for the same reason: no parameter switches a part off.
_PLACE_ONLY = f"SELECT NULL, NULL, {_AROUND} FROM {FROM_HERE}"  # noqa: S608
_WITH_ASSET = f"SELECT NULL, {_NEAREST}, {_AROUND} FROM {FROM_HERE}"  # noqa: S608
_WITH_NUMBER = f"SELECT {_NUMBERED}, {_NEAREST}, {_AROUND} FROM {FROM_HERE}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class NearAsset:
    """A thing of the register, degrees WGS84; `metres` from the place asked about, None where none was.

    `reference` is an open report about it that everybody may see, the oldest; `reported_at` its time in seconds.
    """

    id: int
    number: str | None
    lat: float
    lon: float
    metres: float | None
    owner: str
    road_owner: str
    road_ref: str | None
    street: str | None
    reference: str | None
    reported_at: float | None

    @property
    def reported(self) -> datetime | None:
        """When the open report was sent."""
        return None if self.reported_at is None else datetime.fromtimestamp(self.reported_at, tz=UTC)


@dataclass(frozen=True, slots=True)
class NearRoad:
    """The nearest of the roads that were imported; `owner` may be "unknown"."""

    owner: str
    ref: str | None
    name: str | None
    metres: float


@dataclass(frozen=True, slots=True)
class NearAddress:
    """The nearest of the addresses that were imported: "Storgata 5", and what stands beside it, such as the town."""

    label: str
    detail: str | None
    metres: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`asset` is what a report here is about; `numbered` carry the number that was typed, at most five, nearest first.

    A number says more than the pin, unless the lamp stands more than 500 m from it: then one of the two is mistaken,
    `asset` is None and whoever asks can offer `numbered`. `kept_road`, `kept_address` are what the registers answered.
    """

    asset: NearAsset | None = None
    numbered: tuple[NearAsset, ...] = ()
    nearest: NearAsset | None = None
    road: NearRoad | None = None
    address: NearAddress | None = None
    kept_road: dict[str, Any] | None = None
    kept_address: dict[str, Any] | None = None


def surroundings(
    session: Session, *, lat: float | None, lon: float | None, asset_kind: str | None = None, number: str = ""
) -> Surroundings:
    """All of it for a place (degrees WGS84) in one statement; without a place only what the number tells."""
    number = plain_number(number) if asset_kind else ""
    if lat is None or lon is None:
        if not number:
            return Surroundings()
        lat = lon = None
    values = {"lat": lat, "lon": lon, "kind": asset_kind, "number": number, "key": place_key(lat, lon)}
    statement = _WITH_NUMBER if number else _WITH_ASSET if asset_kind else _PLACE_ONLY
    row = driver(session).execute(statement, values, prepare=True).fetchone()
    assert row is not None  # noqa: S101  (a SELECT without FROM has one row)
    numbered = tuple(NearAsset(*one) for one in row[0] or ())
    nearest = NearAsset(*row[1]) if row[1] else None
    return Surroundings(
        asset=_meant(number, numbered, nearest),
        numbered=numbered,
        nearest=nearest,
        road=NearRoad(*row[2]) if row[2] else None,
        address=NearAddress(*row[3]) if row[3] else None,
        kept_road=row[4],
        kept_address=row[5],
    )


def plain_number(typed: str) -> str:
    """What was typed without "mast nr.", blanks around it, and more than a number can have."""
    # Cut first: anybody may type anything here, and what repeats "mast." for pages takes the expression minutes.
    return _BEFORE.sub("", typed[:100]).strip()[:40]


def place_key(lat: float | None, lon: float | None) -> str:
    """The key of a kept register answer: about a metre."""
    return "" if lat is None or lon is None else f"{lat:.{KEY_DECIMALS}f},{lon:.{KEY_DECIMALS}f}"


def _meant(number: str, numbered: tuple[NearAsset, ...], nearest: NearAsset | None) -> NearAsset | None:
    """The one the report is about."""
    if not number:
        return nearest
    if numbered and numbered[0].metres is None:
        # Without a place only a number that is there once says which.
        return numbered[0] if len(numbered) == 1 else None
    if numbered and numbered[0].metres is not None and numbered[0].metres <= SAME_LAMP_METRES:
        return numbered[0]
    # A lamp whose number the register does not know may well carry the one that was typed.
    return nearest if nearest is not None and nearest.number is None and not numbered else None
