"""A real PostGIS for the tests: one cluster per run, one database per worker, nothing of it left afterwards.

The cluster starts when the first test asks for it, so that pure tests do not wait. It never touches what
`gatami run` keeps. Tests share their database through a transaction that is rolled back (`session`); tests
that need several connections are marked `realdb` and take `real_session_factory`, which empties all tables.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.cluster import Cluster
from app.db import SessionFactory, make_engine, make_session_factory, migrate

# Not the checkout: a socket's address is short, and user postgres must be able to enter.
_ROOT = "/tmp"
_PREFIX = "gatami-test-"
_TEMPLATE = "gatami_template"
_FOLDER = pytest.StashKey[Path]()
# Rows that a migration leaves behind or that PostGIS brings.
_KEPT = {"alembic_version", "spatial_ref_sys"}


def pytest_configure(config: pytest.Config) -> None:
    """The controller makes the run's folder; workers are told of it."""
    given = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[_FOLDER] = Path(given["gatami_folder"])
        return
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_ROOT))
    folder.chmod(0o711)
    config.stash[_FOLDER] = folder


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """xdist asks here what each worker should know."""
    node.workerinput["gatami_folder"] = str(node.config.stash[_FOLDER])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Only the controller tidies up, when the last worker is done."""
    if not hasattr(config, "workerinput") and _FOLDER in config.stash:
        _remove(config.stash[_FOLDER])


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The run's cluster, started, with a migrated template in it."""
    folder = request.config.stash[_FOLDER]
    cluster = Cluster(folder / "postgres", durable=False)
    with _one_at_a_time(folder):
        cluster.start()
        ready = folder / "template-is-ready"
        if not ready.exists():
            cluster.create_database(_TEMPLATE)
            migrate(cluster.url(_TEMPLATE))
            ready.touch()
    return cluster


@pytest.fixture(scope="session")
def make_database(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """The URL of another database: `make_database("name")` is migrated, with `migrated=False` it is bare."""
    folder = request.config.stash[_FOLDER]
    made: list[str] = []

    def make(name: str, *, migrated: bool = True) -> str:
        full = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
        with _one_at_a_time(folder):
            cluster.drop_database(full)
            cluster.create_database(full, template=_TEMPLATE if migrated else None)
        made.append(full)
        return cluster.url(full)

    yield make
    for name in made:
        cluster.drop_database(name)


@pytest.fixture(scope="session")
def database_url(make_database: Callable[..., str]) -> str:
    """This worker's database."""
    return make_database("test")


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Connections to this worker's database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose commits are savepoints of a transaction that is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        if outer.is_active:
            outer.rollback()


@pytest.fixture
def real_session_factory(engine: Engine, request: pytest.FixtureRequest) -> Iterator[SessionFactory]:
    """Sessions that commit for real, on connections of their own; all tables are emptied after the test."""
    if request.node.get_closest_marker("realdb") is None:
        pytest.fail("A test that commits for real is marked with @pytest.mark.realdb.")
    yield make_session_factory(engine)
    _empty(engine)


# Deleting rows is ten times as quick as TRUNCATE, which makes new files for every table and index; but what was
# deleted stays in the files, so that a test with very many rows would make all later ones slow.
_LARGE = 4_000_000


def _empty(engine: Engine) -> None:
    """Empty every table, the job queue's included; gives up on a table that somebody still holds."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        sizes = dict(connection.execute(_TABLES, {"kept": sorted(_KEPT)}).all())
        used = [f'"{name}"' for name, size in sizes.items() if size]
        if max(sizes.values()) > _LARGE:
            connection.execute(text("SET LOCAL gatami.history_may_go = 'yes'"))
            connection.execute(text(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE"))
            return
        # Neither triggers nor foreign keys: all rows go.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in used:
            connection.execute(text(f"DELETE FROM {table}"))
        for sequence in connection.scalars(_SEQUENCES).all():
            connection.execute(text(f'ALTER SEQUENCE "{sequence}" RESTART'))


_TABLES = text("""
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(:kept)
""")
_SEQUENCES = text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Workers take turns here: a template can be copied by one of them at a time."""
    with (folder / "turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sweep() -> None:
    """Remove what a killed run left: its server would run on for ever."""
    for folder in Path(_ROOT).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if folder.stat().st_uid == os.geteuid() and not Path(f"/proc/{pid}").exists():
            _remove(folder)


def _remove(folder: Path) -> None:
    if (folder / "postgres" / "PG_VERSION").exists():
        with suppress(Exception):
            Cluster(folder / "postgres").stop(immediate=True)
    shutil.rmtree(folder, ignore_errors=True)
