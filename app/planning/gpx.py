"""A round as a GPX 1.1 file (https://www.topografix.com/GPX/1/1/), for navigators and map apps.

The same stops are waypoints, which every device shows, and a route, which keeps their order. The schema fixes
the order of elements: metadata, wpt, rte; within a point time, name, cmt, desc, sym, type.
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


@dataclass(frozen=True, slots=True)
class GpxStop:
    """One place to drive to: WGS84 degrees, a short name for the display, and what to do there."""

    lat: float
    lon: float
    name: str
    description: str = ""


def route_gpx(*, name: str, stops: Sequence[GpxStop], created_at: datetime) -> bytes:
    """GPX 1.1, UTF-8, of stops in driving order; `created_at` must have a zone.

    Characters that XML cannot hold are dropped from texts. Raises ValueError for a time without a zone and a
    place that is not on earth.
    """
    # The namespace is a plain attribute: register_namespace would change a table that all threads share.
    root = ET.Element("gpx", {"xmlns": NAMESPACE, "version": "1.1", "creator": "gatami", _LOCATION: _SCHEMA})
    metadata = ET.SubElement(root, "metadata")
    _text(metadata, "name", name)
    _text(metadata, "time", _zulu(created_at))
    for stop in stops:
        _point(root, "wpt", stop)
    route = ET.SubElement(root, "rte")
    _text(route, "name", name)
    for stop in stops:
        _point(route, "rtept", stop)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _point(parent: ET.Element, tag: str, stop: GpxStop) -> None:
    if not (-90 <= stop.lat <= 90 and -180 <= stop.lon < 180):
        raise ValueError(f"Not a place on earth: {stop.lat}, {stop.lon}.")
    point = ET.SubElement(parent, tag, {"lat": f"{stop.lat:.6f}", "lon": f"{stop.lon:.6f}"})
    _text(point, "name", stop.name)
    _text(point, "desc", stop.description)


def _text(parent: ET.Element, tag: str, text: str) -> None:
    if text:
        ET.SubElement(parent, tag).text = _ILLEGAL.sub("", text)


def _zulu(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("The time needs a zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
