"""`gatami backup` and `gatami restore`: database, photos and the key of the secret links, as one file."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import database, private_cluster, started
from app.cluster import DataFolderLock
from app.errors import Conflict, Invalid
from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.cli.archive import Manifest, Writer
    from app.models import Erasure

# What a service that nobody has used yet holds all the same.
_OWN_BOOKS = (
    "alembic_version",
    "rules_state",
    "map_tally",
    "sign_in_attempt",
    "procrastinate_",
    "retention_run",
    "erasure",
)

Advance = Callable[[int], None]
Show = Callable[[str, int | None], AbstractContextManager[Advance]]
File = Annotated[Path, typer.Argument(metavar="FILE.tar", help="The backup's file.", dir_okay=False)]


def backup(file: File) -> None:
    """Save the database, the photos and the key of the secret links as one file, also while GataMi runs.

    The file holds personal data and the key: keep it as safe as the service itself. Only you can read it (0600).
    """
    from app.cli import archive

    settings = get_settings()
    if not settings.database_url and not private_cluster(settings).exists:
        raise Invalid(f"There is nothing to back up in {settings.data_dir}: GataMi has never run there.")
    with database(migrated=False) as url, _bars() as show, archive.create(file) as writer:
        manifest = _fill(writer, url, settings, beside=file.parent, show=show)
    typer.echo(f"{file}: {_contents(manifest)} {file.stat().st_size / 1e6:.1f} MB, which only you can read.")


def restore(
    file: File,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Replace what the database and the photo folder hold.")] = False,
) -> None:
    """Put a backup back: all of it or, when something is wrong, nothing. GataMi must be stopped meanwhile."""
    from app.cli import archive

    settings = get_settings()
    with _bars() as show:
        with show("Checking the backup", file.stat().st_size if file.exists() else None) as advance:
            manifest = archive.verify(file, advance=advance)
        _refuse_newer(manifest)
        with _quiet_database(settings) as url:
            _refuse_filled(url, yes=yes)
            erased = _erased(url)
            _put_back(file, manifest, url, settings, show=show)
            again = _erase_again(url, erased, settings)
            waiting = _waiting(url)
    typer.echo(f"{file} is back: {_contents(manifest)}")
    if again:
        typer.echo(f"{again} of them were erased since the backup was made, and are erased again.")
    if waiting:
        typer.echo(f"{waiting} messages were waiting to be sent when the backup was made; the worker will send them.")
    if settings.secret_key:
        typer.echo("GATAMI_SECRET_KEY is set, so the backup's key was not used: links in earlier mails need that key.")


def _fill(writer: Writer, url: str, settings: Settings, *, beside: Path, show: Show) -> Manifest:
    """The database first: a photo is on the disk before its row is, so none that the dump knows is left out."""
    from app.cli import archive, dump

    with tempfile.TemporaryDirectory(prefix=".gatami-", dir=beside) as folder:
        path = Path(folder) / archive.DUMP
        with show("Saving the database", None) as advance:
            dumped = dump.dump(url, path, progress=advance)
        writer.add_file(archive.DUMP, path)
    writer.add(archive.KEY, io.BytesIO(settings.secret()))
    manifest = archive.Manifest(
        gatami=version("gatami"),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=dumped.revision,
        versions=dumped.versions,
        tables=dumped.tables,
        photos=_add_photos(writer, settings.photo_dir, show=show),
        files=writer.files,
    )
    writer.finish(manifest)
    return manifest


def _add_photos(writer: Writer, folder: Path, *, show: Show) -> int:
    from app.cli import archive

    names = sorted(archive.photo_names(folder))
    with show("Saving the photos", len(names)) as advance:
        for name in names:
            writer.add_file(f"photos/{name}", folder / name, missing_ok=True)
            advance(1)
    return sum(archive.is_whole_photo(name) for name in writer.files)


def _put_back(file: Path, manifest: Manifest, url: str, settings: Settings, *, show: Show) -> None:
    """Photos are added first and superfluous ones removed last, so that a crash between leaves none missing."""
    from app.cli import archive, dump
    from app.db import migrate

    photos = [name for name in manifest.files if name.startswith("photos/")]
    with show("Putting the photos back", len(photos)) as advance:
        for name, content in archive.photos(file):
            archive.write(settings.photo_dir / name, content)
            advance(1)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as folder:
        path = Path(folder) / archive.DUMP
        archive.extract(file, archive.DUMP, path)
        with show("Putting the database back", None) as advance:
            dump.restore(url, path, counts=manifest.tables, progress=advance)
    if not settings.secret_key:
        archive.extract(file, archive.KEY, settings.data_dir / "secret_key")
    for name in archive.photo_names(settings.photo_dir):
        if f"photos/{name}" not in manifest.files:
            (settings.photo_dir / name).unlink(missing_ok=True)
    migrate(url)


def _erased(url: str) -> list[Erasure]:
    """What people had erased, by the database that is about to be replaced: an older backup still knows them."""
    from sqlalchemy import inspect, select

    from app.db import make_engine, make_session_factory, transaction
    from app.models import Erasure

    engine = make_engine(url, pool_size=1)
    try:
        if not inspect(engine).has_table("erasure"):
            return []
        with transaction(make_session_factory(engine)) as session:
            return list(session.scalars(select(Erasure)))
    finally:
        engine.dispose()


def _erase_again(url: str, erased: list[Erasure], settings: Settings) -> int:
    from app.db import make_engine, make_session_factory, transaction
    from app.services.erasing import erase_again
    from app.storage import PhotoStore

    if not erased:
        return 0
    engine = make_engine(url, pool_size=1)
    try:
        with transaction(make_session_factory(engine)) as session:
            return erase_again(session, erased, photos=PhotoStore(settings.photo_dir))
    finally:
        engine.dispose()


@contextmanager
def _quiet_database(settings: Settings) -> Iterator[str]:
    """The database while nobody else works on it."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.database_url:
        with DataFolderLock(settings.data_dir), started(private_cluster(settings)) as url:
            yield url
        return
    statement = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'gatami'
    """
    if _ask(settings.database_url, statement):
        raise Conflict("GataMi works on this database now: stop the web server and the worker first, then restore.")
    yield settings.database_url


def _refuse_newer(manifest: Manifest) -> None:
    from app.db import knows_revision

    if not knows_revision(manifest.revision):
        raise Invalid(
            f"The backup was made by a newer GataMi ({manifest.gatami}, tables {manifest.revision}): install that "
            "version first, then restore."
        )


def _refuse_filled(url: str, *, yes: bool) -> None:
    import psycopg

    from app.cli import dump

    with dump.libpq(url) as address, psycopg.connect(address) as connection:
        counts = dump.count_rows(connection)
    filled = {table: count for table, count in counts.items() if count and not table.startswith(_OWN_BOOKS)}
    if filled and not yes:
        raise Conflict(
            f"The database is not empty ({filled.get('report', 0)} reports, {filled.get('staff', 0)} staff), and "
            "nothing was changed. To replace all of it and all photos, run the same command with --yes."
        )


def _waiting(url: str) -> int:
    return _ask(
        url,
        "SELECT (SELECT count(*) FROM delivery WHERE state = 'pending')"
        " + (SELECT count(*) FROM notification WHERE state = 'pending')",
    )


def _ask(url: str, statement: str) -> int:
    import psycopg

    from app.cli import dump

    with dump.libpq(url) as address, psycopg.connect(address) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return int(row[0]) if row else 0


def _contents(manifest: Manifest) -> str:
    return (
        f"{manifest.tables.get('report', 0)} reports, {manifest.photos} photos, {sum(manifest.tables.values())} rows "
        f"in {len(manifest.tables)} tables, made {manifest.made_at}."
    )


@contextmanager
def _bars() -> Iterator[Show]:
    """Progress bars on the terminal; in a file or a timer's mail there are none."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        @contextmanager
        def show(words: str, total: int | None) -> Iterator[Advance]:
            task = progress.add_task(words, total=total)
            yield lambda number: progress.advance(task, number)
            progress.update(task, total=progress.tasks[task].completed)

        yield show
