"""The files a set of rules was read from, with the stamps by which a change on disk is noticed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Inode and change time beside size and time, so that a replaced or quickly rewritten file is noticed.
Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """One file and the stamp it had when it was read; None: it was not there."""

    path: Path
    stamp: Stamp | None

    def changed(self) -> bool:
        """Whether the file on disk is another one now."""
        return stamp_of(self.path) != self.stamp


def read_source(path: Path) -> tuple[Source, bytes | OSError]:
    """The bytes and the stamp of the very file they came from, or the error that came instead."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            return Source(path, _stamp(found)), file.read()
    except OSError as error:
        return Source(path, stamp_of(path)), error


def stamp_of(path: Path) -> Stamp | None:
    """The file's stamp now; None where there is no such file."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def _stamp(found: os.stat_result) -> Stamp:
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
