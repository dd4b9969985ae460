"""GeoJSON (RFC 7946) for our own maps."""

from __future__ import annotations

import orjson
from fastapi import Response

from app.models import RouteList


def round_as_geojson(route_list: RouteList) -> Response:
    """A round: its stops as points with number and whether they are done, and the straight line through them."""
    start = [route_list.start_lon, route_list.start_lat]
    line = [start, *([stop.lon, stop.lat] for stop in route_list.stops), *([start] if route_list.returns else [])]
    features = [_feature("LineString", line, kind="line"), _feature("Point", start, kind="start")]
    features += [
        _feature("Point", [stop.lon, stop.lat], kind="stop", number=stop.sort_order, done=stop.completed_at is not None)
        for stop in route_list.stops
    ]
    body = orjson.dumps({"type": "FeatureCollection", "features": features})
    return Response(body, media_type="application/geo+json", headers={"Cache-Control": "no-store"})


def _feature(shape: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}
