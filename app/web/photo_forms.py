"""Forms with photos that are too large or too many: the photos are let go while they come, and the words are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from app.web.bodies import bounded, check_alphabet, read_form

# So many files are kept; those after them come back empty, and are said to be too many.
_MOST_KEPT_FILES = 20
_MOST_FILES = 200
_MOST_FIELDS = 200
_MOST_FIELD_BYTES = 200_000


class LettingGo(MultiPartParser):
    """Keeps files of at most `most_per_file` bytes, and at most `most_kept` of all files together.

    Of a larger file nothing is kept, neither in memory nor on disk; its `size` is one more than it may be.
    """

    most_per_file = 0
    most_kept = 0
    _kept = 0
    _of_this = 0

    def on_part_begin(self) -> None:
        """Count anew."""
        super().on_part_begin()
        self._of_this = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Keep a piece of a field, or of a file for which there is room."""
        file = self._current_part.file
        if file is None:
            super().on_part_data(data, start, end)
        elif self._of_this <= self.most_per_file:
            self._of_this += end - start
            self._kept += end - start
            if self._has_room():
                super().on_part_data(data, start, end)
            else:
                self._let_go(file)

    def on_part_end(self) -> None:
        """Mark a file of which nothing was kept; only now, because what is still to be written counts, too."""
        super().on_part_end()
        if self._current_part.file is not None and self._of_this > self.most_per_file:
            self._current_part.file.size = self._of_this

    def _has_room(self) -> bool:
        few = self._current_files <= _MOST_KEPT_FILES
        return few and self._of_this <= self.most_per_file and self._kept <= self.most_kept

    def _let_go(self, file: UploadFile) -> None:
        part = self._current_part
        self._kept -= self._of_this
        self._of_this = self.most_per_file + 1
        self._file_parts_to_write[:] = [piece for piece in self._file_parts_to_write if piece[0] is not part]
        file.file.seek(0)
        file.file.truncate()


@asynccontextmanager
async def read_photo_form(
    request: Request, *, most_bytes: int, most_per_file: int, most_kept: int
) -> AsyncIterator[FormData]:
    """A posted form whose files are closed afterwards; too large ones have no contents and a `size` that tells.

    Raises HTTPException 413 as soon as more than `most_bytes` have come, 415 for another alphabet, 400 for a form that
    cannot be read.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        few = {"max_files": 1, "max_fields": _MOST_FIELDS, "max_part_size": _MOST_FIELD_BYTES}
        async with read_form(request, most_bytes=min(most_bytes, most_kept), **few) as form:
            yield form
        return
    check_alphabet(request)
    limited = Request(request.scope, bounded(request.receive, request.scope, most_bytes))
    limits = {"max_files": _MOST_FILES, "max_fields": _MOST_FIELDS, "max_part_size": _MOST_FIELD_BYTES}
    parser = LettingGo(request.headers, limited.stream(), **limits)
    parser.most_per_file, parser.most_kept = most_per_file, most_kept
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, detail=error.message) from error
    try:
        yield form
    finally:
        await form.close()
