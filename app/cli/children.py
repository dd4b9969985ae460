"""Processes that `gatami run` looks after: started, started again when they die, stopped with it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import typer

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
_STEADY_SECONDS = 60.0
# Longer than the worker takes to finish the mail it is sending.
_STOP_SECONDS = 35.0


@dataclass
class Child:
    """One `gatami` subcommand in a process of its own, away from the terminal's Ctrl-C."""

    command: str
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait: float = _FIRST_WAIT
    due_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it; it loads its code and then waits for the database's URL."""
        arguments = [sys.executable, "-m", "app.cli", self.command, "--attended"]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, start_new_session=True)
        self.started_at = time.monotonic()

    def connect(self, url: str) -> None:
        """Tell it the database's URL, which sets it to work; the pipe stays open for as long as we live."""
        if self.process and self.process.stdin:
            # A child that died already is found out by its exit code.
            with suppress(BrokenPipeError):
                self.process.stdin.write(f"{url}\n".encode())
                self.process.stdin.flush()

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.poll() if self.process else None

    def keep_alive(self, url: str) -> None:
        """Start it again after a wait that doubles with every death, to at most 30 s."""
        if self.process is None:
            if time.monotonic() >= self.due_at:
                self.start()
                self.connect(url)
            return
        code = self.exit_code
        if code is None:
            return
        if time.monotonic() - self.started_at > _STEADY_SECONDS:
            self.wait = _FIRST_WAIT
        typer.echo(f"gatami {self.command} ended ({code}); it starts again in {self.wait:.0f} s.", err=True)
        self.process, self.due_at = None, time.monotonic() + self.wait
        self.wait = min(self.wait * 2, _LONGEST_WAIT)

    def ask_to_stop(self) -> None:
        """Ask it to finish what it is doing and end."""
        if self.process and self.exit_code is None:
            self.process.terminate()

    def end(self, *, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic seconds), then kill it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def stopped_after(child: Child) -> Iterator[Child]:
    """Start the child at once, and leave no child behind whatever happens."""
    child.start()
    try:
        yield child
    finally:
        stop_all([child])


def stop_all(children: list[Child]) -> None:
    """Ask all to stop at once and see to it that they do within 35 s."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + _STOP_SECONDS
    for child in children:
        child.end(deadline=deadline)
