"""Engine and transactions. `transaction()` is the only place in the project that commits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from psycopg.types.json import Jsonb
from sqlalchemy import Engine, MetaData, create_engine, event, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.errors import Invalid

PROJECT = Path(__file__).resolve().parent.parent

RESTED_SECONDS = 2.0

SessionFactory = sessionmaker[Session]


class Base(DeclarativeBase):
    """All tables; constraints have names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine whose sessions speak UTC; jit is off because short queries lose by it.

    Errors do not repeat the values of their statement: they end in logs, and the values are people's words.
    """
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        connect_args={
            "options": "-c timezone=UTC -c jit=off -c statement_timeout=60000",
            "application_name": "gatami",
        },
    )
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _try_after_rest)
    return engine


def _note_rest(_raw: psycopg.Connection, record: ConnectionPoolEntry) -> None:
    record.info["rested_since"] = time.monotonic()


def _try_after_rest(raw: psycopg.Connection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    """Ask a connection that has rested whether it still lives; asking each time would cost every request a journey."""
    if time.monotonic() - record.info.get("rested_since", 0.0) < RESTED_SECONDS:
        return
    try:
        raw.execute("SELECT 1")
        raw.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error  # The pool makes a new one.


def make_session_factory(bind: Any) -> SessionFactory:
    """Sessions that keep their objects usable after the commit, because pages are rendered from them."""
    return sessionmaker(bind=bind, expire_on_commit=False)


@contextmanager
def transaction(factory: SessionFactory) -> Iterator[Session]:
    """One request or one job: commits when the block ends, rolls everything back when it raises."""
    with factory() as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def was_in_the_way(error: DBAPIError) -> bool:
    """Whether the database gave one of two transactions up because they waited for each other: nothing is broken."""
    return isinstance(error.orig, (DeadlockDetected, LockNotAvailable, SerializationFailure))


@contextmanager
def reading(factory: SessionFactory) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The driver's connection for one statement that only reads, for which a session would take longer than it does."""
    bind = factory.kw["bind"]
    if not isinstance(bind, Engine):  # A test's session stands in the test's own transaction.
        with factory() as session:
            yield driver(session)
        return
    pooled = bind.raw_connection()
    try:
        connection: psycopg.Connection[tuple[Any, ...]] = pooled.driver_connection  # type: ignore[assignment]
        connection.autocommit = True
        yield connection
        connection.autocommit = False
    except BaseException:
        pooled.invalidate()
        raise
    finally:
        pooled.close()


def driver(session: Session) -> psycopg.Connection[tuple[Any, ...]]:
    """The driver's own connection in the session's transaction, for the few places where SQLAlchemy's price shows."""
    session.flush()  # What is pending must be there for statements that the session does not see.
    connection: psycopg.Connection[tuple[Any, ...]] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return connection


@contextmanager
def short_work(factory: SessionFactory) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The driver's own connection beside any request's transaction: each statement is committed by itself.

    A fifth of the time of a session with its transaction, for what every request does. A session that is bound to one
    connection, as in tests, works on that one.
    """
    engine = factory.kw["bind"]
    if not isinstance(engine, Engine):
        with transaction(factory) as session:
            yield driver(session)
        return
    with engine.connect() as pooled:
        connection: psycopg.Connection[tuple[Any, ...]] = pooled.connection.driver_connection  # type: ignore[assignment]
        connection.autocommit = True
        try:
            yield connection
        finally:
            if connection.closed:
                pooled.invalidate()
            else:
                connection.autocommit = False


def insert_row(session: Session, new: Base) -> None:
    """Insert one new object by a plain statement, an eighth of a flush's time; it is then as if it had been loaded.

    Its key comes from the database. What it refers to must be stored before, what refers to it is left to the session.
    """
    statement, columns = _insertion(type(new))
    given = new.__dict__
    values = [column.value(given) for column in columns]
    row = driver(session).execute(statement, values).fetchone()
    new.id = row[0] if row else None  # type: ignore[attr-defined]
    for column in columns:
        given.setdefault(column.key, None)
    make_transient_to_detached(new)


@dataclass(frozen=True, slots=True)
class _Inserted:
    """One column of a plain INSERT."""

    key: str
    default: Any
    is_json: bool

    def value(self, given: dict[str, Any]) -> Any:
        """What is stored; a default that was used stays on the object."""
        value = given.get(self.key)
        if value is None and self.default is not None:
            value = given[self.key] = self.default.arg(None) if self.default.is_callable else self.default.arg
        return Jsonb(value, orjson.dumps) if self.is_json and value is not None else value


@lru_cache
def _insertion(kind: type[Base]) -> tuple[str, list[_Inserted]]:
    mapper = inspect(kind)
    columns = [column for column in mapper.local_table.columns if not (column.computed or column.identity)]
    names = ", ".join(column.name for column in columns)
    values = ", ".join(["%s"] * len(columns))
    # Names of our own tables and columns only.
    statement = f"INSERT INTO {kind.__tablename__} ({names}) VALUES ({values}) RETURNING id"  # noqa: S608
    return statement, [
        _Inserted(mapper.get_property_by_column(column).key, column.default, isinstance(column.type, JSONB))
        for column in columns
    ]


def alembic_config(url: str) -> Config:
    """Alembic's configuration for this database, usable from any folder."""
    config = Config(str(PROJECT / "alembic.ini"))
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the database to this version's tables; in-process, because a second Python costs a second.

    Raises `Invalid` for a database of a newer version: its tables are left as they are.
    """
    try:
        command.upgrade(alembic_config(url), "head")
    except CommandError:
        check_tables(url)
        raise


def check_tables(url: str) -> None:
    """Raise `Invalid`, with what to do, unless the database has this version's tables."""
    engine = make_engine(url, pool_size=1)
    try:
        current, newest, known = revisions(engine)
    finally:
        engine.dispose()
    if not known:
        raise Invalid(
            f"The database's tables ({current}) are of a newer version of GataMi than this one ({newest}): "
            "install that version, or restore a backup that this one made."
        )
    if current != newest:
        raise Invalid("The database does not have this version's tables yet: run `gatami migrate` first.")


def revisions(engine: Engine) -> tuple[str | None, str | None, bool]:
    """(revision of the database, newest revision of this version, whether the database's one is known here)."""
    script = ScriptDirectory.from_config(alembic_config(str(engine.url)))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = current is None or current in {step.revision for step in script.walk_revisions()}
    return current, script.get_current_head(), known


def knows_revision(revision: str) -> bool:
    """Whether this version of the program knows the tables of this revision."""
    script = ScriptDirectory.from_config(alembic_config(""))
    return revision in {step.revision for step in script.walk_revisions()}
