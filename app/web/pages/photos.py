"""Photos: one at a time in, and out again to who may see them; and where one was taken, before it is sent."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, Invalid, NotFound
from app.queries.photos import NOT_HERE, visible_photo
from app.services.photos import take_photo
from app.storage import Size, where_taken
from app.web import security
from app.web.bodies import read_photo
from app.web.deps import (
    CsrfFailed,
    LanguageDep,
    MaybeStaffDep,
    NowDep,
    SessionDep,
    StateDep,
    form_token,
    get_language,
)
from app.web.form_photos import thumbnail_of
from app.web.limiting import check_sender
from app.web.photo_place import PhotoPlace, photo_place
from app.web.state import AppState
from app.web.uploads import files_of, get_photo_upload, read_file

router = APIRouter(include_in_schema=False)
NO_PHOTO = N_("Choose a photo first.")
# EXIF stands at the beginning, and is 64 kB at most; what a camera may put before it is smaller still.
MOST_BEGINNING = 300_000
PhotoUploadDep = Annotated[FormData, Depends(get_photo_upload)]


async def get_beginning(request: Request) -> bytes:
    """The first bytes of a photo as the bare body; HTTPException 413 for more than 300 kB."""
    return await read_photo(request, max_bytes=MOST_BEGINNING)


BeginningDep = Annotated[bytes, Depends(get_beginning)]


@router.post("/photos")
def upload_photo(
    request: Request, posted: PhotoUploadDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """Take one photo of the form's; answers `id` and `thumbnail`, an address that only this answer tells."""
    if not security.csrf_holds(request, state.settings, form_token(posted, request), secret=state.secret):
        raise CsrfFailed
    check_sender(request, "photo")
    files = files_of(posted, "photo")
    if not files:
        raise Invalid(NO_PHOTO, fields={"photo": NO_PHOTO})
    most = state.settings.photo_max_bytes
    data = read_file(files[0], most=most)
    photo = take_photo(session, state.photos, data, at=now, most_bytes=most)
    answer = {"id": photo.id, "thumbnail": thumbnail_of(photo, secret=state.secret)}
    if posted.get("place"):
        answer["place"] = _place(session, state, data, at=now, lang=get_language(request))
    return Response(orjson.dumps(answer), 201, {"Cache-Control": "no-store"}, "application/json")


@router.post("/photos/position")
def find_position(
    beginning: BeginningDep, request: Request, session: SessionDep, state: StateDep, now: NowDep, lang: LanguageDep
) -> Response:
    """Where a photo was taken, by its first bytes, or null. Nothing of it is kept, in the database or a log."""
    if not security.csrf_holds(request, state.settings, request.headers.get("x-csrf-token", ""), secret=state.secret):
        raise CsrfFailed
    check_sender(request, "search")
    answer = _place(session, state, beginning, at=now, lang=lang)
    return Response(orjson.dumps(answer), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _place(session: Session, state: AppState, data: bytes, *, at: datetime, lang: str) -> PhotoPlace | None:
    taken = where_taken(data)
    return photo_place(session, state.rules_file.current, taken, at=at, lang=lang) if taken else None


@router.get("/photos/{name}.jpg")
def show_photo(
    name: str, request: Request, session: SessionDep, state: StateDep, staff: MaybeStaffDep, key: str = ""
) -> Response:
    """`<id>.jpg` or `<id>-thumbnail.jpg`; 404 to everybody else, whether there is such a photo or not."""
    size: Size = "thumbnail" if name.endswith("-thumbnail") else "full"
    try:
        photo_id = uuid.UUID(name.removesuffix("-thumbnail"))
    except ValueError:
        raise NotFound(NOT_HERE) from None
    seen = visible_photo(session, photo_id, staff=staff, key=key, secret=state.secret)
    etag = f'"{seen.photo.sha256[:20]}-{size}"'
    # A public photo can be taken back at any moment, so caches ask each time; the others are kept by nobody.
    headers = {"ETag": etag, "Cache-Control": "public, no-cache"} if seen.public else {"Cache-Control": "no-store"}
    if seen.public and request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return FileResponse(state.photos.open(photo_id, size), media_type="image/jpeg", headers=headers)
