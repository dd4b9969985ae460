"""Limits on what is sent to us, looked at before it is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.services.drafts import MAX_PHOTOS
from app.storage import PhotoRefused
from app.web import security
from app.web.bodies import read_form
from app.web.deps import CsrfFailed, SettingsDep, StateDep, form_token
from app.web.photo_forms import read_photo_form

# Names, boundaries and the other fields around the photos.
_WRAPPING = 1_000_000
# Photos that are too large are read and let go up to this, because the words of the form come before and after them.
MOST_READ_BYTES = 400_000_000


@asynccontextmanager
async def in_turn(turns: asyncio.Semaphore, form: FormData) -> AsyncIterator[None]:
    """Wait until few others are busy with photos; a form without files need not."""
    if not any(isinstance(value, UploadFile) and value.size for _, value in form.multi_items()):
        yield
        return
    async with turns:
        yield


def check_length(request: Request, *, most: int) -> None:
    """Refuse a body that is too long (413) or of unknown length (411); the server holds it to its word."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise HTTPException(411)
    if int(length) > most:
        raise HTTPException(413)


async def get_photo_upload(request: Request, settings: SettingsDep, state: StateDep) -> AsyncIterator[FormData]:
    """A form with one photo; its file is closed when the answer is made."""
    length = request.headers.get("content-length", "")
    most = settings.photo_max_bytes + _WRAPPING
    if length.isascii() and length.isdigit() and int(length) > most:
        raise PhotoRefused("too_big", megabytes=f"{settings.photo_max_bytes / 1e6:g}")
    check_length(request, most=most)
    async with (
        read_form(request, most_bytes=most, max_files=1, max_fields=10, max_part_size=10_000) as form,
        in_turn(state.photo_turns, form),
    ):
        yield form


async def get_report_upload(request: Request, settings: SettingsDep, state: StateDep) -> AsyncIterator[FormData]:
    """The report form with its photos, closed when the answer is made; too large ones are named by it, not kept."""
    kept = MAX_PHOTOS * settings.photo_max_bytes
    most = max(MOST_READ_BYTES, kept + _WRAPPING)
    check_length(request, most=most)
    per_file = settings.photo_max_bytes
    async with (
        read_photo_form(request, most_bytes=most, most_per_file=per_file, most_kept=kept) as form,
        in_turn(state.photo_turns, form),
    ):
        yield form


ReportUploadDep = Annotated[FormData, Depends(get_report_upload)]


def get_checked_upload(request: Request, posted: ReportUploadDep, state: StateDep) -> FormData:
    """The same for a form of one of our own pages; raises CsrfFailed."""
    if not security.csrf_holds(request, state.settings, form_token(posted, request), secret=state.secret):
        raise CsrfFailed
    return posted


CheckedUploadDep = Annotated[FormData, Depends(get_checked_upload)]


def files_of(form: FormData, name: str) -> list[UploadFile]:
    """The files that were chosen in one field; an empty file field sends a file without a name."""
    return [file for file in form.getlist(name) if isinstance(file, UploadFile) and file.filename and file.size]


def read_file(file: UploadFile, *, most: int) -> bytes:
    """The bytes of a file of at most `most` bytes; raises PhotoRefused before reading a larger one."""
    if (file.size or 0) > most:
        raise PhotoRefused("too_big", megabytes=f"{most / 1e6:g}")
    return file.file.read()
