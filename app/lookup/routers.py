"""Services that know the ways between places, over HTTP: asked in pieces, and done without when they fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import numpy as np

from app.delivery.http import Unreachable, request
from app.lookup.asking import REST_SECONDS
from app.planning.distance import Point
from app.planning.roads import walked
from app.planning.travel import UNREACHABLE_SECONDS, Profile, StraightWays, Travel, TravelSource, WayBy

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from app.planning.road_graph import Floats
    from app.settings import Settings

OFF_ROAD = 150.0
# All pieces of one question together; a plan must not wait for longer.
IN_ALL = 60.0
T = TypeVar("T")
Blocks = tuple["Floats", "Floats", "Floats"]
"""Seconds, metres (from places in rows to places in columns; inf: no way), and metres from each place in a row to the
road it was put on (nan: not told)."""


class RouterDown(Exception):  # noqa: N818  (an outcome that callers turn into a sentence)
    """The service gave nothing that can be used."""


class Router(Protocol):
    """One kind of service. Both questions raise RouterDown."""

    @property
    def name(self) -> Literal["valhalla", "osrm"]:
        """Which kind."""

    @property
    def most(self) -> int:
        """Places in rows, and in columns, of one question."""

    @property
    def most_on_line(self) -> int:
        """Places on one line."""

    def table(self, rows: Sequence[Point], columns: Sequence[Point], profile: Profile) -> Blocks:
        """Ways from rows to columns."""

    def legs(self, points: Sequence[Point], profile: Profile) -> list[list[Point]]:
        """The line of each leg."""


class Line:
    """The line to such a service: after a failure it rests for a minute, so that no page waits again and again."""

    def __init__(self, url: str, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url.rstrip("/")
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._rests_until = 0.0

    def ask(self, path: str, shape: TypeAdapter[T], *, body: bytes | None = None) -> T:
        """The answer as `shape`. Raises RouterDown."""
        with self._lock:
            if self._clock() < self._rests_until:
                raise RouterDown("resting")
        try:
            answer = request(
                "GET" if body is None else "POST",
                f"{self.url}{path}",
                timeout=self.seconds,
                content=body,
                headers={"accept": "application/json", "content-type": "application/json"},
            )
        except Unreachable as error:
            self.rest()
            raise RouterDown("unreachable") from error
        if answer.status != 200:
            if answer.status >= 500:
                self.rest()
            raise RouterDown(f"status {answer.status}")
        try:
            return shape.validate_json(answer.body)
        except ValueError as error:
            raise RouterDown("nonsense") from error

    def rest(self) -> None:
        """It failed just now."""
        with self._lock:
            self._rests_until = self._clock() + REST_SECONDS


@dataclass
class RouterWays:
    """Ways as a service tells them, and as `fallback` does where it fails, or (`closed`) knows too little of a day.

    `why` says why the fallback was used: "down" or "closed"; None: it was not.
    """

    router: Router
    fallback: TravelSource
    closed: Callable[[date], bool] = lambda _: False
    why: Literal["down", "closed"] | None = field(default=None, init=False)

    @property
    def by(self) -> WayBy:
        """Who answered, or would."""
        return self.router.name if self.why is None else self.fallback.by

    def between(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> Travel:
        """Ways between all pairs."""
        return self._first(
            day,
            lambda: _travel(self.router, points, profile),
            lambda: self.fallback.between(points, day=day, profile=profile),
        )

    def lines(self, points: Sequence[Point], *, day: date, profile: Profile = "car") -> list[list[Point]]:
        """The line of each leg."""
        return self._first(
            day,
            lambda: _lines(self.router, points, profile),
            lambda: self.fallback.lines(points, day=day, profile=profile),
        )

    def _first(self, day: date, ask: Callable[[], T], own: Callable[[], T]) -> T:
        """Once it failed, the rest of a plan rests on the same roads as its beginning."""
        if self.why is None and self.closed(day):
            self.why = "closed"
        if self.why is None:
            try:
                return ask()
            except RouterDown:
                self.why = "down"
        return own()


def _travel(router: Router, points: Sequence[Point], profile: Profile) -> Travel:
    n = len(points)
    seconds, metres, off = np.zeros((n, n)), np.zeros((n, n)), np.full(n, np.nan)
    until = time.monotonic() + IN_ALL
    for rows in _blocks(n, router.most):
        for columns in _blocks(n, router.most):
            if time.monotonic() > until:
                raise RouterDown("late")
            block = router.table(points[rows], points[columns], profile)
            seconds[rows, columns], metres[rows, columns] = block[0], block[1]
            off[rows] = block[2]
    return _checked(seconds, metres, off, points, router.name)


def _checked(seconds: Floats, metres: Floats, off: Floats, points: Sequence[Point], by: WayBy) -> Travel:
    """With what lies beside the road, and without what is reached from nowhere."""
    beside = np.where(np.nan_to_num(off) > OFF_ROAD, off, 0.0)
    on_foot = np.array([walked(one) for one in beside])
    seconds, metres = seconds + on_foot[:, None] + on_foot, metres + beside[:, None] + beside
    np.fill_diagonal(seconds, 0.0)
    np.fill_diagonal(metres, 0.0)
    lost = frozenset(np.flatnonzero(~(np.isfinite(seconds[:1]) & np.isfinite(seconds[:, :1].T)).ravel()).tolist())
    nowhere = ~np.isfinite(seconds)
    nowhere[sorted(lost), :] = nowhere[:, sorted(lost)] = True
    np.fill_diagonal(nowhere, val=False)
    straight = StraightWays().between(points, day=date.min).metres
    return Travel(
        seconds=np.where(nowhere, UNREACHABLE_SECONDS, seconds),
        metres=np.where(nowhere, straight, metres),
        by=by,
        off_road={i: float(one) for i, one in enumerate(beside) if one and i not in lost},
        unreachable=lost,
    )


def _lines(router: Router, points: Sequence[Point], profile: Profile) -> list[list[Point]]:
    """Each question begins where the one before ended."""
    legs: list[list[Point]] = []
    until = time.monotonic() + IN_ALL
    for first in range(0, len(points) - 1, router.most_on_line - 1):
        some = points[first : first + router.most_on_line]
        found = router.legs(some, profile)
        if len(found) != len(some) - 1 or time.monotonic() > until:
            raise RouterDown("nonsense")
        legs += [
            line if len(line) > 1 else [here, there] for line, here, there in zip(found, some, some[1:], strict=False)
        ]
    return legs


def _blocks(count: int, size: int) -> Iterator[slice]:
    return (slice(first, min(first + size, count)) for first in range(0, count, size))


def router_of(settings: Settings) -> Router | None:
    """As the settings say; None: no service is asked."""
    if settings.router == "none" or not settings.router_url:
        return None
    return _router(settings.router, settings.router_url, settings.router_seconds)


@lru_cache(maxsize=8)
def _router(name: str, url: str, seconds: float) -> Router:
    """One for each address, so that it remembers how it was lately."""
    from app.lookup.osrm import Osrm  # noqa: PLC0415  (they stand on this module)
    from app.lookup.valhalla import Valhalla  # noqa: PLC0415

    line = Line(url, seconds=seconds)
    return Valhalla(line) if name == "valhalla" else Osrm(line)
