"""Coordinates as people write and paste them: 69.6492, 18.9553 or 69,65 18,95 or 69°39'N 18°57'E."""

from __future__ import annotations

import re

from app.errors import N_

# One sentence wherever somebody is told: in the search, beside the map and over the form.
NO_PLACE = N_("0, 0 is what a phone says when it is lost. Show the place on the map, or write the address.")
NO_PLACE_DEGREES = 0.01
LONGEST = 100
_NUMBER = r"[-+−]?[0-9]{1,3}(?:[.,][0-9]{1,15})?"
_SMALL = r"[0-9]{1,2}(?:[.,][0-9]{1,10})?"
# Ø and V are east and west in Norwegian, O is east in German.
_SIDE = "[NSEWØVO]"


def _angle(n: int) -> str:
    return (
        rf"(?P<before{n}>{_SIDE})?\s*(?P<degrees{n}>{_NUMBER})\s*°?\s*"
        rf"(?:(?P<minutes{n}>{_SMALL})\s*['′’]\s*(?:(?P<seconds{n}>{_SMALL})\s*(?:[\"″”]|'')\s*)?)?(?P<after{n}>{_SIDE})?"
    )


_PAIR = re.compile(rf"(?:GEO:)?\s*{_angle(1)}\s*[,;/\s]\s*{_angle(2)}\s*[.,;]?")
_MAP_ADDRESS = re.compile(r"^https?://\S*?[@=/](-?[0-9]{1,2}\.[0-9]{3,}),(-?[0-9]{1,3}\.[0-9]{3,})")
_EAST_WEST = set("EWØVO")


def read_coordinates(text: str) -> tuple[float, float] | None:
    """(lat, lon) as written, which may be nowhere on earth; None where the text is no pair of coordinates."""
    shared = _MAP_ADDRESS.match(text.strip()[:1000])
    if shared:
        return float(shared[1]), float(shared[2])
    found = _PAIR.fullmatch(text.strip().upper().replace("º", "°").replace("˚", "°")) if len(text) <= LONGEST else None
    if found is None or not _looks_like_it(found):
        return None
    first, second = (_degrees(found, n) for n in (1, 2))
    sides = [found[f"before{n}"] or found[f"after{n}"] for n in (1, 2)]
    east_first = sides[0] in _EAST_WEST or (sides[0] is None and sides[1] in {"N", "S"})
    return (second, first) if east_first else (first, second)


def is_no_place(lat: float, lon: float) -> bool:
    """Whether these are the zeros of a device that does not know where it is: in the sea, some kilometres around."""
    return abs(lat) < NO_PLACE_DEGREES and abs(lon) < NO_PLACE_DEGREES


def _looks_like_it(found: re.Match[str]) -> bool:
    """Two whole numbers with a blank between them may be anything; a comma or a letter makes them a pair."""
    return any(sign in found[0] for sign in ".,;°/") or bool(found["before1"] or found["after1"])


def _degrees(found: re.Match[str], n: int) -> float:
    parts = [found[f"{name}{n}"] or "0" for name in ("degrees", "minutes", "seconds")]
    degrees, minutes, seconds = (float(part.replace(",", ".").replace("−", "-")) for part in parts)
    size = abs(degrees) + minutes / 60 + seconds / 3600
    side = found[f"before{n}"] or found[f"after{n}"]
    return -size if degrees < 0 or side in {"S", "W", "V"} else size
