"""Which reports are one stop for a crew: those within a short walk of the same place.

Chains are avoided by anchors: a street of lamps 25 m apart must not become one stop of a kilometre. Reports
with most others around them become anchors first, no anchor lies within the radius of another, and each
report goes to its nearest anchor. So nobody walks more than the radius from the anchor, two reports of one
stop are at most two radii apart, two near each other and near nothing else are always one stop, and the order
in which reports come makes no difference (but for which of several on the very same spot is named first).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from math import dist, floor

from app.planning.distance import Point, earth_centred

_Place = tuple[float, float, float]
_Cell = tuple[int, int, int]

_CROWD = 50
"""Counting neighbours ends here: who has so many is an anchor anyway, and crowded places stay fast."""

# The cube itself comes first: most of what is near is there.
_AROUND = sorted(product((-1, 0, 1), repeat=3), key=lambda step: sum(map(abs, step)))


def gather(points: Sequence[Point], *, radius: float = 30.0) -> list[list[int]]:
    """Partition (lat, lon) points into stops, as lists of indices; the first of each is its anchor.

    `radius` in metres, above 0. Stops come in the order of their anchors in `points`, the reports of a stop
    in theirs. 10,000 points take well under a second, also when they all lie on one spot.
    """
    if not radius > 0:
        raise ValueError(f"The radius must be more than 0 metres: {radius}.")
    at_spot = defaultdict(list)
    for index, point in enumerate(points):
        at_spot[point].append(index)
    spots = {spot: earth_centred(spot) for spot in at_spot}
    anchors = _anchors(spots, {spot: len(found) for spot, found in at_spot.items()}, radius)
    stops = defaultdict(list)
    for spot, place in spots.items():
        stops[anchors.nearest(place)].extend(at_spot[spot])
    return sorted(_anchor_first(found, at_spot[anchor][0]) for anchor, found in stops.items())


def _anchor_first(stop: list[int], anchor: int) -> list[int]:
    return [anchor, *sorted(index for index in stop if index != anchor)]


class _Grid:
    """Spots in cubes as wide as the radius around the earth's centre: neither poles nor date line matter."""

    def __init__(self, radius: float) -> None:
        self._radius = radius
        self._cells: dict[_Cell, list[tuple[_Place, Point]]] = defaultdict(list)

    def add(self, spot: Point, place: _Place) -> None:
        self._cells[self._cell(place)].append((place, spot))

    def near(self, place: _Place) -> Iterator[tuple[float, Point]]:
        """Distance in metres and spot of all within the radius. (At 30 m, chord and arc are the same.)"""
        x, y, z = self._cell(place)
        for dx, dy, dz in _AROUND:
            for other, spot in self._cells.get((x + dx, y + dy, z + dz), ()):
                distance = dist(place, other)
                if distance <= self._radius:
                    yield distance, spot

    def nearest(self, place: _Place) -> Point:
        return min(self.near(place))[1]

    def _cell(self, place: _Place) -> _Cell:
        x, y, z = place
        return floor(x / self._radius), floor(y / self._radius), floor(z / self._radius)


def _anchors(spots: dict[Point, _Place], reports: dict[Point, int], radius: float) -> _Grid:
    grid, anchors = _Grid(radius), _Grid(radius)
    for spot, place in spots.items():
        grid.add(spot, place)
    crowds = {spot: _crowd(grid.near(place), reports) for spot, place in spots.items()}
    for spot in sorted(spots, key=lambda spot: (-crowds[spot], spot)):
        if next(anchors.near(spots[spot]), None) is None:
            anchors.add(spot, spots[spot])
    return anchors


def _crowd(near: Iterator[tuple[float, Point]], reports: dict[Point, int]) -> int:
    count = 0
    for _, spot in near:
        count += reports[spot]
        if count >= _CROWD:
            return _CROWD
    return count
