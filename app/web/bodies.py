"""Request bodies: of the right kind, and never larger than they may be."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from app.errors import Invalid, N_

NO_PHOTO = N_("Send the photo as the body, or as the form field photo.")
_FRAME_BYTES = 10_000


def require_json(request: Request) -> None:
    """A dependency of JSON endpoints: other kinds of bodies are refused as such."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415)


async def read_photo(request: Request, *, max_bytes: int) -> bytes:
    """The bytes of a photo, sent bare (image/*, application/octet-stream) or as the form field `photo`.

    Raises HTTPException 413 as soon as more than `max_bytes` have come, and 415 for other kinds.
    """
    if int(request.headers.get("content-length", "0")) > max_bytes + _FRAME_BYTES:
        raise HTTPException(413)
    bounded = Request(request.scope, _bounded(request.receive, max_bytes + _FRAME_BYTES))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return await bounded.body()
    if kind != "multipart/form-data":
        raise HTTPException(415)
    async with bounded.form(max_files=1, max_fields=5) as form:
        photo = form.get("photo")
        if not isinstance(photo, UploadFile):
            raise Invalid(NO_PHOTO, fields={"photo": NO_PHOTO})
        return await photo.read()


def _bounded(receive: Receive, max_bytes: int) -> Receive:
    seen = 0

    async def receive_bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > max_bytes:
            raise HTTPException(413)
        return message

    return receive_bounded
