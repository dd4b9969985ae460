"""How far a lamp is from a crossing, a school way or another place where the dark is dangerous."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, hypot, radians

from app.planning.distance import Point
from app.planning.fault import Danger

METRES_PER_DEGREE = 111_320.0
_Flat = tuple[float, float]


def metres_to(danger: Danger, point: Point) -> float:
    """Metres from a (lat, lon) point to the nearest part of the place; 0 within an area.

    On a plane that touches the earth at the point: exact enough for some hundred metres, and more is not asked.
    """
    lines = [[_flat(point, other) for other in line] for line in danger.lines]
    if danger.area and _within(lines):
        return 0.0
    return min((_to_line(line) for line in lines if line), default=float("inf"))


class Dangers:
    """Many such places, asked which of them are near; each is measured only where its box says that it could be."""

    def __init__(self, dangers: Sequence[Danger], *, within: float) -> None:
        self._within = within
        self._boxes = [(danger, *_box(danger, within)) for danger in dangers if any(danger.lines)]

    def near(self, point: Point) -> Iterator[tuple[float, Danger]]:
        """(metres, place) of all within so many metres of a (lat, lon) point, in no order."""
        lat, lon = point
        for danger, south, north, west, east in self._boxes:
            if south <= lat <= north and west <= lon <= east:
                metres = metres_to(danger, point)
                if metres <= self._within:
                    yield metres, danger


def _box(danger: Danger, within: float) -> tuple[float, float, float, float]:
    """South, north, west and east of it with room around; all the way round near a pole or the date line."""
    lats = [lat for line in danger.lines for lat, _ in line]
    lons = [lon for line in danger.lines for _, lon in line]
    tall = 1.1 * within / METRES_PER_DEGREE
    south, north = min(lats) - tall, max(lats) + tall
    wide = tall / max(0.001, cos(radians(min(90.0, max(abs(south), abs(north))))))
    if max(lons) + wide > 180 or min(lons) - wide < -180 or max(lons) - min(lons) > 180:
        return south, north, -360.0, 360.0
    return south, north, min(lons) - wide, max(lons) + wide


def _flat(origin: Point, point: Point) -> _Flat:
    east = (point[1] - origin[1] + 180) % 360 - 180
    return east * METRES_PER_DEGREE * cos(radians(origin[0])), (point[0] - origin[0]) * METRES_PER_DEGREE


def _to_line(line: Sequence[_Flat]) -> float:
    if len(line) == 1:
        return hypot(*line[0])
    return min(_to_leg(here, there) for here, there in pairwise(line))


def _to_leg(here: _Flat, there: _Flat) -> float:
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = dx * dx + dy * dy
    part = 0.0 if length == 0 else max(0.0, min(1.0, -(here[0] * dx + here[1] * dy) / length))
    return hypot(here[0] + part * dx, here[1] + part * dy)


def _within(rings: Sequence[Sequence[_Flat]]) -> bool:
    """Whether the origin lies within: a ray to the east crosses the rings an odd number of times."""
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]] if ring else []):
            if (y1 > 0) != (y2 > 0) and x1 + (0 - y1) / (y2 - y1) * (x2 - x1) > 0:
                inside = not inside
    return inside
