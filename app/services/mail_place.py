"""Where a mail's report may be: a photo's position, or coordinates and map links in the words. Only ever proposed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.routing import in_service_area
from app.storage import where_taken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.routing import Rules

# "69.6492, 18.9553", "@69.6492,18.9553", "mlat=69.6492&mlon=18.9553", "#map=17/69.6492/18.9553": two numbers with at
# least three decimals and little between them.
_PAIR = re.compile(r"(-?\d{1,3}\.\d{3,15})[^\d.\-]{1,12}(-?\d{1,3}\.\d{3,15})")
MOST_TRIED = 50
MOST_READ = 50_000


def place_of(
    rules: Rules, *, text: str, links: Iterable[str], pictures: Iterable[bytes]
) -> tuple[float, float, str] | None:
    """(lat, lon, "text" or "photo"), degrees WGS84 within our area; None where nothing says it.

    What somebody wrote goes before what their phone wrote: the photo may have been taken from the bus.
    """
    for written in (text[:MOST_READ], " ".join(links)[:MOST_READ]):
        for found in list(_PAIR.finditer(written))[:MOST_TRIED]:
            lat, lon = float(found[1]), float(found[2])
            if _is_here(rules, lat, lon):
                return round(lat, 6), round(lon, 6), "text"
    for picture in pictures:
        taken = where_taken(picture)
        if taken is not None and _is_here(rules, taken.lat, taken.lon):
            return round(taken.lat, 6), round(taken.lon, 6), "photo"
    return None


def _is_here(rules: Rules, lat: float, lon: float) -> bool:
    return abs(lat) <= 90 and abs(lon) <= 180 and in_service_area(rules, lat, lon)
