"""The way of a planned round as GeoJSON (RFC 7946), for the map of its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Response

if TYPE_CHECKING:
    from app.queries.rounds import NearReport, Round


def way_as_geojson(driven: Round, near: Sequence[NearReport]) -> Response:
    """A line for each leg, points for start, end and stops, and reports that wait nearby. Nobody's words."""
    route_list = driven.route_list
    here = [route_list.start_lon, route_list.start_lat]
    features = [_feature("Point", here, kind="start")]
    for stop in [*driven.past, *driven.left]:
        there = [stop.lon, stop.lat]
        done = stop.completed_at is not None
        features.append(_feature("LineString", stop.leg_line or [here, there], kind="leg", done=done))
        features.append(
            _feature("Point", there, kind="stop", number=stop.sort_order, id=stop.id, done=done, locked=stop.locked)
        )
        here = there
    end = (
        [route_list.start_lon, route_list.start_lat] if route_list.returns else [route_list.end_lon, route_list.end_lat]
    )
    if driven.stops and None not in end:
        features.append(_feature("LineString", route_list.back_line or [here, end], kind="leg", done=False))
        if not route_list.returns:
            features.append(_feature("Point", end, kind="end"))
    features += [_feature("Point", [one.lon, one.lat], kind="near", reference=one.reference) for one in near]
    body = orjson.dumps({"type": "FeatureCollection", "features": features})
    return Response(body, media_type="application/geo+json", headers={"Cache-Control": "no-store"})


def _feature(shape: str, coordinates: Any, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}
