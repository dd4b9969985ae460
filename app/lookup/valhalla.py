"""Valhalla over HTTP: `sources_to_targets` and `route`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import orjson
from pydantic import BaseModel, TypeAdapter

from app.lookup.osrm import as_table
from app.lookup.routers import Blocks, Line, RouterDown
from app.planning.distance import Point
from app.planning.travel import Profile

COSTING: dict[Profile, str] = {"car": "auto", "lorry": "truck"}


class _Cell(BaseModel):
    time: float | None = None
    # Kilometres, because we ask for them.
    distance: float | None = None


class _Table(BaseModel):
    sources_to_targets: list[list[_Cell]]


class _Leg(BaseModel):
    shape: str


class _Trip(BaseModel):
    legs: list[_Leg]


class _Route(BaseModel):
    trip: _Trip


_TABLE, _ROUTE = TypeAdapter(_Table), TypeAdapter(_Route)


class Valhalla:
    """Out of the box it answers 2,500 pairs at once, and 20 places on one route."""

    name: Literal["valhalla"] = "valhalla"
    most = 50
    most_on_line = 20

    def __init__(self, line: Line) -> None:
        self._line = line

    def table(self, rows: Sequence[Point], columns: Sequence[Point], profile: Profile) -> Blocks:
        """Ways from rows to columns."""
        question = {"sources": _places(rows), "targets": _places(columns)}
        cells = self._ask("/sources_to_targets", question, _TABLE, profile).sources_to_targets
        seconds = as_table([[cell.time for cell in row] for row in cells], rows, columns)
        metres = as_table([[cell.distance for cell in row] for row in cells], rows, columns) * 1000
        # It says nothing of how far its road lies from the place.
        return seconds, metres, np.full(len(rows), np.nan)

    def legs(self, points: Sequence[Point], profile: Profile) -> list[list[Point]]:
        """The line of each leg."""
        places = [{**place, "type": "break"} for place in _places(points)]
        route = self._ask("/route", {"locations": places, "directions_type": "none"}, _ROUTE, profile)
        return [decoded(leg.shape) for leg in route.trip.legs]

    def _ask(self, path: str, question: dict[str, Any], shape: TypeAdapter[Any], profile: Profile) -> Any:
        body = {**question, "costing": COSTING[profile], "units": "kilometers"}
        return self._line.ask(path, shape, body=orjson.dumps(body))


def _places(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [{"lat": round(lat, 6), "lon": round(lon, 6)} for lat, lon in points]


def decoded(shape: str) -> list[Point]:
    """A line as Google's "encoded polyline" writes it, with six decimals. Raises RouterDown."""
    numbers: list[int] = []
    number = shift = 0
    for letter in shape:
        chunk = ord(letter) - 63
        if not 0 <= chunk < 64:
            raise RouterDown("nonsense")
        number |= (chunk & 31) << shift
        shift += 5
        if chunk < 32:
            numbers.append(~(number >> 1) if number & 1 else number >> 1)
            number = shift = 0
    if shift or len(numbers) % 2:
        raise RouterDown("nonsense")
    steps = np.cumsum(np.array(numbers, dtype=np.int64).reshape(-1, 2), axis=0) / 1e6
    return [(float(lat), float(lon)) for lat, lon in steps]
