"""The fastest ways between places on pieces of a network: scipy's Dijkstra, and the metres of the same ways."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from app.planning.distance import Point
from app.planning.road_day import DayGraph, Snapped
from app.planning.road_graph import SCALE, Floats, RoadGraph, Whole

# Two places at one spot still have an arc between them, and an arc of nothing is none to scipy.
_LEAST_SECONDS = 1e-4
# So near to a junction (metres), a place is at it.
_AT_JUNCTION = 0.5
# Junctions of a network from which on it is cut to the part that matters.
WORTH_CUTTING = 6_000
# Rows of the answer that are in memory at once: some 60 MB.
_ROOM = 4_000_000
Columns = tuple[Whole, Whole, Floats, Floats, Whole, Floats, Floats]
"""Arcs: from, to, seconds, metres, edge, metres along the edge where it begins and where it ends."""


class Search:
    """Ways between places on a day's network. `off`: metres from each place to its road (inf: there is none)."""

    def __init__(self, day: DayGraph, points: Sequence[Point], *, worth_cutting: int = WORTH_CUTTING) -> None:
        self._day = day
        self._snapped = [day.snap(point) for point in points]
        self.off = [float("inf") if one is None else one.off for one in self._snapped]
        self._node, added = _placed(self._snapped, day)
        nodes = day.nodes + len(added)
        self._keep(_fastest(_join(_arcs(day), _arcs_of_places(day, added)), nodes), nodes)
        self._trees: dict[int, tuple[Floats, NDArray[np.int32]]] = {}
        if self._nodes > worth_cutting:
            self._cut_to_what_matters()

    def _keep(self, arcs: Columns, nodes: int) -> None:
        self._arcs, self._nodes = arcs, nodes
        tail, head, seconds = arcs[:3]
        self._matrix = csr_array((seconds, (tail, head)), shape=(nodes, nodes))
        self._keys = tail * nodes + head

    def _cut_to_what_matters(self) -> None:
        """Leave out junctions that no fastest way can touch: those too far from place 0 there and back.

        With r(v) the seconds from place 0 to v and back, a junction on a fastest way from i to j has at most
        r(i) + r(j), because the way by place 0 is open too. Places that place 0 does not reach have no ways anyway.
        """
        places = np.unique(self._node[self._node >= 0])
        if not len(places) or self._node[0] < 0:
            return
        first = int(self._node[0])
        there, back = dijkstra(self._matrix, indices=first), dijkstra(self._matrix.T.tocsr(), indices=first)
        around = there + back
        farthest = np.max(around[places], initial=0.0, where=np.isfinite(around[places]))
        wanted = around <= 2 * farthest * (1 + 1e-9) + 1e-6
        wanted[places] = True
        number = np.cumsum(wanted) - 1
        arcs = wanted[self._arcs[0]] & wanted[self._arcs[1]]
        tail, head, *others = (column[arcs] for column in self._arcs)
        self._node = np.where(self._node >= 0, number[self._node], -1)
        self._keep((number[tail], number[head], *others), int(wanted.sum()))

    def matrix(self) -> tuple[Floats, Floats]:
        """(seconds, metres) between all places; inf where no way leads."""
        n = len(self._node)
        seconds, driven = np.full((n, n), np.inf), np.full((n, n), np.inf)
        on = np.flatnonzero(self._node >= 0)
        nodes, place = np.unique(self._node[on], return_inverse=True)
        rows = np.full((2, len(nodes), len(nodes)), np.inf)
        for some in self._blocks(len(nodes)):
            reached, before = dijkstra(self._matrix, indices=nodes[some], return_predecessors=True)
            rows[0, some] = reached[:, nodes]
            rows[1, some] = self._driven(before, nodes[some])[:, nodes]
        if len(on):
            rows[1][~np.isfinite(rows[0])] = np.inf
            seconds[np.ix_(on, on)] = rows[0][np.ix_(place, place)]
            driven[np.ix_(on, on)] = rows[1][np.ix_(place, place)]
        return seconds, driven

    def _blocks(self, count: int) -> Iterator[slice]:
        size = max(1, _ROOM // max(1, self._nodes))
        return (slice(i, min(i + size, count)) for i in range(0, count, size))

    def _driven(self, before: NDArray[np.int32], sources: Whole) -> Floats:
        """Metres along the trees of fastest ways: each junction's arc, then the sum by doubling the steps back."""
        rows, columns = np.nonzero(before >= 0)
        arcs = np.searchsorted(self._keys, before[rows, columns].astype(np.int64) * self._nodes + columns)
        total = np.zeros(before.shape)
        total[rows, columns] = self._arcs[3][arcs]
        own = np.broadcast_to(np.arange(before.shape[1]), before.shape)
        back = np.where(before >= 0, before, own).astype(np.int64)
        while True:
            further = np.take_along_axis(back, back, axis=1)
            if np.array_equal(further, back):
                break
            total += np.take_along_axis(total, back, axis=1)
            back = further
        total[np.arange(len(sources)), sources] = 0.0
        return total

    def line(self, i: int, j: int) -> list[Point] | None:
        """The line from place i to place j on the road, (lat, lon); None: no way leads there."""
        arcs = self.arcs(i, j)
        if arcs is None:
            return None
        if not arcs:
            place = self._snapped[i]
            assert place is not None  # noqa: S101  (it has a node, so it was snapped)
            return [at(self._day.graph, int(self._day.edge[place.piece]), place.along)] * 2
        points: list[Point] = []
        for arc in arcs:
            part = cut(self._day.graph, int(self._arcs[4][arc]), float(self._arcs[5][arc]), float(self._arcs[6][arc]))
            points += part[1:] if points else part
        return points

    def arcs(self, i: int, j: int) -> list[int] | None:
        """The arcs driven from place i to place j in order; None: no way leads there."""
        source, target = int(self._node[i]), int(self._node[j])
        if source < 0 or target < 0:
            return None
        if source not in self._trees:
            self._trees[source] = dijkstra(self._matrix, indices=source, return_predecessors=True)
        reached, before = self._trees[source]
        if not np.isfinite(reached[target]):
            return None
        found = []
        while target != source:
            found.append(int(np.searchsorted(self._keys, int(before[target]) * self._nodes + target)))
            target = int(before[target])
        return found[::-1]


def _arcs(day: DayGraph) -> Columns:
    """Each piece in each direction in which it may be driven."""
    seconds = np.maximum(day.metres / (day.kmh / 3.6), _LEAST_SECONDS)
    begins, ends = day.graph.along[day.first], day.graph.along[day.last]
    there = (day.tail, day.head, seconds, day.metres, day.edge, begins, ends)
    back = (day.head, day.tail, seconds, day.metres, day.edge, ends, begins)
    return _join(tuple(one[day.forward] for one in there), tuple(one[day.back] for one in back))  # type: ignore[arg-type]


def _placed(snapped: Sequence[Snapped | None], day: DayGraph) -> tuple[Whole, list[tuple[int, float, int]]]:
    """The node of each place (-1: none), and (piece, metres along, node) of those new nodes."""
    numbers: dict[tuple[int, float], int] = {}
    nodes = []
    for one in snapped:
        node = -1 if one is None else _junction(one, day)
        if one is not None and node is None:
            node = numbers.setdefault((one.piece, round(one.along, 3)), day.nodes + len(numbers))
        nodes.append(node)
    return np.array(nodes, dtype=np.int64), [(piece, along, node) for (piece, along), node in numbers.items()]


def _junction(place: Snapped, day: DayGraph) -> int | None:
    """At a junction one drives on along any of its roads, not only along the one that was met."""
    if place.along - day.graph.along[day.first[place.piece]] < _AT_JUNCTION:
        return int(day.tail[place.piece])
    if day.graph.along[day.last[place.piece]] - place.along < _AT_JUNCTION:
        return int(day.head[place.piece])
    return None


def _arcs_of_places(day: DayGraph, added: list[tuple[int, float, int]]) -> Columns:
    """A piece with places on it is driven from place to place as well."""
    on: dict[int, list[tuple[float, int]]] = {}
    for piece, along, node in added:
        on.setdefault(piece, []).append((along, node))
    rows: list[tuple[float, ...]] = []
    for piece, places in on.items():
        begins, ends = float(day.graph.along[day.first[piece]]), float(day.graph.along[day.last[piece]])
        chain = [(begins, int(day.tail[piece])), *sorted(places), (ends, int(day.head[piece]))]
        for (here, tail), (there, head) in itertools.pairwise(chain):
            metres = max(0.0, there - here)
            seconds = max(metres / (float(day.kmh[piece]) / 3.6), _LEAST_SECONDS)
            if day.forward[piece]:
                rows.append((tail, head, seconds, metres, int(day.edge[piece]), here, there))
            if day.back[piece]:
                rows.append((head, tail, seconds, metres, int(day.edge[piece]), there, here))
    table = np.array(rows, dtype=np.float64).reshape(-1, 7)
    whole = table[:, [0, 1, 4]].astype(np.int64)
    return whole[:, 0], whole[:, 1], table[:, 2], table[:, 3], whole[:, 2], table[:, 5], table[:, 6]


def _join(one: Columns, two: Columns) -> Columns:
    return tuple(np.concatenate(pair) for pair in zip(one, two, strict=True))  # type: ignore[return-value]


def _fastest(arcs: Columns, nodes: int) -> Columns:
    """Of several arcs between two junctions the fastest, sorted by both; none from a junction to itself."""
    keys = arcs[0] * nodes + arcs[1]
    order = np.lexsort((arcs[2], keys))
    order = order[arcs[0][order] != arcs[1][order]]
    sorted_keys = keys[order]
    first = order[np.concatenate(([True], sorted_keys[1:] != sorted_keys[:-1]))] if len(order) else order
    return tuple(column[first] for column in arcs)


def at(graph: RoadGraph, edge: int, along: float) -> Point:
    """The place so many metres along an edge."""
    first, last = int(graph.shape_at[edge]), int(graph.shape_at[edge + 1])
    run = graph.along[first:last]
    lat, lon = (float(np.interp(along, run, part[first:last])) / SCALE for part in (graph.lat, graph.lon))
    return lat, lon


def cut(graph: RoadGraph, edge: int, begins: float, ends: float) -> list[Point]:
    """The edge's line between two distances along it, in the direction from the first to the second."""
    low, high = sorted((begins, ends))
    first, last = int(graph.shape_at[edge]), int(graph.shape_at[edge + 1])
    run = graph.along[first:last]
    inner = np.flatnonzero((run > low + 1e-6) & (run < high - 1e-6)) + first
    between = [(float(graph.lat[i]) / SCALE, float(graph.lon[i]) / SCALE) for i in inner]
    found = [at(graph, edge, low), *between, at(graph, edge, high)]
    return found if begins <= ends else found[::-1]
