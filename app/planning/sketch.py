"""A small map of a round, of its own lines and numbers, for paper: no tiles are fetched and nothing is traced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Of one degree of latitude on a sphere, near enough for a drawing.
METRES_A_DEGREE = 111_200.0
# Numbers are moved apart so often, then drawn where they are; of many there is no room for all in any case.
_ROUNDS, _ROUNDS_OF_MANY, _MANY = 40, 10, 100
# A number stands at most so many of its radii from its place, even where it then lies on another.
MOST_AWAY = 3.0
_BARS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)

XY = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pin:
    """A stop: where it lies and where its number is drawn, which is beside it where others are near."""

    number: int
    at: XY
    shown_at: XY


@dataclass(frozen=True, slots=True)
class Sketch:
    """x to the right and y downwards, within width and height. `bar_metres` is as long as `bar` on the drawing."""

    width: float
    height: float
    lines: tuple[tuple[XY, ...], ...]
    pins: tuple[Pin, ...]
    start: XY
    end: XY | None
    radius: float
    bar: float
    bar_metres: int


def draw(
    stops: Sequence[tuple[int, float, float]],
    legs: Sequence[Sequence[Sequence[float]]],
    *,
    start: tuple[float, float],
    end: tuple[float, float] | None = None,
    width: float = 480.0,
    height: float = 260.0,
) -> Sketch:
    """The drawing of (number, lat, lon) stops and legs of [lon, lat] points; `start` and `end` are (lat, lon).

    It is as wide as it may be, and as high as it needs to be within `height`.
    """
    places = [start, *([end] if end else []), *((lat, lon) for _, lat, lon in stops)]
    places += [(point[1], point[0]) for leg in legs for point in leg]
    radius = 8.0 if len(stops) <= 25 else 6.5 if len(stops) <= 60 else 5.0
    height = _needed(places, width=width, height=height)
    paper = _Paper.around(places, width=width, height=height, edge=radius * 2.2)
    at = [paper.xy(lat, lon) for _, lat, lon in stops]
    shown = _apart([paper.xy(*start), *at], radius=radius, width=width, height=height)[1:]
    bar_metres = max((one for one in _BARS if one * paper.scale <= width / 3), default=_BARS[0])
    return Sketch(
        width=width,
        height=height,
        lines=tuple(tuple(paper.xy(point[1], point[0]) for point in leg) for leg in legs if len(leg) > 1),
        pins=tuple(Pin(stop[0], here, there) for stop, here, there in zip(stops, at, shown, strict=True)),
        start=paper.xy(*start),
        end=paper.xy(*end) if end else None,
        radius=radius,
        bar=round(bar_metres * paper.scale, 1),
        bar_metres=bar_metres,
    )


def _needed(places: list[tuple[float, float]], *, width: float, height: float) -> float:
    """As high as the round is beside its width, at least half of what it may be: the numbers want room."""
    lats, lons = [place[0] for place in places], [place[1] for place in places]
    wide = (max(lons) - min(lons)) * math.cos(math.radians((min(lats) + max(lats)) / 2))
    high = max(lats) - min(lats)
    return height if high * width >= wide * height else max(high / wide * width, height / 2)


@dataclass(frozen=True, slots=True)
class _Paper:
    """How degrees become millimetres of paper: north is up, and a metre is as long both ways."""

    lat: float
    lon: float
    shrink: float
    scale: float
    middle: XY

    @classmethod
    def around(cls, places: list[tuple[float, float]], *, width: float, height: float, edge: float) -> _Paper:
        lats, lons = [place[0] for place in places], [place[1] for place in places]
        lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        shrink = max(math.cos(math.radians(lat)), 0.01)
        # One place alone is shown with two hundred metres around it.
        high = max((max(lats) - min(lats)) * METRES_A_DEGREE, 200.0)
        wide = max((max(lons) - min(lons)) * METRES_A_DEGREE * shrink, 200.0)
        scale = min((width - 2 * edge) / wide, (height - 2 * edge) / high)
        return cls(lat, lon, shrink, scale, (width / 2, height / 2))

    def xy(self, lat: float, lon: float) -> XY:
        x = self.middle[0] + (lon - self.lon) * METRES_A_DEGREE * self.shrink * self.scale
        y = self.middle[1] - (lat - self.lat) * METRES_A_DEGREE * self.scale
        return round(x, 1), round(y, 1)


def _apart(places: list[XY], *, radius: float, width: float, height: float) -> list[XY]:
    """Circles pushed from each other until none lies on another, as far as they may go; the first one stays."""
    shown = [list(place) for place in places]
    most = MOST_AWAY * radius
    for _ in range(_ROUNDS if len(places) <= _MANY else _ROUNDS_OF_MANY):
        moved = False
        for i, one in enumerate(shown):
            for j in range(i + 1, len(shown)):
                moved = _push(one, shown[j], j, fixed=i == 0, wanted=2 * radius + 0.5) or moved
        for one, place in zip(shown[1:], places[1:], strict=True):
            _keep_near(one, place, most)
            one[0] = min(max(one[0], radius + 1), width - radius - 1)
            one[1] = min(max(one[1], radius + 1), height - radius - 1)
        if not moved:
            break
    return [(round(x, 1), round(y, 1)) for x, y in shown]


def _keep_near(one: list[float], place: XY, most: float) -> None:
    dx, dy = one[0] - place[0], one[1] - place[1]
    away = math.hypot(dx, dy)
    if away > most:
        one[0], one[1] = place[0] + dx / away * most, place[1] + dy / away * most


def _push(one: list[float], other: list[float], number: int, *, fixed: bool, wanted: float) -> bool:
    dx, dy = other[0] - one[0], other[1] - one[1]
    apart = math.hypot(dx, dy)
    if apart >= wanted:
        return False
    if apart < 0.01:  # On the same spot: each in a direction of its own.
        dx, dy, apart = math.cos(number * 2.4), math.sin(number * 2.4), 1.0
        missing = wanted
    else:
        missing = wanted - apart
    share = missing if fixed else missing / 2
    other[0] += dx / apart * share
    other[1] += dy / apart * share
    if not fixed:
        one[0] -= dx / apart * share
        one[1] -= dy / apart * share
    return True
