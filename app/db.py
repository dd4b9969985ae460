"""Engine and transactions. `transaction()` is the only place in the project that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

PROJECT = Path(__file__).resolve().parent.parent

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
    """An engine whose sessions speak UTC; jit is off because short queries lose by it."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={
            "options": "-c timezone=UTC -c jit=off -c statement_timeout=60000",
            "application_name": "gatami",
        },
    )


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


def alembic_config(url: str) -> Config:
    """Alembic's configuration for this database, usable from any folder."""
    config = Config(str(PROJECT / "alembic.ini"))
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the database to this version's tables; in-process, because a second Python costs a second."""
    command.upgrade(alembic_config(url), "head")


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


def ping(session: Session) -> str:
    """The PostGIS version; also wakes PostGIS in this connection, whose first call is slow."""
    return str(session.scalar(text("SELECT postgis_lib_version()")))
