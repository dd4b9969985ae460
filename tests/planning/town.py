"""A small town on a grid, 100 m from corner to corner, so that its ways can be reckoned by hand.


6 -- 7 -- 8      a street each way of 100 m; 30 km/h
|    |    |
3 -- 4 -- 5 -- 9 (a dead end of 200 m)
|    |    |
0 -- 1 -- 2
"""

from __future__ import annotations

from datetime import date
from math import cos, radians

from app.planning.road_building import Way, build
from app.planning.roads import Network, RoadWays

LAT, LON = 69.65, 18.95
DAY, SUMMER = date(2026, 11, 23), date(2026, 7, 1)
BOTH, THERE, NEITHER = (True, True), (True, False), (False, False)
KMH = 30.0


def place(east: float, north: float) -> tuple[float, float]:
    """(lat, lon) so many metres east and north of the town's corner."""
    return LAT + north / 111_556, LON + east / (111_320 * cos(radians(LAT)) * 1.00295)


CORNERS = {number: place(100.0 * (number % 3), 100.0 * (number // 3)) for number in range(9)} | {9: place(400.0, 100.0)}


def street(number: int, *points: int, way=BOTH, lorry=None, kmh=KMH, season=None) -> Way:
    return Way(id=number, points=points, kmh=kmh, car=way, lorry=way if lorry is None else lorry, season=season)


TOWN = [
    street(10, 0, 1, 2),
    street(11, 3, 4, 5),
    street(12, 6, 7, 8),
    street(13, 0, 3, 6),
    street(14, 1, 4, 7),
    street(15, 2, 5, 8),
    street(16, 5, 9),
]


def ways_on(streets=TOWN, positions=CORNERS, *, barriers=(), closed=()) -> RoadWays:
    return RoadWays(Network(build(streets, positions, barriers)), closed=lambda _: closed)
