"""What the measurements share: a durable database of their own, servers as people run them, and one table."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.cluster import Cluster
from app.db import migrate
from app.settings import PROJECT

SECRET = "only for measurements, and nothing else at all"  # noqa: S105 - guards nothing


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ratio` is value over baseline, in the direction that `goal` speaks of."""

    name: str
    value: str
    baseline: str
    ratio: float | None
    goal: str
    ok: bool


class Server:
    """A web server in a process of its own, on a free port."""

    def __init__(self, arguments: list[str], environment: dict[str, str], port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            arguments, env=os.environ | environment, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def wait(self, path: str) -> float:
        """Seconds until a GET answers 200."""
        began = time.perf_counter()
        while time.perf_counter() - began < 60:
            try:
                if ask(self.connect(), "GET", path)[0] == 200:
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.02)
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended by itself with {self.process.returncode}.")
        raise RuntimeError("The server did not answer within a minute.")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(timeout=30)


class Environment:
    """Databases and servers that are gone afterwards."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.folder = Path(tempfile.mkdtemp(prefix="gatami-bench-"))
        # PostgreSQL's own user must be able to enter.
        self.folder.chmod(0o711)
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.cluster = Cluster(self.folder / "postgres", durable=True)
        self.cluster.start()
        stack.callback(self.cluster.stop, immediate=True)

    def database(self, name: str) -> str:
        """URL of a migrated database, empty when it is new."""
        self.cluster.create_database(name)
        migrate(self.cluster.url(name))
        return self.cluster.url(name)

    @contextmanager
    def gatami(self, url: str, **settings: str) -> Iterator[Server]:
        """gatami's own web server, one process, as `gatami serve` starts it; `settings` are more of its variables."""
        port = free_port()
        environment = {
            "GATAMI_DATABASE_URL": url, "GATAMI_PORT": str(port), "GATAMI_DATA_DIR": str(self.folder / "data"),
            "GATAMI_SECRET_KEY": SECRET, "GATAMI_LOG_LEVEL": "error",
            # Nothing leaves the machine.
            "GATAMI_ADDRESS_REGISTER": "", "GATAMI_NAME_REGISTER": "", "GATAMI_ROAD_REGISTER": "",
            # Everything comes from one address here; counted it is all the same.
            "GATAMI_LIMIT_REPORTS_PER_HOUR": "100000000", "GATAMI_LIMIT_SEARCHES_PER_HOUR": "100000000",
        } | settings  # fmt: skip
        yield from self._served([sys.executable, "-m", "app.cli", "serve"], environment, port, "/")

    @contextmanager
    def plain(self, application: str, url: str) -> Iterator[Server]:
        """A baseline application (`module:name`) in the same web server with the same settings."""
        port = free_port()
        arguments = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--no-access-log"]
        yield from self._served([*arguments, "--log-level", "error"], {"BENCH_DATABASE_URL": url}, port, "/")

    def _served(self, arguments: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[Server]:
        server = Server(arguments, environment, port)
        try:
            server.wait(path)
            yield server
        finally:
            server.stop()


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """One request over a kept connection: status and body as they came."""
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.read()


def seconds_in_turn(actions: list[Callable[[int], object]], *, times: int) -> list[float]:
    """Seconds of each action in its quicker half; they take turns, so that what else the machine does meets all alike.

    The middle of the quicker half: what else runs only ever adds, and adds unevenly.
    """
    seconds: list[list[float]] = [[] for _ in actions]
    for number in range(times):
        for action, taken in zip(actions, seconds, strict=True):
            taken.append(_timed(action, number))
    return [statistics.quantiles(taken, n=4)[0] for taken in seconds]


def _timed(action: Callable[[int], object], number: int) -> float:
    began = time.perf_counter()
    action(number)
    return time.perf_counter() - began


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def milliseconds(seconds: float) -> str:
    """For the table."""
    return f"{seconds * 1000:.1f} ms"


def print_table(rows: list[Row]) -> None:
    """The one table, as Markdown."""
    lines = [("measured", "value", "baseline", "ratio", "goal", "")] + [
        (row.name, row.value, row.baseline, "" if row.ratio is None else f"{row.ratio:.2f}", row.goal,
         "ok" if row.ok else "MISSED")
        for row in rows
    ]  # fmt: skip
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    lines.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    for line in lines:
        print("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |")
