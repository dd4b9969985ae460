"""Limits on what is sent to us, looked at before it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.services.drafts import MAX_PHOTOS
from app.storage import PhotoRefused
from app.web.deps import SettingsDep

# Names, boundaries and the other fields around the photos.
_WRAPPING = 1_000_000
_MOST_FILES = 20


def check_length(request: Request, *, most: int) -> None:
    """Refuse a body that is too long (413) or of unknown length (411); the server holds it to its word."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > most:
        raise HTTPException(413)


async def get_photo_upload(request: Request, settings: SettingsDep) -> AsyncIterator[FormData]:
    """A form with one photo; its file is closed when the answer is made."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > settings.photo_max_bytes + _WRAPPING:
        raise PhotoRefused("too_big", megabytes=f"{settings.photo_max_bytes / 1e6:g}")
    check_length(request, most=settings.photo_max_bytes + _WRAPPING)
    async with request.form(max_files=1, max_fields=10, max_part_size=10_000) as form:
        yield form


async def get_report_upload(request: Request, settings: SettingsDep) -> AsyncIterator[FormData]:
    """The report form with its photos, closed when the answer is made."""
    check_length(request, most=MAX_PHOTOS * settings.photo_max_bytes + _WRAPPING)
    async with request.form(max_files=_MOST_FILES, max_fields=200, max_part_size=200_000) as form:
        yield form


def files_of(form: FormData, name: str) -> list[UploadFile]:
    """The files that were chosen in one field; an empty file field sends a file without a name."""
    return [file for file in form.getlist(name) if isinstance(file, UploadFile) and file.filename and file.size]


def read_file(file: UploadFile, *, most: int) -> bytes:
    """The bytes of a file of at most `most` bytes; raises PhotoRefused before reading a larger one."""
    if (file.size or 0) > most:
        raise PhotoRefused("too_big", megabytes=f"{most / 1e6:g}")
    return file.file.read()
