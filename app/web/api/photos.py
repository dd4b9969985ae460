"""Photos come first and get an id, so that they are there already when the report arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from app.services.photos import take_photo
from app.web import examples
from app.web.bodies import read_photo
from app.web.deps import NowDep, SessionDep, SettingsDep, StateDep
from app.web.limiting import check_sender
from app.web.openapi import answers
from app.web.schemas import PhotoReceipt

router = APIRouter(prefix="/api/photos", tags=["Photos"])
KEPT = timedelta(hours=24)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {"schema": {"type": "object", "required": ["photo"], "properties": {"photo": _BINARY["schema"]}}}
_KINDS = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/avif", "application/octet-stream")


async def photo_bytes(request: Request, settings: SettingsDep, state: StateDep) -> AsyncIterator[bytes]:
    """The photo in the request, when it is its turn."""
    data = await read_photo(request, max_bytes=settings.photo_max_bytes)
    async with state.photo_turns:
        yield data


@router.post(
    "", status_code=201, summary="Send a photo", response_model=PhotoReceipt,
    responses=answers(201, examples.PHOTO, "Stored for 24 hours", 413, 415, 422, 429),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": dict.fromkeys(_KINDS, _BINARY) | {"multipart/form-data": _FORM},
        }
    },
)  # fmt: skip
def send_photo(
    request: Request, data: Annotated[bytes, Depends(photo_bytes)], session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """JPEG, PNG, WebP, HEIC or AVIF. It is encoded anew without place and camera data; unused, it goes."""
    check_sender(request, "photo")
    photo = take_photo(session, state.photos, data, at=now, most_bytes=state.settings.photo_max_bytes)
    body = {
        "id": photo.id,
        "width": photo.width,
        "height": photo.height,
        "expires_at": photo.created_at + KEPT,
    }
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), 201, {"Cache-Control": "no-store"}, "application/json")
