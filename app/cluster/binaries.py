"""Finding PostgreSQL's programs. Debian keeps them off the PATH, and PostGIS has to be beside them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cluster.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOTS = (Path("/usr/lib/postgresql"), Path("/usr/local/lib/postgresql"), Path("/opt/homebrew/opt"))


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL that has PostGIS: its folder of programs and its major version."""

    folder: Path
    major: int

    def __getitem__(self, program: str) -> str:
        """The full path of a program, e.g. `initdb`."""
        return str(self.folder / program)


def find_binaries(*, major: int | None = None) -> Binaries:
    """The newest PostgreSQL with PostGIS, or the one of this major version when data of it exists already.

    Raises ClusterError when there is none, or none that can open data of that version.
    """
    installed = _installed()
    if not installed:
        raise ClusterError(
            "PostgreSQL with PostGIS is not installed: run `apt-get install postgresql-postgis` as root, "
            "or set GATAMI_DATABASE_URL to a database that has PostGIS."
        )
    newest = max(installed, key=lambda found: found.major)
    if major is None:
        return newest
    for found in installed:
        if found.major == major:
            return found
    raise ClusterError(_wrong_version(major, newest.major))


def _wrong_version(needed: int, newest: int) -> str:
    """The sentence for data that no installed PostgreSQL can open."""
    relation = "newer" if needed > newest else "older"
    return (
        f"The database in the data folder was made by PostgreSQL {needed}, {relation} than the installed "
        f"{newest}: run `apt-get install postgresql-{needed}-postgis-3` as root, or set GATAMI_DATA_DIR to "
        "another folder."
    )


def _installed() -> list[Binaries]:
    """Every PostgreSQL on this machine that has PostGIS, in order of search, each folder once."""
    folders = dict.fromkeys(folder.resolve() for folder in _candidates())
    return [Binaries(folder, _major(folder)) for folder in folders if _is_complete(folder)]


def _candidates() -> Iterator[Path]:
    """Folders that may hold the server's programs."""
    for root in _ROOTS:
        yield from sorted(root.glob("*/bin"), reverse=True)
    yield from Path("/usr").glob("pgsql-*/bin")
    for program in ("initdb", "pg_ctl", "postgres"):
        found = shutil.which(program)
        if found:
            yield Path(found).resolve().parent


def _is_complete(folder: Path) -> bool:
    """Whether server and PostGIS are both there; a client-only package has a folder of the same name."""
    programs = all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres"))
    return programs and any(path.exists() for path in _controls(folder))


def _controls(folder: Path) -> Iterator[Path]:
    """Where PostGIS's control file lies: Debian's tree, and the usual tree of other packagings."""
    yield folder.parents[3] / "share" / "postgresql" / folder.parent.name / "extension" / "postgis.control"
    for share in ("share/postgresql", "share"):
        yield folder.parent / share / "extension" / "postgis.control"


def _major(folder: Path) -> int:
    """The major version, by the server's own word."""
    said = subprocess.run([str(folder / "postgres"), "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found.group(1)) if found else 0
