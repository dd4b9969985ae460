"""What driving between places costs, whoever says so: straight lines with a factor, a road network, another service."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from app.planning.distance import Point, matrix

Profile = Literal["car", "lorry"]
WayBy = Literal["straight", "roads", "valhalla", "osrm"]
# What cannot be driven to costs as much as ten days: a number that solvers can add up.
UNREACHABLE_SECONDS = 864_000.0


@dataclass(frozen=True, slots=True)
class Travel:
    """Ways between n places: `seconds[i, j]`, `metres[i, j]` from i to j, float64, zero on the diagonal, not symmetric.

    `off_road` names places that lie far from any road, with the metres to it; `unreachable` those to which no road
    leads from place 0 and back (an island without a bridge), whose rows and columns hold UNREACHABLE_SECONDS.
    """

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    by: WayBy
    off_road: dict[int, float] = field(default_factory=dict)
    unreachable: frozenset[int] = frozenset()


class TravelSource(Protocol):
    """Who knows the ways. Raises nothing for a place off the network: it says so in the answer."""

    @property
    def by(self) -> WayBy:
        """What the times rest on."""

    def between(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> Travel:
        """Ways between all pairs of (lat, lon) places on a day."""

    def lines(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> list[list[Point]]:
        """The line driven on each leg of the places in this order: n places, n - 1 legs, each at least two points."""


@dataclass(frozen=True, slots=True)
class StraightWays:
    """As the crow flies, made longer by `winding` and driven at `kmh`: what holds where no road network is known."""

    winding: float = 1.4
    kmh: float = 35.0

    @property
    def by(self) -> WayBy:
        """Straight lines."""
        return "straight"

    def between(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> Travel:  # noqa: ARG002
        """Geodesic metres times the factor; the same on every day."""
        metres = np.array(matrix(points), dtype=np.float64).reshape(len(points), len(points)) * self.winding
        return Travel(seconds=metres / (self.kmh / 3.6), metres=metres, by="straight")

    def lines(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> list[list[Point]]:  # noqa: ARG002
        """From point to point."""
        return [[here, there] for here, there in itertools.pairwise(points)]
