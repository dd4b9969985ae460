"""The parts of an installation, one process each: web server, worker, migrations."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.cli.connect import database
from app.settings import Settings, get_settings

Attended = Annotated[
    bool,
    typer.Option("--attended", hidden=True, help="Get the database's URL on standard input; end with it."),
]


def serve(attended: Attended = False) -> None:
    """Start the web server; needs a database that is migrated."""
    _log_to_terminal()
    import uvicorn

    from app.main import create_app

    with _database(attended=attended) as settings:
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


def worker(attended: Attended = False) -> None:
    """Start the worker, which delivers mails and forwardings; any number may run."""
    _log_to_terminal()
    from app.worker import run_worker

    with _database(attended=attended) as settings:
        run_worker(settings)


def migrate() -> None:
    """Bring the database to this version's tables."""
    from app.db import migrate as bring_up_to_date

    with database() as url:
        bring_up_to_date(url)
    typer.echo("The database has this version's tables.")


@contextmanager
def _database(*, attended: bool) -> Iterator[Settings]:
    """The settings with the database's URL in them: from who looks after us, else as any command gets it."""
    if attended:
        yield _with_url(_url_from_parent())
        return
    with database() as url:
        from app.db import check_tables

        check_tables(url)
        yield _with_url(url)


def _with_url(url: str) -> Settings:
    # In the environment, because further web server processes read their settings there.
    os.environ["GATAMI_DATABASE_URL"] = url
    get_settings.cache_clear()
    return get_settings()


def _url_from_parent() -> str:
    """Wait for the database to be ready; from then on, the end of standard input ends this process."""
    url = sys.stdin.readline().strip()
    if not url:
        raise SystemExit(0)
    threading.Thread(target=_end_with_input, daemon=True).start()
    return url


def _end_with_input() -> None:
    """Even a kill -9 of `gatami run` closes its end of the pipe, so nothing it started outlives it."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


# PostgreSQL repeats the row that it refuses, and with it what people wrote; a row may have several lines.
_ROW = re.compile(r"\nDETAIL: .*?(?=\n\[SQL: |\n\nThe above exception|\n\nDuring handling|\Z)", re.DOTALL)


class WithoutRows(logging.Formatter):
    """Log lines and tracebacks without the rows that stand in the database's complaints."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole entry."""
        return _ROW.sub("\nDETAIL: left out", super().format(record))


def _log_to_terminal() -> None:
    level = get_settings().log_level.upper()
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutRows("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    if level != "DEBUG":
        # They tell of each plugin, and thrice of each job every minute.
        for talkative in ("alembic", "procrastinate"):
            logging.getLogger(talkative).setLevel(logging.WARNING)
