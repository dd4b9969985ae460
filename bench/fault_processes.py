"""The processes that are killed: two web servers and two workers, each started again at once.

They are forked from a process that has imported everything, because 200 starts from nothing would take longer
than the measurement may; they are real processes all the same, with connections and memory of their own.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import uvicorn

from app import worker
from app.main import create_app
from app.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

Role = str


def run_web(environment: dict[str, str], port: int) -> None:
    """What `gatami serve` does."""
    os.environ.update(environment)
    uvicorn.run(create_app(), port=port, log_config=None, access_log=False)


def run_worker(environment: dict[str, str]) -> None:
    """What `gatami worker` does."""
    os.environ.update(environment)
    worker.run_worker(Settings())


@dataclass
class Herd:
    """All that may be killed. `ports` are the web servers'."""

    environment: dict[str, str]
    ports: tuple[int, int]
    seed: int
    kills: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["app.main", "app.worker", "uvicorn", "bench.fault_processes"])
        self._running: dict[Role, ForkServerProcess] = {}

    def start(self) -> None:
        """All four."""
        for role in ("web 1", "web 2", "worker 1", "worker 2"):
            self._start(role)

    def kill_one(self) -> None:
        """SIGKILL to one of the four; nothing of it runs after that."""
        role = self._random.choice(sorted(self._running))
        process = self._running[role]
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        self.kills[role.split()[0]] += 1
        self._start(role)

    def kill_for(self, *, kills: int, pause: float) -> None:
        """So many kills, `pause` seconds apart on average, at random moments."""
        for _ in range(kills):
            time.sleep(self._random.uniform(0.2, 1.8) * pause)
            self.kill_one()

    def stop(self) -> None:
        """End what this started."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.join(15)
            process.kill()

    def _start(self, role: Role) -> None:
        if role.startswith("web"):
            target, given = run_web, (self.environment, self.ports[int(role[-1]) - 1])
        else:
            target, given = run_worker, (self.environment,)
        process = self._context.Process(target=target, args=given, name=role, daemon=True)
        process.start()
        self._running[role] = process
