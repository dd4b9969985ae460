"""The database as one file and back, by PostgreSQL's own programs, which know every kind of object it can hold."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

from app.errors import Conflict, Invalid

Advance = Callable[[int], None]

_CHUNK = 1 << 20
_PROGRAMS = ("pg_dump", "pg_restore", "psql")
_TABLE = re.compile(r"[a-z_][a-z0-9_]*")
# Extensions and what belongs to them stay: making them anew takes rights that the database's owner may not have.
TABLES: LiteralString = """
    SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
    ORDER BY 1
"""
_EMPTY = """
SET client_min_messages = warning;
DO $empty$
DECLARE statements text[]; statement text;
BEGIN
    WITH foreign_to_us AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'), ours AS (
        SELECT 'pg_class'::regclass AS kind, oid, CASE relkind WHEN 'S' THEN 2 ELSE 1 END AS turn,
               CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
               ELSE 'TABLE' END AS word, format('%I.%I', 'public', relname) AS name
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
        UNION ALL
        SELECT 'pg_proc'::regclass, oid, 3, 'ROUTINE', oid::regprocedure::text
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid, 4, 'TYPE', format('%I.%I', 'public', typname)
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE typnamespace = 'public'::regnamespace AND (typtype IN ('e', 'd') OR c.relkind = 'c')
    )
    SELECT array_agg(format('DROP %s IF EXISTS %s CASCADE', word, name) ORDER BY turn) INTO statements
    FROM ours WHERE NOT EXISTS (SELECT FROM foreign_to_us f WHERE f.classid = ours.kind AND f.objid = ours.oid);
    FOREACH statement IN ARRAY coalesce(statements, '{}') LOOP EXECUTE statement; END LOOP;
END $empty$;
"""


@dataclass(frozen=True)
class Programs:
    """A folder with pg_dump, pg_restore and psql of one version."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> str:
        """The full path of a program."""
        return str(self.folder / name)


def find_programs(server_major: int) -> Programs:
    """Programs that can read a server of this version: never older than it, and as near to it as possible."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("pg_dump")
    found = [
        Programs(folder, _major(folder))
        for folder in [*folders, *([Path(on_path).parent] if on_path else [])]
        if all((folder / name).exists() for name in _PROGRAMS)
    ]
    fitting = [one for one in found if one.major >= server_major]
    if not fitting:
        raise Invalid(
            f"pg_dump, pg_restore and psql of PostgreSQL {server_major} are not installed: "
            f"run `apt-get install postgresql-client-{server_major}` as root."
        )
    return min(fitting, key=lambda one: one.major)


def _major(folder: Path) -> int:
    said = subprocess.run([str(folder / "pg_dump"), "--version"], check=False, capture_output=True, text=True).stdout
    number = re.search(r"\) (\d+)", said)
    return int(number.group(1)) if number else 0


@contextmanager
def libpq(url: str) -> Iterator[str]:
    """The database's address as libpq wants it. The password goes by a file: arguments can be read by everybody."""
    address = make_url(url)
    plain = address._replace(drivername="postgresql", password=None).render_as_string(hide_password=False)
    if address.password is None:
        yield make_conninfo(plain)
        return
    with tempfile.NamedTemporaryFile("w", prefix="gatami-") as file:
        file.write("*:*:*:*:" + re.sub(r"([\\:])", r"\\\1", str(address.password)) + "\n")
        file.flush()
        yield make_conninfo(plain, passfile=file.name)


@dataclass(frozen=True)
class Dumped:
    """What a dump holds: rows by table, the tables' revision, and versions of the programs."""

    tables: dict[str, int]
    revision: str
    versions: dict[str, str]


def dump(url: str, to: Path, *, progress: Advance) -> Dumped:
    """Write the whole database, and count its tables' rows as of the same moment. `progress` hears of bytes."""
    with libpq(url) as address, psycopg.connect(address) as connection:
        programs = find_programs(connection.info.server_version // 10000)
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [[snapshot]] = connection.execute("SELECT pg_export_snapshot()").fetchall()
        dumped = Dumped(count_rows(connection), _revision(connection), _versions(connection))
        command = [
            programs["pg_dump"],
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--dbname={address}",
        ]
        with to.open("wb") as file, tempfile.TemporaryFile("w+") as said:
            running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
            with running:
                _copy(cast("IO[bytes]", running.stdout), file, progress=progress)
            _refuse_failure("pg_dump", running.returncode, said)
    return dumped


def count_rows(connection: psycopg.Connection) -> dict[str, int]:
    """table -> rows, for all tables but those of extensions."""
    counts = {}
    for [name] in connection.execute(TABLES).fetchall():
        statement = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name))
        [[counts[name]]] = connection.execute(statement).fetchall()
    return counts


def restore(url: str, source: Path, *, counts: Mapping[str, int], progress: Advance) -> None:
    """Replace all that is in the database by the dump, or change nothing: one transaction, checked at its end."""
    with libpq(url) as address, tempfile.TemporaryFile("w+") as said:
        with psycopg.connect(address) as connection:
            server = connection.info.server_version // 10000
        programs = find_programs(server)
        script = [programs["pg_restore"], "--file=-", "--no-owner", "--no-privileges", "--no-comments", str(source)]
        session = [
            programs["psql"],
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
            f"--dbname={address}",
        ]
        reading = subprocess.Popen(script, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
        writing = subprocess.Popen(session, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
        with reading, writing:
            _feed(reading, writing, server=server, check=_check(counts), progress=progress)
        _refuse_failure("The restore", reading.returncode or writing.returncode, said)
        _refresh_statistics(address)


def _feed(
    reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes], *, server: int, check: str, progress: Advance
) -> None:
    """psql commits when its input ends well, so it is killed when the dump did not."""
    source, target = cast("IO[bytes]", reading.stdout), cast("IO[bytes]", writing.stdin)
    try:
        target.write(_EMPTY.encode())
        first = source.read(_CHUNK)
        if server < 17:
            # Newer programs set what an older server does not know.
            first = first.replace(b"SET transaction_timeout = 0;\n", b"")
        target.write(first)
        _copy(source, target, progress=progress)
        if reading.wait() != 0:
            writing.kill()
            return
        target.write(check.encode())
        target.close()
    except BrokenPipeError:
        # psql has said why and is gone.
        reading.kill()
    except BaseException:
        writing.kill()
        reading.kill()
        raise


def _check(counts: Mapping[str, int]) -> str:
    """Every table has as many rows as it had, or the whole transaction is undone."""
    lines = [
        f'IF (SELECT count(*) FROM public."{table}") <> {int(count)} THEN '  # noqa: S608 - the name is checked
        f"RAISE EXCEPTION '{table} does not have its {int(count)} rows'; END IF;"
        for table, count in counts.items()
        if _TABLE.fullmatch(table)
    ]
    return "\nDO $check$ BEGIN\n" + "\n".join(lines) + "\nEND $check$;\n"


def _refresh_statistics(address: str) -> None:
    """Without them the first pages would be slow."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _copy(source: IO[bytes], target: IO[bytes], *, progress: Advance) -> None:
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        progress(len(chunk))


def _refuse_failure(what: str, code: int, said: IO[str]) -> None:
    if code == 0:
        return
    said.seek(0)
    lines = [line.strip() for line in said.read().splitlines() if line.strip()]
    telling = [line for line in lines if "ERROR" in line or "error" in line]
    reason = (telling or lines or [f"it ended with {code}"])[0]
    raise Conflict(f"{what} failed, and the database is as it was: {reason}")


def _revision(connection: psycopg.Connection) -> str:
    rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(rows[0][0]) if rows else ""


def _versions(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'postgis'").fetchall()
    return {
        "postgresql": connection.info.parameter_status("server_version") or "",
        "postgis": str(rows[0][0]) if rows else "",
    }
