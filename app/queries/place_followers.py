"""Who follows the place of a report: found by an index on rectangles, then measured on the globe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.db import driver
from app.models.place_follow import HEARS_SQL, PlaceEventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

# A report whose nearest address is on the street is on it, even where the houses lie far from the road.
NEAREST_METRES = 200
_NUMBER = re.compile(r"\s+[0-9]+\s*[^\W\d_]?$")

# These texts are put together from constants only; whatever is asked for is a parameter.
# The place stands behind OFFSET 0, where PostgreSQL does not look while planning: it would plan anew each time.
_WHO = f"""
FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) AS plane OFFSET 0) here
JOIN place_follow f ON f.reach && here.plane AND {HEARS_SQL}
WHERE (f.groups IS NULL OR %(group)s::text = ANY (f.groups)) AND (f.closings OR %(is_new)s::boolean)
    AND (ST_DWithin(f.shape, here.plane::geography, f.radius)
         OR lower(f.street) = %(street)s::text AND ST_DWithin(f.shape, here.plane::geography, {NEAREST_METRES}))
"""
_FOLLOWERS = f"SELECT f.id {_WHO}"
# The time depends on the follower's weekday only, so it comes as eight times: each day, and each weekday.
_NOTE = f"""
INSERT INTO place_news (follow_id, due_at)
SELECT f.id, (%(due)s::timestamptz[])[coalesce(f.weekday, -1) + 2] {_WHO}
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What happened where: degrees WGS84; `group` of the category, `nearest_address` as it is kept with the report."""

    kind: str
    lat: float
    lon: float
    group: str | None
    nearest_address: str | None = None

    def as_values(self) -> dict[str, Any]:
        """Values for the statements here."""
        return {
            "lat": self.lat,
            "lon": self.lon,
            "group": self.group,
            "is_new": self.kind == PlaceEventKind.NEW,
            "street": street_of(self.nearest_address),
        }


def street_of(address: str | None) -> str | None:
    """The street of an address, in small letters: "storgata" of "Storgata 5 B"."""
    return _NUMBER.sub("", address).strip().lower() if address else None


def followers_of(session: Session, happening: Happening) -> list[int]:
    """Ids of the follows that hear of it; the same condition by which `note_news` notes them."""
    return [row[0] for row in driver(session).execute(_FOLLOWERS.encode(), happening.as_values())]


def note_news(session: Session, happening: Happening, *, due: Mapping[int | None, datetime]) -> int:
    """Note for each of them that a digest is to go out, at the time for its weekday (None: every day).

    Whoever waits for a digest already has it at its old time. Gives how many were noted.
    """
    times = [due[day] for day in (None, *range(7))]
    return driver(session).execute(_NOTE.encode(), happening.as_values() | {"due": times}).rowcount
