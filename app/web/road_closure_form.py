"""What is typed into the form of a closed road, and how closures are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from starlette.datastructures import FormData

from app.models import RoadClosure
from app.planning.distance import Point
from app.services.road_closing import ClosureWords, Kind

_PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_WAY = re.compile(r"\d{1,16}")


def read_closure(form: FormData) -> ClosureWords:
    """As it was typed; what cannot be read is missing then, and the service says so."""
    kind = _typed(form, "kind")
    return ClosureWords(
        name=_typed(form, "name")[:120],
        kind=kind if kind in get_args(Kind) else "line",  # type: ignore[arg-type]
        parts=_parts(_typed(form, "points")),
        way_ids=tuple(int(one) for one in _WAY.findall(_typed(form, "way_ids"))),
        first=_day(_typed(form, "first")),
        last=_day(_typed(form, "last")),
        yearly=form.get("yearly") == "yes",
        reason=_typed(form, "reason")[:300],
        unit_code=_typed(form, "unit") or None,
    )


def _typed(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _parts(text: str) -> tuple[tuple[Point, ...], ...]:
    """A point a line, an empty line between parts; what is no point makes all unreadable: nothing else is closed."""
    parts = [
        tuple(map(_place, part.splitlines()))
        for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
        if part.strip()
    ]
    return () if any(place is None for part in parts for place in part) else tuple(parts)  # type: ignore[arg-type]


def _place(line: str) -> Point | None:
    found = _PLACE.fullmatch(line)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return float(found[1]), float(found[2])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_way(lines: Iterable[Sequence[Point]]) -> str:
    """Lines for the map of the page: "lat, lon" a line, an empty line between parts."""
    return "\n\n".join("\n".join(f"{lat:.6f}, {lon:.6f}" for lat, lon in line) for line in lines)


def drawn(closures: Iterable[RoadClosure]) -> list[list[Point]]:
    """What was drawn, where no network says which roads that are."""
    return [[(lat, lon) for lon, lat in part] for closure in closures for part in _drawn(closure.shape or {})]


def _drawn(shape: Mapping[str, Any]) -> list[Any]:
    coordinates = shape.get("coordinates") or []
    if shape.get("type") == "MultiPolygon":
        return [rings[0] for rings in coordinates]
    return [[one] for one in coordinates] if shape.get("type") == "MultiPoint" else list(coordinates)
