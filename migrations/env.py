"""Alembic's entry: the address comes from `app.db.alembic_config`, or from the settings on the command line."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, pool

import app.models  # noqa: F401  (fills the metadata)
from app.db import Base
from app.settings import get_settings


def run() -> None:
    """Run the migrations, each in its own transaction, and give up on a lock after ten seconds."""
    url = context.config.attributes.get("url") or get_settings().database_url
    if not url:
        raise SystemExit("Set GATAMI_DATABASE_URL, or use `gatami migrate`, which knows the private cluster.")
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": "-c lock_timeout=10000"})
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            include_object=include_object,
            process_revision_directives=alembic_helpers.writer,
            render_item=alembic_helpers.render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def include_object(thing, name, kind, reflected, compare_to):
    """Leave the queue's tables and PostGIS's own alone."""
    if kind == "table" and reflected and name.startswith(("procrastinate_", "spatial_ref_sys")):
        return False
    return alembic_helpers.include_object(thing, name, kind, reflected, compare_to)


run()
