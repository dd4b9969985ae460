"""Polygons on the map, without a geometry library: "does this area hold this place?" in microseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite

# About 0.1 mm: a place computed as lying on the border must count as inside in spite of rounding.
BORDER_TOLERANCE_DEGREES = 1e-9

Ring = tuple[tuple[float, float], ...]
Edge = tuple[float, float, float, float]


def on_the_globe(lat: float | None, lon: float | None) -> bool:
    """Whether both are given, are finite WGS84 degrees and lie within ±90 and ±180."""
    if lat is None or lon is None:
        return False
    return isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180


@dataclass(frozen=True, slots=True)
class Polygon:
    """One outer ring and its holes, as (lon, lat) in degrees WGS84; a border counts as inside.

    The edges lie in horizontal strips, so that a place is compared with a handful of them.
    """

    rings: tuple[Ring, ...]
    west: float = field(init=False)
    south: float = field(init=False)
    east: float = field(init=False)
    north: float = field(init=False)
    strips: tuple[tuple[Edge, ...], ...] = field(init=False, repr=False)
    strips_per_degree: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lons = [lon for lon, _ in self.rings[0]]
        lats = [lat for _, lat in self.rings[0]]
        edges = [(*a, *b) for ring in self.rings for a, b in pairwise(ring)]
        count = max(1, len(edges) // 2)
        per_degree = count / max(max(lats) - min(lats), BORDER_TOLERANCE_DEGREES)
        for name, value in (
            ("west", min(lons) - BORDER_TOLERANCE_DEGREES),
            ("east", max(lons) + BORDER_TOLERANCE_DEGREES),
            ("south", min(lats) - BORDER_TOLERANCE_DEGREES),
            ("north", max(lats) + BORDER_TOLERANCE_DEGREES),
            ("strips_per_degree", per_degree),
        ):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "strips", _strips(edges, south=self.south, per_degree=per_degree, count=count))

    def holds(self, lat: float, lon: float) -> bool:
        """Whether the place, in degrees WGS84, is inside or on a border."""
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north):
            return False
        strip = min(int((lat - self.south) * self.strips_per_degree), len(self.strips) - 1)
        inside = False
        for x1, y1, x2, y2 in self.strips[strip]:
            if _on_edge(lat, lon, (x1, y1, x2, y2)):
                return True
            if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
        return inside


def _strips(edges: list[Edge], *, south: float, per_degree: float, count: int) -> tuple[tuple[Edge, ...], ...]:
    strips: list[list[Edge]] = [[] for _ in range(count)]
    for edge in edges:
        low = min(edge[1], edge[3]) - 2 * BORDER_TOLERANCE_DEGREES
        high = max(edge[1], edge[3]) + 2 * BORDER_TOLERANCE_DEGREES
        first = max(0, min(int((low - south) * per_degree), count - 1))
        last = max(0, min(int((high - south) * per_degree), count - 1))
        for number in range(first, last + 1):
            strips[number].append(edge)
    return tuple(tuple(strip) for strip in strips)


def _on_edge(lat: float, lon: float, edge: Edge) -> bool:
    x1, y1, x2, y2 = edge
    if (lon - x1 > BORDER_TOLERANCE_DEGREES and lon - x2 > BORDER_TOLERANCE_DEGREES) or (
        x1 - lon > BORDER_TOLERANCE_DEGREES and x2 - lon > BORDER_TOLERANCE_DEGREES
    ):
        return False
    if (lat - y1 > BORDER_TOLERANCE_DEGREES and lat - y2 > BORDER_TOLERANCE_DEGREES) or (
        y1 - lat > BORDER_TOLERANCE_DEGREES and y2 - lat > BORDER_TOLERANCE_DEGREES
    ):
        return False
    dx, dy = x2 - x1, y2 - y1
    length = float((dx * dx + dy * dy) ** 0.5)
    distance_times_length = abs(dx * (lat - y1) - dy * (lon - x1))
    return distance_times_length <= BORDER_TOLERANCE_DEGREES * max(length, BORDER_TOLERANCE_DEGREES)


@dataclass(frozen=True, slots=True)
class MultiPolygon:
    """The whole of one area: one polygon or several (islands)."""

    polygons: tuple[Polygon, ...]

    def holds(self, lat: float | None, lon: float | None) -> bool:
        """Whether the place, in degrees WGS84, is inside or on a border; off the globe or None is not."""
        if lat is None or lon is None or not on_the_globe(lat, lon):
            return False
        return any(polygon.holds(lat, lon) for polygon in self.polygons)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (
            min(p.west for p in self.polygons),
            min(p.south for p in self.polygons),
            max(p.east for p in self.polygons),
            max(p.north for p in self.polygons),
        )

    def geojson(self) -> dict[str, object]:
        """A GeoJSON MultiPolygon geometry, lon before lat."""
        return {
            "type": "MultiPolygon",
            "coordinates": [[[list(c) for c in ring] for ring in p.rings] for p in self.polygons],
        }
