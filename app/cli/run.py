"""`gatami run`: database, web server and worker together, until Ctrl-C."""

from __future__ import annotations

import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from app.cli.children import Child, stop_all, stopped_after
from app.cli.connect import private_cluster, started
from app.cluster import DataFolderLock
from app.errors import Invalid
from app.settings import Settings, get_settings

_READY_SECONDS = 60.0
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stopped(BaseException):
    """Somebody asked the program to end; not an error."""


def run() -> None:
    """Start everything: a database of our own unless GATAMI_DATABASE_URL is set, web server and worker."""
    settings = get_settings()
    _listen_for_stop()
    try:
        _refuse_used_port(settings)
        # The web server loads its code while the database starts; that is half of the time to the first page.
        with (
            DataFolderLock(settings.data_dir),
            stopped_after(Child("serve")) as web,
            _database(settings) as url,
        ):
            lines = _prepare(settings, url)
            _look_after(settings, web, url=url, lines=lines)
    except _Stopped:
        typer.echo("gatami has stopped.", err=True)


def _listen_for_stop() -> None:
    """Ctrl-C, kill and a closed terminal all end the program in order, children and database included."""

    def stop(*_: object) -> None:
        _do_not_disturb()
        raise _Stopped

    for name in _ENDING:
        signal.signal(name, stop)


def _do_not_disturb() -> None:
    """A second Ctrl-C must not interrupt the stopping."""
    for name in _ENDING:
        signal.signal(name, signal.SIG_IGN)


def _refuse_used_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Invalid(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}): stop the "
                "program that has it, or set GATAMI_PORT to another one."
            ) from None


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    if settings.database_url:
        yield settings.database_url
        return
    with started(private_cluster(settings)) as url:
        yield url


def _prepare(settings: Settings, url: str) -> list[str]:
    """Bring the tables up to date and load the demo; gives the lines to print beside the address."""
    from app.cli import demo
    from app.db import migrate

    migrate(url)
    # The setting tells: the demo never goes into a database that somebody else keeps.
    return demo.load_once(settings, url) if settings.demo and not settings.database_url else []


def _look_after(settings: Settings, web: Child, *, url: str, lines: list[str]) -> None:
    """Set web server and worker to work, and start them again when they die, until somebody stops us."""
    worker = Child("worker")
    children = [web, worker]
    try:
        web.connect(url)
        worker.start()
        worker.connect(url)
        _wait_until_ready(settings, children)
        _announce(settings, lines)
        while True:
            time.sleep(0.3)
            for child in children:
                child.keep_alive(url)
    finally:
        _do_not_disturb()
        stop_all(children)


def _wait_until_ready(settings: Settings, children: list[Child]) -> None:
    """Wait for the first answer; a child that cannot even start has said why, so all ends with it."""
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(settings):
        for child in children:
            if child.exit_code is not None:
                raise Invalid(f"gatami {child.command} could not start, see above; all is stopped again.")
        if time.monotonic() > deadline:
            typer.echo("The web server takes long to answer; see above for the reason.", err=True)
            return
        time.sleep(0.05)


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    address = f"http://[{host}]" if ":" in host else f"http://{host}"
    # Without the proxies of the environment: this server is next door.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}:{settings.port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _announce(settings: Settings, lines: list[str]) -> None:
    text = "\n  ".join(["", f"GataMi is ready: {settings.base_url}", *lines, "Ctrl-C stops it.", ""])
    typer.echo(text)
