"""Ways on a road network: what the fastest way between places costs, and the line that is driven."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from app.planning.distance import Point, metres
from app.planning.road_closing import Closure, beside, shut_by
from app.planning.road_day import OFF_ROAD, DayGraph
from app.planning.road_graph import SCALE, Floats, RoadGraph, earth_centred
from app.planning.road_search import Search
from app.planning.travel import UNREACHABLE_SECONDS, Profile, StraightWays, Travel, WayBy

# The network of another town helps nobody, and no crew drives so far where no road leads.
FAR = 10_000.0
# What lies beside the road is walked to; beyond a kilometre there will be a track that the map does not know.
WALK_KMH, TRACK_KMH, WALK_METRES = 4.5, 20.0, 1000.0
_KEPT = 4

Closed = Callable[[date], Sequence[Closure]]


def _nothing(_: date) -> Sequence[Closure]:
    return ()


@dataclass
class Network:
    """A graph, and the days that were asked for lately. Safe to be used by several threads at once."""

    graph: RoadGraph
    _days: dict[tuple[object, ...], DayGraph] = field(default_factory=dict, init=False, repr=False)
    _shut: dict[tuple[Closure, ...], frozenset[int]] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def on(self, day: date, profile: Profile, closures: Sequence[Closure] = ()) -> DayGraph:
        """The network of a day; days on which the same is open share one."""
        with self._lock:
            shut = self._shut_by(tuple(closures))
            key = (profile, shut, tuple(season.closed_on(day) for season in self.graph.seasons))
            found = self._days.pop(key, None) or DayGraph(self.graph, day=day, profile=profile, shut=shut)
            self._days[key] = found
            while len(self._days) > _KEPT:
                del self._days[next(iter(self._days))]
        return found

    def shut_by(self, closures: Sequence[Closure]) -> frozenset[int]:
        """The stretches that closures shut, by their numbers in the graph."""
        with self._lock:
            return self._shut_by(tuple(closures))

    def _shut_by(self, closures: tuple[Closure, ...]) -> frozenset[int]:
        if closures not in self._shut:
            if len(self._shut) >= _KEPT:
                del self._shut[next(iter(self._shut))]
            self._shut[closures] = shut_by(self.graph, closures)
        return self._shut[closures]


@dataclass
class RoadWays:
    """Ways on a network; `closed` says what is shut on a day. `since`: the day of the import.

    `elsewhere`: most places asked for lay far from all roads, so that straight lines were given instead; before places
    are asked for, whoever knows may say it.
    """

    network: Network
    closed: Closed = _nothing
    straight: StraightWays = field(default_factory=StraightWays)
    since: date | None = None
    elsewhere: bool = field(default=False, init=False)

    @property
    def by(self) -> WayBy:
        """The road network, if it is one of here."""
        return "straight" if self.elsewhere else "roads"

    def between(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> Travel:
        """Ways between all pairs; the fastest, with the metres of the same way."""
        search = Search(self.on(day, profile), points)
        if self._is_elsewhere(search):
            return self.straight.between(points, day=day)
        seconds, driven = search.matrix()
        off = np.array([search.off[i] if search.off[i] > OFF_ROAD else 0.0 for i in range(len(points))])
        nowhere_near = off > FAR
        seconds[nowhere_near, :] = seconds[:, nowhere_near] = np.inf
        beyond = np.array([walked(one) for one in off])
        seconds, driven = seconds + beyond[:, None] + beyond, driven + off[:, None] + off
        lost = _lost(seconds)
        straight = self.straight.between(points, day=day).metres
        nowhere = ~np.isfinite(seconds)
        nowhere[sorted(lost), :] = nowhere[:, sorted(lost)] = True
        seconds, driven = np.where(nowhere, UNREACHABLE_SECONDS, seconds), np.where(nowhere, straight, driven)
        np.fill_diagonal(seconds, 0.0)
        np.fill_diagonal(driven, 0.0)
        far = {i: float(one) for i, one in enumerate(off) if one and i not in lost}
        return Travel(seconds=seconds, metres=driven, by="roads", off_road=far, unreachable=lost)

    def lines(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> list[list[Point]]:
        """The line on the road of each leg; a straight one where no road leads."""
        search = Search(self.on(day, profile), points)
        if self._is_elsewhere(search):
            return self.straight.lines(points, day=day)
        found = []
        for i, j in itertools.pairwise(range(len(points))):
            driven = None if max(search.off[i], search.off[j]) > FAR else search.line(i, j)
            if driven is None:
                found.append([points[i], points[j]])
                continue
            before = [points[i]] if search.off[i] > OFF_ROAD else []
            after = [points[j]] if search.off[j] > OFF_ROAD else []
            found.append([*before, *driven, *after])
        return found

    def on(self, day: date, profile: Profile) -> DayGraph:
        """The network of a day."""
        return self.network.on(day, profile, self.closed(day))

    def _is_elsewhere(self, search: Search) -> bool:
        far = sum(off > FAR for off in search.off)
        self.elsewhere = 2 * far > len(search.off)
        return self.elsewhere


def walked(off: float) -> float:
    """Seconds for metres beside the road."""
    on_foot = min(off, WALK_METRES)
    return on_foot / (WALK_KMH / 3.6) + (off - on_foot) / (TRACK_KMH / 3.6)


def _lost(seconds: Floats) -> frozenset[int]:
    """Places that place 0 does not reach, or that do not reach it."""
    if not len(seconds):
        return frozenset()
    reached = np.isfinite(seconds[0]) & np.isfinite(seconds[:, 0])
    reached[0] = True
    return frozenset(np.flatnonzero(~reached).tolist())


def length(line: Sequence[Point]) -> float:
    """Geodesic metres of a line."""
    return sum(metres(here, there) for here, there in itertools.pairwise(line))


def nearest_way(graph: RoadGraph, point: Point) -> tuple[int, float]:
    """The way of the map nearest to a place, and its metres from there."""
    off, _ = beside(graph, earth_centred(np.array([point], dtype=np.float64))[0])
    best = int(np.argmin(off))
    return int(graph.way[best]), float(off[best])


def shape_of(graph: RoadGraph, stretches: Sequence[int]) -> list[list[Point]]:
    """Stretches as lines of (lat, lon), neighbours joined."""
    lines: list[list[Point]] = []
    before = -2
    for stretch in sorted(stretches):
        here, there = ((float(graph.lat[i]) / SCALE, float(graph.lon[i]) / SCALE) for i in (stretch, stretch + 1))
        if stretch != before + 1:
            lines.append([here])
        lines[-1].append(there)
        before = stretch
    return lines
