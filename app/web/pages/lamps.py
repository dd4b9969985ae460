"""The lamps of a piece of the map, for the form's own map: public facts of the register, and which are reported."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.errors import Invalid
from app.queries.assets import assets_in_box
from app.web.deps import NowDep, SessionDep
from app.web.filters import BAD_BOX, BAD_FILTERS, read_box
from app.web.tags import etag, not_modified

router = APIRouter(include_in_schema=False)

# A lamp that was reported a minute ago is found when the form asks about the place itself.
KEPT_SECONDS = 60


@router.get("/map/lamps.json")
def show_lamps(
    request: Request, session: SessionDep, now: NowDep, bbox: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """GeoJSON of `bbox` (west,south,east,north in degrees WGS84): number, street, an open report."""
    try:
        box = read_box(bbox)
    except ValueError as error:
        raise Invalid(BAD_FILTERS, fields={"bbox": BAD_BOX}) from error
    body = assets_in_box(session, "lamp", box, at=now)
    tag = etag("lamps 1", body)
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={KEPT_SECONDS}"}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/geo+json", headers=headers)
