"""A round in the formats of others: GPX, GeoJSON, CSV and a calendar entry.

These files leave for other programs, often over somebody's cloud: no words of residents go along, and of a place what
a register calls it, never what a reporter typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import orjson
from icalendar import Calendar, Event, vGeo, vUri

from app.errors import N_
from app.planning.gpx import GpxAbout, GpxStop, route_gpx
from app.text import PEOPLES_ZONE, one_line, show_metres, translate
from app.web.csv_export import BYTE_ORDER_MARK, line
from app.web.round_sheet import MAP_LICENSE, Sheet, SheetStop, rests_on

OUTCOMES: dict[str, str] = {
    "done": N_("Done"),
    "not_found": N_("Not found"),
    "needs_lift": N_("Needs a lift"),
    "needs_cable": N_("Needs the cable crew"),
}
_UNSENDABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_COLUMNS = (
    N_("Stop"),
    N_("Time"),
    N_("Mast number"),
    N_("Place"),
    N_("Latitude"),
    N_("Longitude"),
    N_("What to do"),
    N_("References"),
    N_("Why"),
    N_("Must be driven to"),
    N_("Needs a lift"),
    N_("Metres from the stop before"),
    N_("Seconds from the stop before"),
    N_("Minutes planned"),
    N_("Outcome"),
    N_("Done at"),
    N_("Minutes used"),
    N_("Material"),
)


def gpx_of(sheet: Sheet, *, lang: str, at: datetime) -> bytes:
    """GPX 1.1: waypoints, the route, and the way as a track. No links: a contractor's would open the round."""
    stops = [
        GpxStop(
            lat=stop.lat,
            lon=stop.lon,
            name=str(stop.number),
            comment=one_line(f"{clock(stop.arrives_at)} {_target(stop, lang)}"),
            description=_told(stop),
        )
        for stop in sheet.stops
    ]
    about = GpxAbout(
        author=sheet.unit,
        description=rests_on(sheet, lang),
        map_by=sheet.map_by,
        map_license=MAP_LICENSE,
    )
    return route_gpx(name=sheet.name, stops=stops, created_at=at, legs=sheet.legs, about=about)


def geojson_of(sheet: Sheet) -> bytes:
    """RFC 7946: a FeatureCollection with bbox; the legs as lines, start, end and stops as points."""
    features = list(_features(sheet))
    places = [(lon, lat) for leg in sheet.legs for lon, lat in leg] + [(stop.lon, stop.lat) for stop in sheet.stops]
    points = [*places, *((lon, lat) for lat, lon in filter(None, (sheet.start, sheet.end)))]
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return orjson.dumps(
        {
            "type": "FeatureCollection",
            "bbox": [min(lons), min(lats), max(lons), max(lats)],
            "features": features,
            # Foreign members, as section 6.1 allows them.
            "name": sheet.name,
            "day": sheet.day,
            "attribution": f"© {sheet.map_by}" if sheet.map_by else "",
        }
    )


def csv_of(sheet: Sheet, *, lang: str) -> Iterator[str]:
    """One line a stop, as the other tables of ours are written."""
    yield BYTE_ORDER_MARK + line([translate(title, lang) for title in _COLUMNS])
    for stop in sheet.stops:
        yield line(_cells(stop, lang))


def ics_of(sheet: Sheet, *, lang: str, at: datetime, base_url: str) -> bytes:
    """RFC 5545: one event from the start to the end of the round, with Oslo's time zone written out."""
    calendar = Calendar()
    calendar.add("prodid", "-//GataMi//Route list//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add_component(_event(sheet, lang=lang, at=at, base_url=base_url))
    calendar.add_missing_timezones(first_date=sheet.day.replace(month=1, day=1))
    return bytes(calendar.to_ical())


def _event(sheet: Sheet, *, lang: str, at: datetime, base_url: str) -> Event:
    event = Event()
    event.add("uid", f"route-list-{sheet.id}@{urlsplit(base_url).hostname or 'gatami'}")
    event.add("dtstamp", at)
    event.add("dtstart", sheet.starts_at.astimezone(PEOPLES_ZONE).replace(microsecond=0))
    event.add("dtend", sheet.ends_at.astimezone(PEOPLES_ZONE).replace(microsecond=0))
    event.add("sequence", sheet.version - 1)
    event.add("status", "TENTATIVE" if sheet.draft else "CONFIRMED")
    event.add("transp", "OPAQUE")
    stops = translate(N_("%(n)s stops"), lang, n=len(sheet.stops))
    event.add("summary", plain(f"{sheet.name} – {stops}, {show_metres(sheet.total_metres, lang)}"))
    event.add("location", plain(sheet.start_name or f"{sheet.start[0]:.5f}, {sheet.start[1]:.5f}"))
    event.add("geo", vGeo((round(sheet.start[0], 6), round(sheet.start[1], 6))))
    event.add("description", "\n".join(_lines(sheet, lang)))
    event.add("url", vUri(f"{sheet.url}/drive"))
    return event


def _lines(sheet: Sheet, lang: str) -> Iterator[str]:
    about = ", ".join(one for one in (sheet.unit, sheet.crew, sheet.vehicle) if one)
    yield plain(about)
    for stop in sheet.stops:
        place = _target(stop, lang) or stop.coordinates
        yield plain(f"{stop.number}. {clock(stop.arrives_at)} {place}: {_told(stop)}")
    yield rests_on(sheet, lang)


def plain(text: str) -> str:
    """One line without characters that a calendar's content lines cannot hold."""
    return one_line(_UNSENDABLE.sub(" ", text))


def clock(moment: datetime | None) -> str:
    """Hours and minutes where people live; empty without a time."""
    return f"{moment.astimezone(PEOPLES_ZONE):%H:%M}" if moment else ""


def _target(stop: SheetStop, lang: str) -> str:
    """What the crew looks for: the number on the mast, then a register's words for the place."""
    mast = f"{translate(N_('Mast'), lang)} {stop.mast}" if stop.mast else ""
    return ", ".join(one for one in (mast, stop.public_place) if one)


def _told(stop: SheetStop) -> str:
    return ", ".join(one for one in (stop.to_do, " ".join(one.reference for one in stop.work)) if one)


def _features(sheet: Sheet) -> Iterator[dict[str, object]]:
    for stop in sheet.stops:
        way = {"to": stop.number, "metres": round(stop.leg_metres), "seconds": round(stop.leg_seconds)}
        yield _feature("LineString", stop.line, kind="way", **way)
    if sheet.back_line:
        yield _feature("LineString", sheet.back_line, kind="way", to="end", metres=round(sheet.back_metres))
    yield _feature("Point", (sheet.start[1], sheet.start[0]), kind="start", name=sheet.start_name)
    if sheet.end and sheet.end != sheet.start:
        yield _feature("Point", (sheet.end[1], sheet.end[0]), kind="end", name=sheet.end_name)
    for stop in sheet.stops:
        yield _feature(
            "Point", (stop.lon, stop.lat), kind="stop", number=stop.number, id=stop.id, place=stop.public_place,
            mast=stop.mast, what=stop.to_do, references=[one.reference for one in stop.work], why=list(stop.why),
            must=stop.must, needs_lift=stop.needs_lift, arrives_at=stop.arrives_at,
            minutes=round(stop.service_seconds / 60), outcome=stop.outcome, completed_at=stop.completed_at,
        )  # fmt: skip


def _feature(shape: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}


def _cells(stop: SheetStop, lang: str) -> list[object]:
    yes = translate(N_("Yes"), lang)
    return [
        stop.number,
        clock(stop.arrives_at),
        stop.mast,
        stop.public_place,
        round(stop.lat, 6),
        round(stop.lon, 6),
        stop.to_do,
        " ".join(one.reference for one in stop.work),
        "; ".join(stop.why),
        yes if stop.must else "",
        yes if stop.needs_lift else "",
        round(stop.leg_metres),
        round(stop.leg_seconds),
        round(stop.service_seconds / 60),
        translate(OUTCOMES[stop.outcome], lang) if stop.outcome in OUTCOMES else stop.outcome,
        f"{stop.completed_at.astimezone(PEOPLES_ZONE):%Y-%m-%d %H:%M}" if stop.completed_at else "",
        stop.minutes,
        ", ".join(f"{quantity:g} {code}" for code, quantity in stop.materials),
    ]
