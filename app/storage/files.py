"""Photos on disk. Their id is the only name they have: no path or file name ever comes from outside."""

import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

from app.errors import N_, NotFound
from app.storage.images import Processed

Size = Literal["full", "thumbnail"]

_ENDINGS: dict[Size, str] = {"full": ".jpg", "thumbnail": ".thumbnail.jpg"}
_UNFINISHED = ".part"


class PhotoStore:
    """A folder of photos, spread over 256 folders by the id's last two digits; readable by its owner only.

    A photo that `save` returned for is on disk, whole, also after a power cut; one that it did not return for
    is whole or not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, photo_id: UUID, processed: Processed) -> None:
        """Keep both sizes; saving again under the same id replaces them."""
        shard = self._shard(photo_id)
        _make_folder(self.folder)
        _make_folder(shard)
        # The thumbnail goes first: where there is a photo, there is its thumbnail.
        _write(self._path(photo_id, "thumbnail"), processed.thumbnail)
        _write(self._path(photo_id, "full"), processed.jpeg)
        _sync_folder(shard)

    def open(self, photo_id: UUID, size: Size = "full") -> Path:
        """The path of an existing JPEG file; raises NotFound."""
        path = self._path(photo_id, size)
        if not path.is_file():
            raise NotFound(N_("This photo is not here any more."))
        return path

    def copy(self, photo_id: UUID, to: UUID) -> None:
        """Keep both sizes under another id as well; raises NotFound."""
        shard = self._shard(to)
        _make_folder(self.folder)
        _make_folder(shard)
        for size in reversed(_ENDINGS):
            _write(self._path(to, size), self.open(photo_id, size).read_bytes())
        _sync_folder(shard)

    def delete(self, photo_id: UUID) -> None:
        """Remove both sizes; a photo that is gone already is as good."""
        for size in _ENDINGS:
            self._path(photo_id, size).unlink(missing_ok=True)
        if self._shard(photo_id).is_dir():
            _sync_folder(self._shard(photo_id))

    def orphans(
        self, known_ids: Collection[UUID], *, now: datetime, older_than: timedelta = timedelta(hours=24)
    ) -> list[UUID]:
        """Photos nobody knows of. Young ones are left alone: their report may be on its way."""
        found: set[UUID] = set()
        young = set(known_ids)
        for path in self._files():
            photo_id = _id_of(path)
            if photo_id is not None:
                (found if _written_at(path) < now - older_than else young).add(photo_id)
        return sorted(found - young)

    def sweep(
        self, known_ids: Collection[UUID], *, now: datetime, older_than: timedelta = timedelta(hours=24)
    ) -> list[UUID]:
        """Delete the orphans, and what interrupted writing left behind; returns the orphans' ids."""
        for path in list(self._files()):
            if path.name.endswith(_UNFINISHED) and _written_at(path) < now - older_than:
                path.unlink(missing_ok=True)
        orphans = self.orphans(known_ids, now=now, older_than=older_than)
        for photo_id in orphans:
            self.delete(photo_id)
        return orphans

    def _files(self) -> Iterator[Path]:
        return self.folder.glob("[0-9a-f][0-9a-f]/*")

    def _shard(self, photo_id: UUID) -> Path:
        # The last digits are random in every kind of UUID; the first ones are the time in version 7.
        return self.folder / UUID(str(photo_id)).hex[-2:]

    def _path(self, photo_id: UUID, size: Size) -> Path:
        return self._shard(photo_id) / f"{UUID(str(photo_id))}{_ENDINGS[size]}"


def _id_of(path: Path) -> UUID | None:
    try:
        return UUID(path.name.partition(".")[0]) if path.name.endswith(".jpg") else None
    except ValueError:
        return None


def _written_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        # Somebody else was faster; what is gone is not old.
        return datetime.max.replace(tzinfo=UTC)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _write(path: Path, data: bytes) -> None:
    """All or nothing: a file beside it, flushed to the disk, then renamed over it."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}{_UNFINISHED}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
