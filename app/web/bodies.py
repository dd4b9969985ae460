"""Request bodies: of the right kind, and never larger than they may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import N_, Invalid

NO_PHOTO = N_("Send the photo as the body, or as the form field photo.")
MOST_JSON_BYTES = 1_000_000
_FRAME_BYTES = 10_000


async def require_json(request: Request) -> None:
    """A dependency of JSON endpoints: other kinds of bodies are refused as such."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415)


class JsonLimit:
    """Below /api/ no body but a photo's is read beyond 1 MB: whoever reads on gets HTTPException 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a bounded body."""
        limited = scope["type"] == "http" and scope["path"].startswith("/api/") and scope["path"] != "/api/photos"
        await self.app(scope, bounded(receive, scope, MOST_JSON_BYTES) if limited else receive, send)


@asynccontextmanager
async def read_form(
    request: Request, *, most_bytes: int, max_files: int, max_fields: int, max_part_size: int
) -> AsyncIterator[FormData]:
    """A posted form in UTF-8, whose files are closed afterwards.

    Raises HTTPException 413 as soon as more than `most_bytes` have come, 415 for another alphabet: Python knows some
    that make letters which no database takes.
    """
    check_alphabet(request)
    limited = Request(request.scope, bounded(request.receive, request.scope, most_bytes))
    async with limited.form(max_files=max_files, max_fields=max_fields, max_part_size=max_part_size) as form:
        yield form


def check_alphabet(request: Request) -> None:
    """Raises HTTPException 415 for a form in another alphabet than UTF-8."""
    _, options = parse_options_header(request.headers.get("content-type", ""))
    if options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
        raise HTTPException(415)


async def read_photo(request: Request, *, max_bytes: int) -> bytes:
    """The bytes of a photo, sent bare (image/*, application/octet-stream) or as the form field `photo`.

    Raises HTTPException 413 as soon as more than `max_bytes` have come, and 415 for other kinds.
    """
    limited = Request(request.scope, bounded(request.receive, request.scope, max_bytes + _FRAME_BYTES))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return await limited.body()
    if kind != "multipart/form-data":
        raise HTTPException(415)
    most = max_bytes + _FRAME_BYTES
    async with read_form(request, most_bytes=most, max_files=1, max_fields=5, max_part_size=_FRAME_BYTES) as form:
        photo = form.get("photo")
        if not isinstance(photo, UploadFile):
            raise Invalid(NO_PHOTO, fields={"photo": NO_PHOTO})
        return await photo.read()


def bounded(receive: Receive, scope: Scope, max_bytes: int) -> Receive:
    """Raises HTTPException 413 at the first byte too many; at once when the request says that there will be more."""
    length = Headers(scope=scope).get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() else 0
    seen = 0

    async def receive_bounded() -> Message:
        nonlocal seen
        if announced > max_bytes:
            raise HTTPException(413)
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > max_bytes:
            raise HTTPException(413)
        return message

    return receive_bounded
