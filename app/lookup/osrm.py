"""OSRM over HTTP (`osrm-routed`): its `table` and `route`. It has one profile, made when its data were."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, TypeAdapter

from app.lookup.routers import Blocks, Line, RouterDown
from app.planning.distance import Point
from app.planning.travel import Profile

Cells = list[list[float | None]]


class _Waypoint(BaseModel):
    distance: float | None = None


class _Table(BaseModel):
    code: str
    durations: Cells
    distances: Cells
    sources: list[_Waypoint] = []


class _Geometry(BaseModel):
    coordinates: list[tuple[float, float]]


class _Step(BaseModel):
    geometry: _Geometry


class _Leg(BaseModel):
    steps: list[_Step]


class _Route(BaseModel):
    legs: list[_Leg]


class _Routes(BaseModel):
    code: str
    routes: list[_Route]


_TABLE, _ROUTES = TypeAdapter(_Table), TypeAdapter(_Routes)


class Osrm:
    """`--max-table-size` is 100 places unless it is told otherwise: 50 from, 50 to."""

    name: Literal["osrm"] = "osrm"
    most = 50
    most_on_line = 10

    def __init__(self, line: Line) -> None:
        self._line = line

    def table(self, rows: Sequence[Point], columns: Sequence[Point], profile: Profile) -> Blocks:  # noqa: ARG002
        """Ways from rows to columns; `null` is its word for "no way"."""
        ends = ";".join(map(str, range(len(rows), len(rows) + len(columns))))
        begins = ";".join(map(str, range(len(rows))))
        query = f"annotations=duration,distance&sources={begins}&destinations={ends}"
        answer = self._line.ask(f"/table/v1/driving/{_places([*rows, *columns])}?{query}", _TABLE)
        seconds, metres = (as_table(cells, rows, columns) for cells in (answer.durations, answer.distances))
        off = [one.distance if one.distance is not None else np.nan for one in answer.sources]
        return seconds, metres, np.array(off if len(off) == len(rows) else [np.nan] * len(rows), dtype=np.float64)

    def legs(self, points: Sequence[Point], profile: Profile) -> list[list[Point]]:  # noqa: ARG002
        """The line of each leg, of its steps'."""
        path = f"/route/v1/driving/{_places(points)}?overview=false&steps=true&geometries=geojson"
        answer = self._line.ask(path, _ROUTES)
        if not answer.routes:
            raise RouterDown("nonsense")
        return [_line(leg) for leg in answer.routes[0].legs]


def _line(leg: _Leg) -> list[Point]:
    """Each step begins where the one before ended."""
    points = [(lat, lon) for step in leg.steps for lon, lat in step.geometry.coordinates]
    return [point for point, _ in itertools.groupby(points)]


def _places(points: Sequence[Point]) -> str:
    return ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in points)


def as_table(cells: Sequence[Sequence[float | None]], rows: Sequence[Point], columns: Sequence[Point]) -> np.ndarray:
    """float64[rows, columns], inf where there is no way. Raises RouterDown for another shape, or for nonsense."""
    if len(cells) != len(rows) or any(len(row) != len(columns) for row in cells):
        raise RouterDown("nonsense")
    table = np.array([[np.inf if cell is None else cell for cell in row] for row in cells], dtype=np.float64)
    if np.isnan(table).any() or (table < 0).any():
        raise RouterDown("nonsense")
    return table.reshape(len(rows), len(columns))
