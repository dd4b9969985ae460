"""`gatami run` as a person at a terminal sees it: real processes, a real port, a data folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from app.cluster import Cluster
from app.settings import PROJECT

PATIENCE = 60.0


class Running:
    """One `gatami run`."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.log = folder / f"out-{time.monotonic_ns()}.txt"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "run"],
                cwd=PROJECT,
                env=_environment(folder, port),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def says(self) -> str:
        return self.log.read_text()

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.says()
            time.sleep(0.05)

    def ready(self) -> Running:
        self.until(lambda: "GataMi is ready" in self.says() or self.process.poll() is not None)
        assert self.process.poll() is None, self.says()
        return self

    def children(self) -> dict[str, int]:
        """Process numbers of web server and worker."""
        found = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, IndexError):
                words = (status.parent / "cmdline").read_text().split("\0")
                parent = int(status.read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and "--attended" in words:
                    found[words[words.index("--attended") - 1]] = int(status.parent.name)
        return found

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)


def _environment(folder: Path, port: int) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GATAMI_")}
    own |= {f"GATAMI_{name}_REGISTER": "" for name in ("ADDRESS", "NAME", "ROAD")}
    return own | {"GATAMI_DATA_DIR": str(folder / "var"), "GATAMI_PORT": str(port), "GATAMI_DEMO": "false"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _try(folder: Path, port: int, **more: str) -> tuple[int, str]:
    """A start that ends by itself: how, and with what sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "run"],
        cwd=PROJECT,
        env=_environment(folder, port) | more,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stderr


def _command(name: str, folder: Path) -> str:
    """What another subcommand prints; it has to succeed."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", name],
        cwd=PROJECT,
        env=_environment(folder, _free_port()),
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=True,
    ).stdout


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One data folder for all: every start after the first takes two seconds less."""
    made = Path(tempfile.mkdtemp(prefix="gatami-run-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    if (made / "var" / "postgres" / "PG_VERSION").exists():
        Cluster(made / "var" / "postgres").stop(immediate=True)
    shutil.rmtree(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Running]]:
    started: list[Running] = []

    def start() -> Running:
        started.append(Running(folder, _free_port()))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


def test_it_serves_until_ctrl_c_and_then_nothing_is_left_running(start: Callable[[], Running], folder: Path) -> None:
    running = start().ready()
    assert f"http://127.0.0.1:{running.port}" in running.says()
    assert running.get("/healthz") == running.get("/readyz") == 200
    assert running.children().keys() == {"serve", "worker"}

    code, said = _try(folder, running.port)
    assert code == 1
    assert f"Port {running.port} on 127.0.0.1 cannot be used" in said
    assert "GATAMI_PORT" in said
    code, said = _try(folder, _free_port())
    assert code == 1
    assert f"in use by another gatami (process {running.process.pid})" in said

    children = running.children()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(PATIENCE) == 0, running.says()
    assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())
    assert not Cluster(folder / "var" / "postgres").running
    assert "Traceback" not in running.says()


def test_a_worker_and_a_web_server_that_die_are_started_again(start: Callable[[], Running]) -> None:
    running = start().ready()
    for name in ("worker", "serve"):
        before = running.children()[name]
        os.kill(before, signal.SIGKILL)
        running.until(lambda name=name, before=before: running.children().get(name, before) != before)
        assert f"gatami {name} ended (-9); it starts again in 1 s." in running.says()


def test_after_a_kill_9_nothing_of_it_lives_on_and_the_next_start_finds_the_data(
    start: Callable[[], Running], folder: Path
) -> None:
    running = start().ready()
    _one(folder, "CREATE TABLE kept AS SELECT 42 AS answer")
    children = running.children()
    running.process.kill()
    running.process.wait()
    running.until(lambda: not any(_is_alive(pid) for pid in children.values()))
    again = start().ready()
    assert again.get("/readyz") == 200
    assert _one(folder, "SELECT answer FROM kept") == 42


def test_a_command_works_beside_gatami_run_and_without_it(start: Callable[[], Running], folder: Path) -> None:
    running = start().ready()
    sentence = "The database has this version's tables.\n"
    assert _command("migrate", folder) == sentence
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(PATIENCE) == 0
    assert _command("migrate", folder) == sentence
    assert not Cluster(folder / "var" / "postgres").running


def test_what_cannot_work_is_said_in_one_sentence_without_a_traceback(folder: Path) -> None:
    code, said = _try(folder, _free_port(), GATAMI_PORT="many")
    assert code == 1
    assert said.startswith("gatami: GATAMI_PORT: ")
    assert said.count("\n") == 1

    (folder / "rules.yaml").write_text("units: nothing")
    code, said = _try(folder, _free_port(), GATAMI_RULES_FILE=str(folder / "rules.yaml"))
    assert code == 1
    assert "rules.yaml" in said
    assert "gatami serve could not start, see above; all is stopped again." in said
    assert "Traceback" not in said


def _one(folder: Path, sql: str) -> object:
    """The first value of the answer, asked of the private cluster."""
    url = Cluster(folder / "var" / "postgres").url("gatami").replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        answer = connection.execute(sql)
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def _is_alive(pid: int) -> bool:
    """Whether it runs; a zombie that nobody has asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
