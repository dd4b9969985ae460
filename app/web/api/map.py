"""The map's data."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.db import transaction
from app.errors import Invalid
from app.queries.map import map_version, read_map
from app.queries.public import Box, ReportFilter
from app.web import examples
from app.web.deps import StateDep
from app.web.filters import BAD_BOX, BAD_FILTERS, FilterReader, fingerprint, read_filter
from app.web.map_cache import map_cache, takes_gzip
from app.web.openapi import GEOJSON, answers
from app.web.schemas import MapFeatures
from app.web.tags import etag, not_modified

router = APIRouter(prefix="/api/map", tags=["Map"])


class GeoJSON(JSONResponse):
    """Tells the description of the API what the map's answers are."""

    media_type = GEOJSON


class MapQuery(BaseModel):
    """What part of the map, and which reports on it."""

    model_config = ConfigDict(extra="forbid")

    bbox: str = Field(max_length=200, description="west,south,east,north in degrees WGS84.")
    zoom: int = Field(ge=0, le=22, description="Zoom level of a web map; single points from 15.")
    category: str = Field("", max_length=2000, description="Category codes, separated by commas.")
    group: str = Field("", max_length=40, description="Code of a group of categories.")
    status: str = Field("", max_length=200, description="Statuses, separated by commas; also `open` and `closed`.")
    area: str = Field("", max_length=40, description="Code of a part of the municipality.")
    since: str = Field("", max_length=40, description="Created then or later: a date, or a time with its offset.")
    until: str = Field("", max_length=40, description="Created before: a date, or a time with its offset.")
    near: str = Field("", max_length=80, description="latitude,longitude in degrees WGS84: the middle of a circle.")
    radius: str = Field("", max_length=10, description="Metres around `near`, 10 to 20000; 500 if left out.")
    photo: str = Field("", max_length=1, description="1: only reports with a photo that everybody may see.")
    text: str = Field("", max_length=100, description="Words that must all be met, as in the list; the newest 2,000.")


@router.get(
    "", summary="Read the map", response_model=MapFeatures,
    responses=answers(200, examples.MAP, "A GeoJSON FeatureCollection", 422, media=GEOJSON), response_class=GeoJSON,
)  # fmt: skip
def show_map(request: Request, query: Annotated[MapQuery, Query()], state: StateDep) -> Response:
    """Clusters with their counts when zoomed out, single reports when in; at most 4,000 features.

    A box over the 180th meridian is asked for as two. `truncated` says that there is more: zoom in.
    """
    reader = FilterReader(query.model_dump(exclude={"zoom"}))
    wanted = read_filter(reader, state.rules_file.current)
    reader.check()
    if wanted.box is None:
        raise Invalid(BAD_FILTERS, fields={"bbox": BAD_BOX})
    # Reading only, and in this thread: a session that is ended in another one would cost a tenth of the time.
    with transaction(state.session_factory) as session:
        return _answer(request, session, wanted.box, zoom=query.zoom, wanted=wanted)


def _answer(request: Request, session: Session, box: Box, *, zoom: int, wanted: ReportFilter) -> Response:
    if wanted.words or wanted.photo:
        # The map's version knows nothing of words and photos that are taken back, so nobody keeps such an answer.
        return Response(read_map(session, box, zoom=zoom, wanted=wanted), 200, {"Cache-Control": "no-store"}, GEOJSON)
    tag = etag("map 1", map_version(session), fingerprint(wanted), zoom)
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    cache = map_cache(request)
    kept = cache.get(tag)
    if kept is not None:
        return kept.response(request, headers)
    body = read_map(session, box, zoom=zoom, wanted=wanted)
    if not takes_gzip(request):
        # Programs that read plain text do not pay for packing it.
        return Response(body, 200, headers | {"Vary": "Accept-Encoding"}, GEOJSON)
    return cache.put(tag, body).response(request, headers)
