"""The database of a command: the one that is set, or the private cluster of the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from app.cluster import Cluster, DataFolderLock
from app.settings import Settings, get_settings

DATABASE = "gatami"


@contextmanager
def database(*, migrated: bool = True) -> Iterator[str]:
    """The URL of a migrated database, for a command that works beside `gatami run` or without it.

    The private cluster is used as it runs, and else started for as long as the command takes. `migrated=False`
    leaves the tables as they are, for a command that only looks.
    """
    from app.db import migrate

    settings = get_settings()
    if settings.database_url:
        yield settings.database_url
        return
    cluster = private_cluster(settings)
    if cluster.running:
        yield cluster.url(DATABASE)
        return
    with DataFolderLock(settings.data_dir), started(cluster) as url:
        if migrated:
            migrate(url)
        yield url


@contextmanager
def started(cluster: Cluster) -> Iterator[str]:
    """Start the private cluster, give its database's URL, and stop it afterwards."""
    if cluster.moved:
        typer.echo(cluster.moved, err=True)
    if not cluster.exists:
        typer.echo(f"Making a database in {cluster.data_dir} ...", err=True)
    try:
        cluster.start()
        cluster.create_database(DATABASE)
        yield cluster.url(DATABASE)
    finally:
        cluster.stop()


def private_cluster(settings: Settings) -> Cluster:
    """The cluster in the data folder, started or not."""
    return Cluster(settings.data_dir / "postgres")
