"""Which of many places lie near one: in cubes around the earth's centre, so that no pole or date line matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product
from math import dist, floor

Place = tuple[float, float, float]
"""Earth-centred metres (distance.earth_centred). At a few hundred metres chord and arc are the same."""


class Nearby:
    """Places by id, asked for those within `radius` metres at most."""

    def __init__(self, places: Mapping[int, Place], *, radius: float) -> None:
        self._places = places
        self._radius = radius
        self._cells: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for one, place in places.items():
            self._cells[self._cell(place)].append(one)

    def near(self, place: Place, *, within: float | None = None) -> list[tuple[float, int]]:
        """(metres, id) of all within the radius, or within less, nearest first."""
        radius = self._radius if within is None else min(within, self._radius)
        x, y, z = self._cell(place)
        found = []
        for dx, dy, dz in product((-1, 0, 1), repeat=3):
            for one in self._cells.get((x + dx, y + dy, z + dz), ()):
                metres = dist(place, self._places[one])
                if metres <= radius:
                    found.append((metres, one))
        return sorted(found)

    def nearest(self, place: Place) -> tuple[float, int] | None:
        """(metres, id) of the nearest, of several the one with the smallest id."""
        found = self.near(place)
        return found[0] if found else None

    def _cell(self, place: Place) -> tuple[int, int, int]:
        x, y, z = place
        return floor(x / self._radius), floor(y / self._radius), floor(z / self._radius)


class Unions:
    """Sets that grow together; the smallest member names its set, so the order of joining makes no difference."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}

    def find(self, one: int) -> int:
        """The name of its set; what was never joined is a set of its own."""
        while (up := self._up.get(one, one)) != one:
            self._up[one] = self._up.get(up, up)
            one = up
        return one

    def join(self, one: int, other: int) -> None:
        """Make two sets one."""
        first, second = sorted((self.find(one), self.find(other)))
        self._up[second] = first

    def sets(self, members: Iterable[int]) -> dict[int, list[int]]:
        """name -> members, both in order."""
        found: dict[int, list[int]] = defaultdict(list)
        for one in sorted(members):
            found[self.find(one)].append(one)
        return dict(found)
