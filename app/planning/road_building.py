"""From ways of a map to a graph: cut at junctions and barriers, and points between two junctions become shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.planning.distance import Point
from app.planning.road_graph import CAR_BACK, CAR_FORWARD, LORRY_BACK, LORRY_FORWARD, NO_STOP, SCALE, RoadGraph
from app.planning.road_seasons import Season

Directions = tuple[bool, bool]
"""Along the way's points, and against them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A road of a map, from point to point by their numbers. `kmh` is what a car really drives."""

    id: int
    points: tuple[int, ...]
    kmh: float
    car: Directions
    lorry: Directions
    season: Season | None = None
    no_stop: bool = False

    @property
    def manner(self) -> tuple[object, ...]:
        """All that must be the same on both sides of a point for it to be no junction, along the points."""
        return self.kmh, self.car, self.lorry, self.season, self.no_stop

    @property
    def against(self) -> tuple[object, ...]:
        """The same, driven against the points."""
        return self.kmh, self.car[::-1], self.lorry[::-1], self.season, self.no_stop


Stretch = tuple[int, int, int]
"""(point, next point, index of the way)."""


@dataclass
class _Chains:
    """Stretches joined where two of one manner meet and nothing else does."""

    ways: Sequence[Way]
    stretches: list[Stretch] = field(default_factory=list)
    at: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    done: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for index, way in enumerate(self.ways):
            for here, there in zip(way.points, way.points[1:], strict=False):
                if here != there:
                    self.at[here].append(len(self.stretches))
                    self.at[there].append(len(self.stretches))
                    self.stretches.append((here, there, index))

    def _manner(self, stretch: int, from_point: int) -> tuple[object, ...]:
        here, _, way = self.stretches[stretch]
        return self.ways[way].manner if here == from_point else self.ways[way].against

    def _other(self, stretch: int, point: int) -> int:
        here, there, _ = self.stretches[stretch]
        return there if here == point else here

    def _is_shape(self, point: int) -> bool:
        """Whether the road simply goes on here."""
        meeting = self.at[point]
        if len(meeting) != 2 or meeting[0] == meeting[1]:
            return False
        one, two = meeting
        return self._manner(one, self._other(one, point)) == self._manner(two, point)

    def chains(self) -> Iterable[tuple[list[int], list[int]]]:
        """(points, stretches) from junction to junction; then the rings without any."""
        junctions = [point for point in self.at if not self._is_shape(point)]
        for point in (*junctions, *self.at):
            for stretch in self.at[point]:
                if stretch not in self.done:
                    yield self._follow(point, stretch)

    def _follow(self, first: int, stretch: int) -> tuple[list[int], list[int]]:
        points, used = [first], []
        while True:
            self.done.add(stretch)
            used.append(stretch)
            points.append(self._other(stretch, points[-1]))
            if points[-1] == first or not self._is_shape(points[-1]):
                return points, used
            one, two = self.at[points[-1]]
            stretch = two if one == stretch else one

    def seen_from(self, stretch: int, first: int) -> Way:
        """The way of a stretch as driven away from a point."""
        here, _, index = self.stretches[stretch]
        way = self.ways[index]
        return way if here == first else replace(way, car=way.car[::-1], lorry=way.lorry[::-1])


def build(ways: Iterable[Way], positions: Mapping[int, Point], barriers: Collection[int] = ()) -> RoadGraph:
    """The graph of these ways; nobody drives past the points `barriers`. `positions`: (lat, lon) in degrees."""
    cut, copies = cut_at(list(ways), barriers)
    chains = _Chains(cut)
    numbers: dict[int, int] = {}
    seasons: dict[Season, int] = {}
    start, end, sizes, kmh, opened, season = [], [], [], [], [], []
    shape: list[int] = []
    way_ids: list[int] = []
    for points, stretches in chains.chains():
        way = chains.seen_from(stretches[0], points[0])
        start.append(numbers.setdefault(points[0], len(numbers)))
        end.append(numbers.setdefault(points[-1], len(numbers)))
        sizes.append(len(points))
        kmh.append(way.kmh)
        opened.append(_bits(way))
        season.append(0 if way.season is None else seasons.setdefault(way.season, len(seasons) + 1))
        shape += points
        ids = [cut[chains.stretches[one][2]].id for one in stretches]
        way_ids += [*ids, ids[-1]]
    places = np.array([positions[copies.get(point, point)] for point in shape], dtype=np.float64).reshape(-1, 2)
    scaled = np.rint(places * SCALE).astype(np.int32)
    return RoadGraph(
        nodes=len(numbers),
        start=np.array(start, dtype=np.int32),
        end=np.array(end, dtype=np.int32),
        shape_at=np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
        lat=np.ascontiguousarray(scaled[:, 0]),
        lon=np.ascontiguousarray(scaled[:, 1]),
        way=np.array(way_ids, dtype=np.int64),
        kmh=np.array(kmh, dtype=np.float32),
        open=np.array(opened, dtype=np.uint8),
        season=np.array(season, dtype=np.int16),
        seasons=tuple(seasons),
    )


def _bits(way: Way) -> int:
    bits = zip((CAR_FORWARD, CAR_BACK, LORRY_FORWARD, LORRY_BACK), (*way.car, *way.lorry), strict=True)
    return sum(bit for bit, may in bits if may) | (NO_STOP if way.no_stop else 0)


def cut_at(ways: Sequence[Way], barriers: Collection[int]) -> tuple[list[Way], dict[int, int]]:
    """The ways with a loose end on each side of every barrier, and which point each new one is a copy of.

    Where a barrier stands at the mouth of a side road, only that road is cut: the other goes through.
    """
    through = {point for way in ways for point in way.points[1:-1] if point in barriers}
    ends = {point for way in ways for point in (way.points[0], way.points[-1]) if point in barriers}
    copies: dict[int, int] = {}
    found: list[Way] = []
    for way in ways:
        points: list[int] = []
        for place, point in enumerate(way.points):
            is_end = place in {0, len(way.points) - 1}
            if point not in barriers or (not is_end and point in through and point in ends):
                points.append(point)
                continue
            points.append(_copy(point, copies))
            if not is_end:
                found.append(replace(way, points=tuple(points)))
                points = [_copy(point, copies)]
        if len(points) > 1:
            found.append(replace(way, points=tuple(points)))
    return found, copies


def _copy(point: int, copies: dict[int, int]) -> int:
    new = -(1 << 62) - len(copies)
    copies[new] = point
    return new
