"""Photos: one at a time in, and out again to who may see them."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from starlette.datastructures import FormData

from app.errors import N_, Invalid, NotFound
from app.models.links import photo_key
from app.queries.photos import NOT_HERE, visible_photo
from app.services.photos import take_photo
from app.storage import Size
from app.web import security
from app.web.deps import CsrfFailed, MaybeStaffDep, NowDep, SessionDep, StateDep, form_token
from app.web.limiting import check_sender
from app.web.uploads import files_of, get_photo_upload, read_file

router = APIRouter(include_in_schema=False)
NO_PHOTO = N_("Choose a photo first.")
PhotoUploadDep = Annotated[FormData, Depends(get_photo_upload)]


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
    photo = take_photo(session, state.photos, read_file(files[0], most=most), at=now, most_bytes=most)
    thumbnail = f"/photos/{photo.id}-thumbnail.jpg?key={photo_key(photo.id, secret=state.secret)}"
    return Response(f'{{"id":"{photo.id}","thumbnail":"{thumbnail}"}}', 201, media_type="application/json")


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
    # A public photo can be taken back by the desk, so caches ask again soon; the others are kept by nobody.
    headers = {"ETag": etag, "Cache-Control": "public, max-age=300"} if seen.public else {"Cache-Control": "no-store"}
    if seen.public and request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return FileResponse(state.photos.open(photo_id, size), media_type="image/jpeg", headers=headers)
