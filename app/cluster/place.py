"""Where the private cluster lives: a folder its system user can enter, a short socket folder, one lock."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, TypedDict

from app.cluster.errors import ClusterError

# A socket address holds 107 bytes; "/.s.PGSQL.5432.lock" takes 19 of them.
_SOCKET_FOLDER_BYTES = 107 - 19
_SOCKET_PREFIX = "gatami-"


class RunAs(TypedDict, total=False):
    """The arguments of subprocess.run that make the child another user."""

    user: str
    group: int
    extra_groups: list[str]


@dataclass(frozen=True)
class Owner:
    """The operating system user that PostgreSQL runs as: never root, because the server refuses it."""

    uid: int
    gid: int
    run_as: RunAs

    def adopt(self, folder: Path) -> None:
        """Make the folder this user's and nobody else's."""
        if self.run_as:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def can_use(self, folder: Path) -> bool:
        """Whether the user can enter and write there, asked of the system rather than read from mode bits."""
        asked = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(folder)],
            check=False,
            cwd="/",
            stderr=subprocess.DEVNULL,
            **self.run_as,
        )
        return asked.returncode == 0


def owner() -> Owner:
    """The user for the server: ourselves, or `postgres` when we are root."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid(), {})
    try:
        found = pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterError(
            "PostgreSQL refuses to run as root and there is no user postgres: run `apt-get install "
            "postgresql-postgis` as root, or run gatami as another user."
        ) from None
    return Owner(found.pw_uid, found.pw_gid, {"user": "postgres", "group": found.pw_gid, "extra_groups": []})


def choose_folder(wanted: Path, *, by: Owner) -> Path:
    """`wanted`, or a folder elsewhere when the server's user cannot enter it (a checkout below /root, say).

    A cluster that exists already decides; so the place does not change when permissions do.
    """
    elsewhere = _elsewhere(wanted)
    if not (wanted / "PG_VERSION").exists():
        if (elsewhere / "PG_VERSION").exists() or not _prepare(wanted, by=by):
            return _prepared_or_refused(elsewhere, by=by)
    elif not by.can_use(wanted):
        raise ClusterError(
            f"PostgreSQL's user may not enter {wanted}: give it rights on the folder and all "
            "folders above it, or set GATAMI_DATA_DIR to another folder."
        )
    return wanted


def _elsewhere(wanted: Path) -> Path:
    """The place to fall back to: always the same for the same wanted folder."""
    name = hashlib.sha256(str(wanted).encode()).hexdigest()[:16]
    root = Path("/var/lib") if os.geteuid() == 0 else Path.home() / ".local" / "state"
    return root / "gatami" / name / "postgres"


def _prepared_or_refused(folder: Path, *, by: Owner) -> Path:
    if not (folder / "PG_VERSION").exists() and not _prepare(folder, by=by):
        raise ClusterError(f"No database can be kept in {folder}: set GATAMI_DATA_DIR to a folder you can write to.")
    return folder


def _prepare(folder: Path, *, by: Owner) -> bool:
    """Make the folder with those above it, and tell whether the server's user can use it."""
    try:
        for above in reversed(folder.parents):
            if not above.exists():
                above.mkdir()
                above.chmod(0o755)
        folder.mkdir(exist_ok=True)
        by.adopt(folder)
    except OSError:
        return False
    if by.can_use(folder):
        return True
    with suppress(OSError):
        folder.rmdir()
    return False


def socket_folder(*, by: Owner) -> Path:
    """A new short folder for the socket that only the server's user, and root, can enter."""
    usual = Path(tempfile.gettempdir())
    fits = len(os.fsencode(usual)) + 20 <= _SOCKET_FOLDER_BYTES and by.can_use(usual)
    folder = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir=None if fits else "/tmp"))  # noqa: S108
    by.adopt(folder)
    return folder


def is_our_socket_folder(folder: Path, *, by: Owner) -> bool:
    """Whether a folder named by an old pid file is one of ours and still private, to be used again."""
    try:
        seen = folder.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(seen.st_mode) and stat.S_IMODE(seen.st_mode) == 0o700 and seen.st_uid == by.uid
    return private and folder.name.startswith(_SOCKET_PREFIX)


class DataFolderLock(AbstractContextManager["DataFolderLock"]):
    """Held by the one program that works on a data folder; the system lets go of it when the program dies.

    Raises ClusterError when another program holds it, or when the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = file.read().strip() or "unknown"
            file.close()
            raise ClusterError(
                f"The data folder {self._folder} is in use by another gatami (process {holder}): "
                "stop that one, or set GATAMI_DATA_DIR to another folder."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            # The file stays: removing it would let two programs hold locks on two files of one name.
            self._file.close()
            self._file = None

    def _open(self) -> IO[str]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            kept = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            return os.fdopen(kept, "r+", encoding="utf-8")
        except OSError as error:
            raise ClusterError(
                f"The data folder {self._folder} cannot be written ({error.strerror}): "
                "set GATAMI_DATA_DIR to a folder you can write to."
            ) from None
