"""A planned round as a picture (SVG) and as GeoJSON, on the roads it is driven on."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians
from pathlib import Path

import orjson

from app.planning.distance import Point
from app.planning.road_graph import RoadGraph
from app.services.road_network_import import ATTRIBUTION

WIDE = 1400


def draw(
    graph: RoadGraph,
    places: Sequence[Point],
    order: Sequence[int],
    lines: Sequence[Sequence[Point]],
    *,
    folder: Path,
    name: str,
) -> list[Path]:
    """The files that were written. `order` begins and ends with the start."""
    folder.mkdir(parents=True, exist_ok=True)
    svg, geojson = folder / f"{name}.svg", folder / f"{name}.geojson"
    svg.write_text(_svg(graph, places, order, lines), encoding="utf-8")
    geojson.write_bytes(orjson.dumps(_geojson(places, order, lines)))
    return [svg, geojson]


def _svg(graph: RoadGraph, places: Sequence[Point], order: Sequence[int], lines: Sequence[Sequence[Point]]) -> str:
    west, south, east, north = graph.bounds
    flat = cos(radians((south + north) / 2))
    scale = WIDE / ((east - west) * flat)
    high = (north - south) * scale

    def at(point: Point) -> str:
        return f"{(point[1] - west) * flat * scale:.1f},{(north - point[0]) * scale:.1f}"

    shapes = [graph.degrees[graph.shape_at[i] : graph.shape_at[i + 1]] for i in range(graph.edges)]
    roads = "".join("M" + " ".join(at((lat, lon)) for lat, lon in shape) for shape in shapes)
    driven = "M" + " ".join(at(point) for line in lines for point in line)
    stops = "".join(
        f'<g transform="translate({at(places[stop])})"><circle r="11" fill="{"#1b5e20" if not stop else "#8e0000"}"/>'
        f'<text y="4" text-anchor="middle">{number or "S"}</text></g>'
        for number, stop in enumerate(order[:-1])
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high:.0f}" font-family="sans-serif">'
        f'<rect width="{WIDE}" height="{high:.0f}" fill="#f6f4ee"/>'
        f'<path d="{roads}" fill="none" stroke="#b9b4a6" stroke-width="1"/>'
        f'<path d="{driven}" fill="none" stroke="#0b57d0" stroke-width="4" stroke-linejoin="round" opacity=".75"/>'
        f'<g font-size="11" fill="#fff">{stops}</g><text x="12" y="{high - 12:.0f}" font-size="16">{ATTRIBUTION}</text>'
        "</svg>"
    )


def _geojson(places: Sequence[Point], order: Sequence[int], lines: Sequence[Sequence[Point]]) -> dict[str, object]:
    legs = [
        _feature("LineString", [[lon, lat] for lat, lon in line], leg=number)
        for number, line in enumerate(lines, start=1)
    ]
    stops = [_feature("Point", [places[i][1], places[i][0]], stop=number) for number, i in enumerate(order[:-1])]
    return {"type": "FeatureCollection", "attribution": ATTRIBUTION, "features": [*legs, *stops]}


def _feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
