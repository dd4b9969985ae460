"""Which stretches of a road network a closure shuts: by line, by area, by place, or by the map's own way numbers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from app.planning.distance import Point
from app.planning.road_graph import Floats, RoadGraph, Whole, earth_centred

# How far a line drawn by hand may lie beside its road; and how far a tap may.
BESIDE_LINE = 20.0
BESIDE_POINT = 40.0
# A line is drawn along a road, so what only crosses it stays open.
ALONG = cos(radians(40))
_STEP = 5.0


@dataclass(frozen=True, slots=True)
class Closure:
    """Shut: along `lines`, inside `areas` (rings), at `points`, each (lat, lon); and all of `way_ids`."""

    lines: tuple[tuple[Point, ...], ...] = ()
    areas: tuple[tuple[Point, ...], ...] = ()
    points: tuple[Point, ...] = ()
    way_ids: frozenset[int] = frozenset()


def shut_by(graph: RoadGraph, closures: Sequence[Closure]) -> frozenset[int]:
    """The stretches that are shut, each by the number of its first point in the shapes."""
    shut = np.zeros(len(graph.lat), dtype=bool)
    for closure in closures:
        if closure.way_ids:
            shut |= np.isin(graph.way, np.fromiter(closure.way_ids, dtype=np.int64))
        for ring in closure.areas:
            inside = _inside(graph.degrees, ring)
            shut[:-1] |= inside[:-1] | inside[1:] | _crosses(graph, ring)
        for line in closure.lines:
            _shut_along(graph, line, shut)
        for point in closure.points:
            _shut_at(graph, point, shut)
    shut[graph.shape_at[1:] - 1] = False  # An edge's last point begins nothing.
    return frozenset(np.flatnonzero(shut).tolist())


def _inside(degrees: Floats, ring: Sequence[Point]) -> NDArray[np.bool_]:
    """Even-odd; a ring's first point need not be repeated."""
    lat, lon = degrees[:, 0], degrees[:, 1]
    inside = np.zeros(len(degrees), dtype=bool)
    for (lat_1, lon_1), (lat_2, lon_2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if lat_1 != lat_2:
            crosses = (lat_1 > lat) != (lat_2 > lat)
            inside ^= crosses & (lon < (lon_2 - lon_1) * (lat - lat_1) / (lat_2 - lat_1) + lon_1)
    return inside


def _crosses(graph: RoadGraph, ring: Sequence[Point]) -> NDArray[np.bool_]:
    """Stretches that go through an area without a point inside, bool[points - 1]."""
    here, there = graph.degrees[:-1], graph.degrees[1:]
    found = np.zeros(len(here), dtype=bool)
    for corner, following in zip(ring, (*ring[1:], ring[0]), strict=True):
        one, two = np.array(corner), np.array(following)
        found |= (_side(one, two, here) != _side(one, two, there)) & (
            _side(here, there, one) != _side(here, there, two)
        )
    return found


def _side(start: Floats, end: Floats, place: Floats) -> NDArray[np.bool_]:
    """On which side of the line from start to end a place lies."""
    way, beside = end - start, place - start
    turn = way[..., 0] * beside[..., 1] - way[..., 1] * beside[..., 0]
    left: NDArray[np.bool_] = turn > 0
    return left


def _shut_along(graph: RoadGraph, line: Sequence[Point], shut: NDArray[np.bool_]) -> None:
    """Stretches whose middle lies beside the line and that go the same way as it."""
    drawn = earth_centred(np.array(line, dtype=np.float64))
    steps = [_densely(here, there) for here, there in itertools.pairwise(drawn)]
    tree = cKDTree(np.concatenate([places for places, _ in steps]))
    headings = np.concatenate([np.broadcast_to(heading, places.shape) for places, heading in steps])
    stretches = np.flatnonzero(graph.edge_of[:-1] == graph.edge_of[1:])
    here, there = graph.places[stretches], graph.places[stretches + 1]
    length = np.maximum(np.linalg.norm(there - here, axis=1), 1e-9)
    far, nearest = tree.query((here + there) / 2, distance_upper_bound=BESIDE_LINE)
    beside = np.isfinite(far)
    same = np.abs(np.sum((there - here)[beside] * headings[nearest[beside]], axis=1)) / length[beside] > ALONG
    shut[stretches[beside][same]] = True
    # A long straight road has its middle elsewhere: it is shut where the line runs beside it.
    for place, heading in steps:
        _shut_at_place(graph, place[len(place) // 2], shut, within=BESIDE_LINE, heading=heading)


def _densely(here: Floats, there: Floats) -> tuple[Floats, Floats]:
    length = float(np.linalg.norm(there - here))
    parts = np.linspace(0.0, 1.0, max(2, int(length / _STEP) + 1))[:, None]
    return here + (there - here) * parts, (there - here) / max(length, 1e-9)


def _shut_at(graph: RoadGraph, point: Point, shut: NDArray[np.bool_]) -> None:
    _shut_at_place(graph, earth_centred(np.array([point], dtype=np.float64))[0], shut, within=BESIDE_POINT)


def _shut_at_place(
    graph: RoadGraph, place: Floats, shut: NDArray[np.bool_], *, within: float, heading: Floats | None = None
) -> None:
    """The nearest stretch, if it is near enough, and goes the way of `heading` where there is one."""
    metres, _ = beside(graph, place)
    if heading is not None:
        ways = graph.places[1:] - graph.places[:-1]
        length = np.maximum(np.linalg.norm(ways, axis=1), 1e-9)
        metres = np.where(np.abs(ways @ heading) / length > ALONG, metres, np.inf)
    nearest = int(np.argmin(metres))
    if metres[nearest] <= within:
        shut[nearest] = True


def beside(graph: RoadGraph, place: Floats, stretches: Whole | None = None) -> tuple[Floats, Floats]:
    """Metres from a place to stretches (all, if none are named), and how far along each the nearest point lies, 0-1."""
    numbers = np.arange(len(graph.lat) - 1) if stretches is None else stretches
    here, there = graph.places[numbers], graph.places[numbers + 1]
    way = there - here
    squared = np.maximum(np.sum(way * way, axis=1), 1e-12)
    part = np.clip(np.sum((place - here) * way, axis=1) / squared, 0.0, 1.0)
    metres = np.linalg.norm(here + way * part[:, None] - place, axis=1)
    if stretches is None:
        metres[graph.edge_of[:-1] != graph.edge_of[1:]] = np.inf
    return metres, part
