"""A round as a GPX 1.1 file (https://www.topografix.com/GPX/1/1/), for navigators and map apps.

The same stops are waypoints, which every device shows, and a route, which keeps their order; the way to drive is a
track. The schema fixes the order of elements: metadata, wpt, rte, trk; within metadata name, desc, author, copyright,
link, time, keywords, bounds; within a point ele, time, magvar, geoidheight, name, cmt, desc, src, link, sym, type.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

NAMESPACE = "http://www.topografix.com/GPX/1/1"
_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_SCHEMA = f"{NAMESPACE} {NAMESPACE}/gpx.xsd"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

LonLat = Sequence[float]
"""[lon, lat] in degrees WGS84, as GeoJSON writes it."""


@dataclass(frozen=True, slots=True)
class GpxStop:
    """One place to drive to: WGS84 degrees, a short name for the display, and what to do there."""

    lat: float
    lon: float
    name: str
    description: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class GpxAbout:
    """What the file says of itself: who made it, whose map the way rests on (a licence's address), what to know."""

    author: str = ""
    description: str = ""
    map_by: str = ""
    map_license: str = ""


def route_gpx(
    *,
    name: str,
    stops: Sequence[GpxStop],
    created_at: datetime,
    legs: Sequence[Sequence[LonLat]] = (),
    about: GpxAbout | None = None,
) -> bytes:
    """GPX 1.1, UTF-8, of stops in driving order; `created_at` must have a zone. `legs` are the ways, one a segment.

    Characters that XML cannot hold are dropped from texts. Raises ValueError for a time without a zone and a
    place that is not on earth.
    """
    # The namespace is a plain attribute: register_namespace would change a table that all threads share.
    root = ET.Element("gpx", {"xmlns": NAMESPACE, "version": "1.1", "creator": "gatami", _LOCATION: _SCHEMA})
    places = [(stop.lat, stop.lon) for stop in stops] + [(lat, lon) for leg in legs for lon, lat in leg]
    _metadata(root, name, created_at, about or GpxAbout(), places)
    for stop in stops:
        _stop(root, "wpt", stop)
    route = ET.SubElement(root, "rte")
    _text(route, "name", name)
    for stop in stops:
        _stop(route, "rtept", stop)
    if legs:
        _track(root, name, legs)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _metadata(
    root: ET.Element, name: str, created_at: datetime, about: GpxAbout, places: list[tuple[float, float]]
) -> None:
    metadata = ET.SubElement(root, "metadata")
    _text(metadata, "name", name)
    _text(metadata, "desc", about.description)
    if about.author:
        _text(ET.SubElement(metadata, "author"), "name", about.author)
    if about.map_by:
        _text(ET.SubElement(metadata, "copyright", {"author": _clean(about.map_by)}), "license", about.map_license)
    _text(metadata, "time", _zulu(created_at))
    if places:
        lats, lons = zip(*places, strict=True)
        edges = {"minlat": min(lats), "minlon": min(lons), "maxlat": max(lats), "maxlon": max(lons)}
        ET.SubElement(metadata, "bounds", {side: f"{value:.6f}" for side, value in edges.items()})


def _track(root: ET.Element, name: str, legs: Sequence[Sequence[LonLat]]) -> None:
    track = ET.SubElement(root, "trk")
    _text(track, "name", name)
    for leg in legs:
        segment = ET.SubElement(track, "trkseg")
        for lon, lat in leg:
            _place(segment, "trkpt", lat, lon)


def _stop(parent: ET.Element, tag: str, stop: GpxStop) -> None:
    point = _place(parent, tag, stop.lat, stop.lon)
    _text(point, "name", stop.name)
    _text(point, "cmt", stop.comment)
    _text(point, "desc", stop.description)


def _place(parent: ET.Element, tag: str, lat: float, lon: float) -> ET.Element:
    if not (-90 <= lat <= 90 and -180 <= lon < 180):
        raise ValueError(f"Not a place on earth: {lat}, {lon}.")
    return ET.SubElement(parent, tag, {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"})


def _text(parent: ET.Element, tag: str, text: str) -> None:
    if text:
        ET.SubElement(parent, tag).text = _clean(text)


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _zulu(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("The time needs a zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
