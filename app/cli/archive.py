"""A backup's file: a plain tar of the database's dump, the photos, the key, and a manifest that tells of each."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, cast

from app.errors import Invalid

Advance = Callable[[int], None]

FORMAT = 1
DUMP, KEY, MANIFEST = "database.dump", "secret_key", "manifest.json"
# The only names that are ever taken out, so that no archive can write anywhere else.
_PHOTO = re.compile(
    r"photos/(?P<shard>[0-9a-f]{2})/(?P<file>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.thumbnail)?\.jpg)"
)
_LARGEST_MANIFEST = 500_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One file in the archive."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What the backup holds, and of which version it is."""

    gatami: str
    made_at: str
    revision: str
    versions: dict[str, str]
    tables: dict[str, int]
    photos: int
    files: dict[str, Entry]
    format: int = FORMAT

    def as_json(self) -> bytes:
        """As it stands in the archive."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode()

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        """Raises Invalid for anything that is not one of ours."""
        try:
            given = json.loads(data)
            files = {str(name): Entry(int(one["size"]), str(one["sha256"])) for name, one in given["files"].items()}
            tables = {str(name): int(count) for name, count in given["tables"].items()}
            read = cls(
                gatami=str(given["gatami"]),
                made_at=str(given["made_at"]),
                revision=str(given["revision"]),
                versions=dict(given["versions"]),
                tables=tables,
                photos=int(given["photos"]),
                files=files,
                format=int(given["format"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Invalid("The backup's manifest cannot be read: the file is broken, or no backup of GataMi.") from None
        if read.format != FORMAT:
            raise Invalid("The backup was made by a newer version of GataMi: install that version first.")
        return read


@dataclass
class Writer:
    """Adds files to the tar and remembers each one's hash."""

    tar: tarfile.TarFile
    files: dict[str, Entry] = field(default_factory=dict)

    def add(self, name: str, source: IO[bytes]) -> None:
        """A file as it is now; its mode is 0600 whatever it was."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = source.seek(0, os.SEEK_END), 0o600
        source.seek(0)
        reading = _Hashed(source)
        self.tar.addfile(member, cast("IO[bytes]", reading))
        self.files[name] = Entry(member.size, reading.hash.hexdigest())

    def add_file(self, name: str, path: Path, *, missing_ok: bool = False) -> None:
        """A file on disk; one that was deleted a moment ago may be left out."""
        try:
            source = path.open("rb")
        except FileNotFoundError:
            if missing_ok:
                return
            raise
        with source:
            self.add(name, source)

    def finish(self, manifest: Manifest) -> None:
        """The manifest comes last: an archive that ends early has none."""
        self.add(MANIFEST, io.BytesIO(manifest.as_json()))


class _Hashed:
    """Hashes what is read through it."""

    def __init__(self, source: IO[bytes], advance: Advance | None = None) -> None:
        self._source, self._advance = source, advance
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.hash.update(data)
        if self._advance:
            self._advance(len(data))
        return data


@contextmanager
def create(target: Path) -> Iterator[Writer]:
    """A new archive under its name when all of it is on the disk, and not at all when something goes wrong."""
    if target.exists():
        raise Invalid(f"{target} is there already: choose another name, or move it away.")
    if not target.parent.is_dir():
        raise Invalid(f"There is no folder {target.parent}: make it first.")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise Invalid(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)


def verify(source: Path, *, advance: Advance) -> Manifest:
    """Read every byte before anything is changed. Raises Invalid for what is cut off, altered, or not ours."""
    try:
        return _verify(source, advance=advance)
    except FileNotFoundError:
        raise Invalid(f"There is no file {source}.") from None
    except (tarfile.TarError, EOFError) as error:
        raise Invalid(f"{source} is broken, or no backup of GataMi: {error}.") from error


def _verify(source: Path, *, advance: Advance) -> Manifest:
    found: dict[str, Entry] = {}
    manifest: Manifest | None = None
    for member, content in _members(source):
        if member.name in found or manifest is not None:
            raise Invalid(f"The backup is broken: {member.name[:80]!r} is not where it should be.")
        if member.name == MANIFEST:
            manifest = Manifest.read(content.read(_LARGEST_MANIFEST))
            continue
        reading = _Hashed(content, advance)
        while reading.read(_CHUNK):
            pass
        found[member.name] = Entry(member.size, reading.hash.hexdigest())
    if manifest is None:
        raise Invalid("The backup is cut off: its manifest, which comes last, is missing.")
    wrong = [name for name in {*manifest.files, *found} if manifest.files.get(name) != found.get(name)]
    if wrong or DUMP not in found:
        raise Invalid(f"The backup is broken: {sorted(wrong)[:1] or DUMP} is missing or altered.")
    return manifest


def extract(source: Path, name: str, target: Path) -> bool:
    """Take one file out to `target`, mode 0600, whole or not at all; False when the archive has none."""
    for member, content in _members(source):
        if member.name == name:
            write(target, content)
            return True
    return False


def photos(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """(shard/file, content) of each photo."""
    for member, content in _members(source):
        if _PHOTO.fullmatch(member.name):
            yield member.name.removeprefix("photos/"), content


def photo_names(folder: Path) -> Iterator[str]:
    """shard/file of every photo in the photo folder, in both sizes."""
    for path in folder.glob("[0-9a-f][0-9a-f]/*.jpg"):
        name = f"{path.parent.name}/{path.name}"
        if _PHOTO.fullmatch(f"photos/{name}"):
            yield name


def is_whole_photo(name: str) -> bool:
    """Whether a name in the archive is a photo, and not the thumbnail of one."""
    return _PHOTO.fullmatch(name) is not None and not name.endswith(".thumbnail.jpg")


def write(target: Path, content: IO[bytes]) -> None:
    """All or nothing, readable by the owner only, who is the folder's owner also when root restores."""
    _make_folder(target.parent)
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file, _CHUNK)
            file.flush()
            os.fsync(file.fileno())
        _give_to_owner(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700)
        _give_to_owner(folder)


def _give_to_owner(path: Path) -> None:
    if os.geteuid() == 0:
        above = path.parent.stat()
        os.chown(path, above.st_uid, above.st_gid)


def _members(source: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Each file of the archive, of which only regular ones with a name of ours are let through."""
    with tarfile.open(source, mode="r:") as tar:
        for member in tar:
            known = member.name in {DUMP, KEY, MANIFEST} or _PHOTO.fullmatch(member.name)
            content = tar.extractfile(member) if member.isreg() and known else None
            if content is None:
                raise Invalid(f"The backup holds {member.name[:80]!r}, which does not belong there: it is not used.")
            yield member, content


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
