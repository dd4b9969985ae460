"""The models say the same as the migrations: tables, columns, indexes and keys that one has, the other has too."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from sqlalchemy import CheckConstraint

import app.models  # noqa: F401  (fills the metadata)
from app.db import Base

# The job queue makes its own tables, PostGIS and alembic theirs.
OF_OTHERS = ("procrastinate_", "spatial_ref_sys", "alembic_version")


def is_ours(thing, name, kind, reflected, compare_to) -> bool:
    if kind == "table" and reflected and name.startswith(OF_OTHERS):
        return False
    return alembic_helpers.include_object(thing, name, kind, reflected, compare_to)


def test_the_migrated_database_is_what_the_models_say(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        assert compare_metadata(context, Base.metadata) == []


def test_checks_of_the_models_are_those_of_the_database(engine):
    """Alembic does not look at them."""
    wanted = {
        f"{table.name}.{check.name}"
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    with engine.connect() as connection:
        found = connection.exec_driver_sql("""
            SELECT c.relname || '.' || k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE k.contype = 'c' AND n.nspname = 'public' AND c.relname <> 'spatial_ref_sys'
            AND c.relname NOT LIKE 'procrastinate%%'
        """).scalars()
        assert wanted == set(found)
