"""Reads an area's GeoJSON file and says in a sentence what is wrong with it."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from app.routing.geometry import MultiPolygon, Polygon, Ring

MAX_BYTES = 20_000_000


class PolygonError(ValueError):
    """The file is no usable area; the message is a sentence that says what to do."""


def read_polygons(content: bytes) -> MultiPolygon:
    """GeoJSON bytes (Polygon, MultiPolygon, a Feature or a FeatureCollection of them; WGS84, lon before lat).

    Raises PolygonError.
    """
    if len(content) > MAX_BYTES:
        raise PolygonError("it is larger than 20 MB; simplify the outline.")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PolygonError(f"it is not JSON ({error}); save it as GeoJSON.") from error
    polygons = tuple(_polygon(rings) for rings in _coordinates(data))
    if not polygons:
        raise PolygonError("it holds no polygon; draw at least one.")
    return MultiPolygon(polygons)


def _coordinates(data: Any) -> list[Any]:
    kind = data.get("type") if isinstance(data, dict) else None
    if kind == "FeatureCollection" and isinstance(data.get("features"), list):
        return [rings for feature in data["features"] for rings in _coordinates(feature)]
    if kind == "Feature":
        return _coordinates(data.get("geometry"))
    if kind == "Polygon" and isinstance(data.get("coordinates"), list):
        return [data["coordinates"]]
    if kind == "MultiPolygon" and isinstance(data.get("coordinates"), list):
        return list(data["coordinates"])
    raise PolygonError(f"it holds {kind or 'something'} where a Polygon or MultiPolygon was expected.")


def _polygon(rings: Any) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise PolygonError("a polygon in it has no outline; draw at least three corners.")
    polygon = Polygon(tuple(_ring(ring) for ring in rings))
    _refuse_crossing_edges(polygon)
    return polygon


def _ring(ring: Any) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4:
        raise PolygonError("an outline has fewer than four positions; the first is repeated as the last.")
    positions = tuple(_position(position) for position in ring)
    if positions[0] != positions[-1]:
        raise PolygonError(
            f"an outline starting at {_place(positions[0])} is not closed; repeat the first position last."
        )
    if len(set(positions)) < 3:
        raise PolygonError(
            f"an outline starting at {_place(positions[0])} has no surface; draw at least three corners."
        )
    return positions


def _position(position: Any) -> tuple[float, float]:
    numbers = position[:2] if isinstance(position, list) else []
    if len(numbers) < 2 or not all(isinstance(n, (int, float)) and isfinite(n) for n in numbers):
        raise PolygonError(f"{json.dumps(position)[:60]} is no position; write [longitude, latitude].")
    lon, lat = float(numbers[0]), float(numbers[1])
    if abs(lon) > 180 or abs(lat) > 90:
        raise PolygonError(
            f"[{lon:g}, {lat:g}] lies off the globe; write longitude before latitude, in degrees (WGS84)."
        )
    return lon, lat


def _place(position: tuple[float, float]) -> str:
    return f"lat {position[1]:g}, lon {position[0]:g}"


def _refuse_crossing_edges(polygon: Polygon) -> None:
    """An outline that crosses itself has no clear inside, so it is refused where it is drawn."""
    for strip in polygon.strips:
        by_west = sorted(strip, key=lambda edge: min(edge[0], edge[2]))
        for number, one in enumerate(by_west):
            for other in by_west[number + 1 :]:
                if min(other[0], other[2]) > max(one[0], one[2]):
                    break
                if _cross(one, other):
                    raise PolygonError(f"its outline crosses itself near {_place(one[:2])}; move a corner there.")


def _cross(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two edges cross properly; touching at a corner is allowed."""
    a, b, c, d = one[:2], one[2:], other[:2], other[2:]
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: tuple[float, ...], b: tuple[float, ...], p: tuple[float, ...]) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
