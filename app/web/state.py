"""What the running program holds: made once in app/main.py, reached by handlers through deps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from fastapi import FastAPI, Request

from app.db import SessionFactory
from app.lookup.registers import Registers
from app.routing import RulesFile
from app.settings import Settings
from app.storage import PhotoStore
from app.web.live import LiveDesk

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class AppState:
    """The parts that outlive a request."""

    settings: Settings
    session_factory: SessionFactory
    rules_file: RulesFile
    photos: PhotoStore
    secret: bytes
    clock: Clock = wall_clock
    # Photos are decoded one or two at a time, and whoever waits for that holds a thread: without turns, sixty small
    # files that unpack to large pictures took all threads, and no page was answered for a minute.
    photo_turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(8))

    @cached_property
    def session_turns(self) -> asyncio.Semaphore:
        """One for each request that may have a connection; the others wait here, where waiting holds no thread.

        A request with a connection needs a thread for each of its steps. With two hundred requests at once all threads
        waited for connections, and all connections for threads. A few are left for what opens a session of its own.
        """
        return asyncio.Semaphore(max(2 * self.settings.pool_size - 4, 1))

    @cached_property
    def live(self) -> LiveDesk:
        """The desk's pages that stand open."""
        return LiveDesk(self.session_factory, self.clock)

    @cached_property
    def registers(self) -> Registers:
        """Other people's registers, which remember how they were lately."""
        return Registers.of(self.settings)


def keep_state(app: FastAPI, state: AppState) -> None:
    """Attach the parts to the application."""
    app.state.gatami = state


def state_of(request: Request) -> AppState:
    """The parts, from a request."""
    state: AppState = request.app.state.gatami
    return state
