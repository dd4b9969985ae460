"""The network as it may be driven on a day by one kind of vehicle: closed roads cut out, and where places lie on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from app.planning.distance import Point
from app.planning.road_closing import beside
from app.planning.road_graph import (
    CAR_BACK,
    CAR_FORWARD,
    LORRY_BACK,
    LORRY_FORWARD,
    NO_STOP,
    Floats,
    RoadGraph,
    Whole,
    earth_centred,
)
from app.planning.travel import Profile

# Farther from the road, the rest of the way is walked, and the planner is told.
OFF_ROAD = 150.0
# Shorter roads that lead nowhere else are yards behind a gate, not islands.
ISLAND = 300.0
LORRY_SLOWER, LORRY_KMH = 0.9, 70.0
_SAMPLE = 50.0


@dataclass(frozen=True)
class Snapped:
    """Where a place meets the network: on which piece, how many metres along its edge, and how far from it."""

    piece: int
    along: float
    off: float


class DayGraph:
    """Pieces of edges that are open, with the seconds of each direction (inf: not that way).

    A piece is a whole edge, or what is left of one on either side of a closed stretch. `first` and `last` are its
    points in the graph's shapes, `tail` and `head` its junctions; a cut end is a junction of its own.
    """

    def __init__(self, graph: RoadGraph, *, day: date, profile: Profile, shut: Collection[int] = ()) -> None:
        self.graph = graph
        forward, back = self._open(day, profile)
        edges, self.first, self.last, self.tail, self.head, self.nodes = _pieces(graph, forward | back, shut)
        self.edge = edges
        kmh = graph.kmh.astype(np.float64)[edges]
        self.kmh = np.minimum(kmh * LORRY_SLOWER, LORRY_KMH) if profile == "lorry" else kmh
        self.metres: Floats = graph.along[self.last] - graph.along[self.first]
        self.forward, self.back = forward[edges], back[edges]

    def _open(self, day: date, profile: Profile) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        graph = self.graph
        bits = (LORRY_FORWARD, LORRY_BACK) if profile == "lorry" else (CAR_FORWARD, CAR_BACK)
        closed = np.array([False, *(season.closed_on(day) for season in graph.seasons)])[graph.season]
        forward, back = ((graph.open & bit > 0) & ~closed for bit in bits)
        return forward, back

    @cached_property
    def _groups(self) -> tuple[Whole, int, Whole, Floats]:
        """(junctions by how they reach each other both ways, the largest, junctions by any road, metres of those)."""
        ways = np.concatenate(
            (
                np.column_stack((self.tail, self.head))[self.forward],
                np.column_stack((self.head, self.tail))[self.back],
            )
        )
        matrix = csr_array((np.ones(len(ways)), (ways[:, 0], ways[:, 1])), shape=(self.nodes, self.nodes))
        strong: Whole
        weak: Whole
        _, strong = connected_components(matrix, directed=True, connection="strong")
        _, weak = connected_components(matrix, directed=False)
        within = strong[self.tail] == strong[self.head]
        length = np.bincount(strong[self.tail][within], weights=self.metres[within], minlength=1)
        by_road = np.bincount(weak[self.tail], weights=self.metres, minlength=1).astype(np.float64)
        return strong, int(np.argmax(length)), weak, by_road

    @cached_property
    def _main(self) -> _Nearest:
        """Roads from which every other can be reached, and that can be reached from every other."""
        strong, largest, _, _ = self._groups
        return _Nearest(self, (strong[self.tail] == largest) & (strong[self.head] == largest))

    @cached_property
    def _islands(self) -> _Nearest:
        strong, largest, weak, length = self._groups
        others = np.ones(len(length), dtype=bool)
        others[np.unique(weak[strong == largest])] = False
        return _Nearest(self, (others & (length >= ISLAND))[weak[self.tail]] & (strong[self.tail] == strong[self.head]))

    def snap(self, point: Point) -> Snapped | None:
        """The nearest place where one can stop and drive on; None: there is no road at all.

        The road to be met is one of the large network; where none is near, that of an island whose road is.
        """
        place = earth_centred(np.array([point], dtype=np.float64))[0]
        found = self._main.to(place)
        if found is not None and found.off <= OFF_ROAD:
            return found
        island = self._islands.to(place)
        return island if island is not None and (found is None or island.off <= OFF_ROAD) else found


class _Nearest:
    """Where the nearest of some pieces is met: samples of each stretch in a tree, then the stretches themselves."""

    def __init__(self, day: DayGraph, wanted: NDArray[np.bool_]) -> None:
        graph = day.graph
        stops = wanted & (graph.open[day.edge] & NO_STOP == 0)
        pieces = np.flatnonzero(stops if stops.any() else wanted)
        counts = day.last[pieces] - day.first[pieces]
        stretches = _ranges(day.first[pieces], counts)
        piece_of = np.repeat(pieces, counts)
        here, way = graph.places[stretches], graph.places[stretches + 1] - graph.places[stretches]
        samples = np.maximum(1, np.ceil(np.linalg.norm(way, axis=1) / _SAMPLE)).astype(np.int64)
        self._of = np.repeat(np.arange(len(stretches)), samples)
        part = (_ranges(np.zeros(len(samples), dtype=np.int64), samples) + 0.5) / np.repeat(samples, samples)
        self._stretches, self._pieces, self._graph = stretches, piece_of, graph
        self._tree = cKDTree(here[self._of] + way[self._of] * part[:, None]) if len(stretches) else None

    def to(self, place: Floats) -> Snapped | None:
        """The nearest of them to a place in Cartesian metres."""
        if self._tree is None:
            return None
        metres, _ = self._tree.query(place)
        near = np.unique(self._of[self._tree.query_ball_point(place, metres + _SAMPLE / 2 + 0.1)])
        stretches = self._stretches[near]
        off, part = beside(self._graph, place, stretches)
        best = int(np.argmin(off))
        begins, ends = self._graph.along[stretches[best]], self._graph.along[stretches[best] + 1]
        return Snapped(int(self._pieces[near[best]]), float(begins + part[best] * (ends - begins)), float(off[best]))


def _ranges(first: Whole, counts: Whole) -> Whole:
    """first[0], first[0] + 1, ... (counts[0] of them), first[1], ..."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    run: Whole = np.arange(total, dtype=np.int64) - np.repeat(ends - counts - first, counts)
    return run


def _pieces(
    graph: RoadGraph, is_open: NDArray[np.bool_], shut: Collection[int]
) -> tuple[Whole, Whole, Whole, Whole, Whole, int]:
    """(edge, first point, last point, tail, head) of each piece, and how many junctions there are."""
    touched: dict[int, list[int]] = {}
    for stretch in sorted(shut):
        edge = int(graph.edge_of[stretch])
        if is_open[edge]:
            touched.setdefault(edge, []).append(stretch)
    whole = is_open.copy()
    whole[list(touched)] = False
    edges = np.flatnonzero(whole)
    rows = [
        edges,
        graph.shape_at[edges].astype(np.int64),
        graph.shape_at[edges + 1].astype(np.int64) - 1,
        graph.start[edges].astype(np.int64),
        graph.end[edges].astype(np.int64),
    ]
    cut, nodes = _cut(graph, touched)
    if cut:
        rows = [np.concatenate((row, np.array(more))) for row, more in zip(rows, zip(*cut, strict=True), strict=True)]
    return rows[0], rows[1], rows[2], rows[3], rows[4], nodes


def _cut(graph: RoadGraph, touched: dict[int, list[int]]) -> tuple[list[tuple[int, int, int, int, int]], int]:
    """What is left of edges around their shut stretches."""
    nodes, found = graph.nodes, []
    for edge, stretches in touched.items():
        begins, ends = int(graph.shape_at[edge]), int(graph.shape_at[edge + 1]) - 1
        first, tail = begins, int(graph.start[edge])
        for stretch in (*stretches, None):
            last = ends if stretch is None else stretch
            if last > first:
                head = int(graph.end[edge]) if stretch is None else nodes
                nodes += stretch is not None
                found.append((edge, first, last, tail, head))
            if stretch is not None:
                first, tail = stretch + 1, nodes
                nodes += 1
    return found, nodes
