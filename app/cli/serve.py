"""The parts of an installation, one process each: web server, worker, migrations."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from typing import Annotated

import typer

from app.cli.connect import database
from app.settings import Settings, get_settings

Parent = Annotated[int | None, typer.Option(hidden=True, help="Stop when this process is gone.")]


def serve(parent: Parent = None) -> None:
    """Start the web server; needs a database that is migrated."""
    import uvicorn

    settings = _begin(parent)
    with database() as url:
        os.environ["GATAMI_DATABASE_URL"] = url
        get_settings.cache_clear()
        from app.main import create_app

        # Made here in any case, so that a mistake in the rules file stops the start with its sentence.
        application = create_app()
        many = settings.web_workers > 1
        uvicorn.run(
            "app.main:create_app" if many else application,
            factory=many,
            host=settings.host,
            port=settings.port,
            workers=settings.web_workers,
            log_config=None,
            access_log=False,
            # Who is believed about the sender's address is decided by GATAMI_TRUSTED_PROXIES alone.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )


def worker(parent: Parent = None) -> None:
    """Start the worker, which delivers mails and forwardings; any number may run."""
    _begin(parent)
    with database() as url:
        os.environ["GATAMI_DATABASE_URL"] = url
        get_settings.cache_clear()
        from app.worker import run_worker

        run_worker(get_settings())


def migrate() -> None:
    """Bring the database to this version's tables."""
    from app.db import migrate as bring_up_to_date

    with database() as url:
        bring_up_to_date(url)
    typer.echo("The database has this version's tables.")


def _begin(parent: int | None) -> Settings:
    settings = get_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    if parent is not None:
        threading.Thread(target=_stop_when_gone, args=(parent,), daemon=True).start()
    return settings


def _stop_when_gone(parent: int) -> None:
    """End this process when `gatami run` was killed: nothing it started outlives it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
