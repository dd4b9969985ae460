"""What the map asks: is this place ours, and where does our area end."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from app.errors import TooMany
from app.routing import Rules, in_service_area
from app.routing.geometry import MultiPolygon
from app.services import looking_up
from app.services.coordinates import NO_PLACE, is_no_place
from app.services.proposing import address_at
from app.text import translate
from app.web.deps import LanguageDep, RulesDep, StateDep
from app.web.limiting import check_sender

router = APIRouter(include_in_schema=False)
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]


@router.get("/place")
def show_place(request: Request, state: StateDep, rules: RulesDep, lang: LanguageDep, lat: Lat, lon: Lon) -> Response:
    """Whether a place (degrees WGS84) is inside, and its address; else what to say and whom to ask.

    The registers are asked while the form is filled in, so that the report itself need not wait for them: `fresh` says
    that they told something new. No transaction of the request's own, because they may take two seconds.
    """
    facts = place_facts(rules, lat, lon, lang=lang)
    if facts["inside"]:
        around, fresh = looking_up.find_out(
            state.session_factory,
            state.registers,
            lat=lat,
            lon=lon,
            at=state.clock(),
            may_ask=lambda: _may_ask(request),
        )
        facts |= {"fresh": fresh, "address": address_at(around)}
    return Response(orjson.dumps(facts), media_type="application/json")


def _may_ask(request: Request) -> bool:
    """Whoever asks for very many places gets what we know ourselves."""
    try:
        check_sender(request, "search")
    except TooMany:
        return False
    return True


def place_facts(rules: Rules, lat: float, lon: float, *, lang: str) -> dict[str, Any]:
    """`inside`; outside also `text`, `contacts` [{name, phone, url}] and `swapped` (the other way fits).

    `nowhere`: the text says so itself, because the numbers are those of a device that does not know.
    """
    if in_service_area(rules, lat, lon):
        return {"inside": True}
    if is_no_place(lat, lon):
        return {"inside": False, "nowhere": True, "text": translate(NO_PLACE, lang), "swapped": False, "contacts": []}
    outside = rules.municipality.outside
    return {
        "inside": False,
        "text": outside.text(lang),
        "swapped": in_service_area(rules, lon, lat),
        "contacts": [contact.model_dump() for contact in outside.contacts],
    }


@router.get("/map/area.json")
def show_area(request: Request, rules: RulesDep, lang: LanguageDep) -> Response:
    """The service area and its named parts as GeoJSON, for a map that has no tiles too; asked for again only when the
    rules changed.
    """
    etag = f'"{rules.sha256[:20]}-{lang}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=300"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    features = [_feature(rules.service_area, part=None)]
    # An area of many pieces, such as all school yards, is no part of town to be named on a map.
    parts = [area for area in rules.areas.values() if len(area.polygons.polygons) == 1]
    features += [_feature(area.polygons, part=area.name(lang)) for area in parts]
    body = orjson.dumps({"type": "FeatureCollection", "features": features})
    return Response(body, media_type="application/geo+json", headers=headers)


def _feature(shape: MultiPolygon, *, part: str | None) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"part": part}, "geometry": shape.geojson()}
