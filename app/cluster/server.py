"""Starting, stopping and asking the private cluster: a unix socket in a private folder is its only door."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.cluster.binaries import Binaries, find_binaries
from app.cluster.errors import ClusterError
from app.cluster.place import Owner, choose_folder, is_our_socket_folder, owner, socket_folder

_USER = "gatami"
_START_SECONDS = 120
# After a kill -9 of the server its children need a moment to let go of the shared memory.
_RETRY_SECONDS = 20.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    # Without rows and statements, which hold people's words, beside an error.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "timezone": "UTC",
}
# Without autovacuum plans rest on what a test wrote, and not on when a background process happened to look.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Cluster:
    """A PostgreSQL cluster of our own in `data_dir`, which is made when it is missing.

    `durable=False` trades safety for speed and is for tests only. Every method raises ClusterError.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.wanted_dir = data_dir.absolute()
        self._durable = durable
        self._found: tuple[Owner, Path, Binaries] | None = None

    @property
    def data_dir(self) -> Path:
        """Where the data is; differs from what was asked for when PostgreSQL's user cannot go there."""
        return self._resolve()[1]

    @property
    def moved(self) -> str | None:
        """A sentence on where the data is, when it is not where it was asked for."""
        if self.data_dir == self.wanted_dir:
            return None
        return f"PostgreSQL's user cannot enter {self.wanted_dir}, so the database is kept in {self.data_dir}."

    @property
    def exists(self) -> bool:
        """Whether there is a cluster already."""
        return (self.data_dir / "PG_VERSION").exists()

    @property
    def running(self) -> bool:
        """Whether a server runs on this data now, started by whomever."""
        return self._live_pid() is not None

    def start(self) -> None:
        """Make the cluster when it is missing, start it when it does not run; returns when it answers."""
        if not self.exists:
            self._initialise()
        if self.running:
            self._wait_until_ready()
            return
        self._start_server()

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server, if it runs, and wait for its end; `immediate` drops all without a checkpoint."""
        if not self.running:
            return
        socket = self._socket_folder()
        mode = "immediate" if immediate else "fast"
        self._run("pg_ctl", "stop", "-w", "-t", "60", "-m", mode, "-D", str(self.data_dir))
        if socket and is_our_socket_folder(socket, by=self._resolve()[0]):
            shutil.rmtree(socket, ignore_errors=True)

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of a database here; the cluster must run."""
        return f"postgresql+psycopg://{_USER}@/{quote(database)}?host={quote(str(self._socket()), safe='/')}"

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database, as a copy of `template` when given; nothing when it exists already."""
        source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        with suppress(psycopg.errors.DuplicateDatabase):
            self._administer("CREATE DATABASE {}", name, then=source)

    def drop_database(self, name: str) -> None:
        """Drop a database and everybody's connections to it; nothing when there is none."""
        self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _administer(self, statement: LiteralString, name: str, *, then: sql.Composable | None = None) -> None:
        command = sql.SQL(statement).format(sql.Identifier(name)) + (then or sql.SQL(""))
        with self._connect() as connection:
            connection.execute(command)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self._socket()), user=_USER, dbname="postgres", autocommit=True)

    def _resolve(self) -> tuple[Owner, Path, Binaries]:
        """Who runs it, where, with which programs: found once, because the answer costs two processes."""
        if self._found is None:
            # Nothing is written before the programs are found: a missing package leaves no trace.
            find_binaries()
            by = owner()
            folder = choose_folder(self.wanted_dir, by=by)
            self._found = (by, folder, find_binaries(major=_major_of(folder)))
        return self._found

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        by, _, binaries = self._resolve()
        # A file, not a pipe: the server inherits it, and a pipe would keep us waiting for as long as it runs.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            process = subprocess.Popen(
                [binaries[program], *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd="/",
                umask=0o077,
                env={"LC_ALL": "C", "PATH": os.defpath},
                start_new_session=True,
                **by.run_as,
            )
            try:
                process.wait()
            finally:
                # Ctrl-C waits for the second that this takes: half a start could not be stopped in order.
                process.wait()
            said.seek(0)
            return subprocess.CompletedProcess(process.args, process.returncode, said.read(), "")

    def _initialise(self) -> None:
        """initdb beside the data folder, then rename: a kill half-way leaves nothing like a cluster."""
        by, folder, _ = self._resolve()
        draft = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        by.adopt(draft)
        options = ["-D", str(draft), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        done = self._run("initdb", *options, *([] if self._durable else ["--no-sync"]))
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise ClusterError(f"The database could not be made in {folder}: {_last_line(done.stdout)}")
        try:
            folder.rmdir()
        except OSError:
            raise ClusterError(f"{folder} holds something that is not a database: move it away.") from None
        draft.rename(folder)
        self._found = None

    def _start_server(self) -> None:
        deadline = time.monotonic() + _RETRY_SECONDS
        while (problem := self._try_start()) is not None:
            if time.monotonic() > deadline or "still in use" not in problem:
                log = self.data_dir / "server.log"
                raise ClusterError(f"PostgreSQL does not start, see {log}: {_last_line(problem)}")
            time.sleep(0.2)

    def _try_start(self) -> str | None:
        """Start once; the server's complaint when it does not come up."""
        by, folder, _ = self._resolve()
        self._clear_away_the_dead()
        socket = socket_folder(by=by)
        log = folder / "server.log"
        log.unlink(missing_ok=True)
        arguments = [
            "-w",
            "-t",
            str(_START_SECONDS),
            "-D",
            str(folder),
            "-l",
            str(log),
            "-o",
            self._options(socket),
        ]
        done = self._run("pg_ctl", "start", *arguments)
        if done.returncode == 0:
            return None
        shutil.rmtree(socket, ignore_errors=True)
        return log.read_text(errors="replace") if log.exists() else done.stdout

    def _clear_away_the_dead(self) -> None:
        """Remove what a killed server left. Its number may be another process's by now, or a zombie's.

        Only then is the pid file removed: otherwise PostgreSQL reads in it whose shared memory to wait for.
        """
        before = self._socket_folder()
        if before and is_our_socket_folder(before, by=self._resolve()[0]):
            shutil.rmtree(before, ignore_errors=True)
        if self._pid_is_taken():
            (self.data_dir / "postmaster.pid").unlink(missing_ok=True)

    def _pid_is_taken(self) -> bool:
        """Whether the pid file is of no use to PostgreSQL, which would take its number for a live server."""
        pid = self._noted_pid()
        if pid is None:
            return True
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def _options(self, socket: Path) -> str:
        """The server's settings on its command line; pg_ctl hands them to a shell."""
        settings = _SETTINGS | {"unix_socket_directories": str(socket)} | ({} if self._durable else _NOT_DURABLE)
        return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())

    def _wait_until_ready(self) -> None:
        """Wait for a server that somebody else is just starting."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._connect().close()
            except (psycopg.OperationalError, ClusterError) as error:
                if time.monotonic() > deadline:
                    raise ClusterError(f"PostgreSQL does not answer, see {self.data_dir / 'server.log'}.") from error
                time.sleep(0.1)
            else:
                return

    def _pid_file(self) -> list[str]:
        try:
            return (self.data_dir / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _live_pid(self) -> int | None:
        """The server's process, unless the number is a dead server's and perhaps somebody else's by now."""
        pid = self._noted_pid()
        with suppress(OSError):
            # The server works inside its data folder, which no other process does.
            if pid and Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data_dir.resolve():
                return pid
        return None

    def _noted_pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def _socket_folder(self) -> Path | None:
        """The socket's folder by the pid file, which a killed server leaves behind."""
        lines = self._pid_file()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _socket(self) -> Path:
        folder = self._socket_folder()
        if folder is None:
            raise ClusterError(f"The private database in {self.data_dir} does not run: start it with `gatami run`.")
        return folder


def _major_of(folder: Path) -> int | None:
    """The major version that made this data; None when there is none yet."""
    try:
        return int((folder / "PG_VERSION").read_text().split(".")[0])
    except FileNotFoundError:
        return None


def _last_line(text: str) -> str:
    """The last line that says something: PostgreSQL puts the reason there."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (telling or lines or ["no reason given"])[-1]
