"""gatami on a port of its own, for browsers and for whatever needs real connections."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import uvicorn

from app.settings import Settings
from app.storage import PhotoStore
from app.web.state import AppState
from tests.application import SECRET, Clock, app_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.db import SessionFactory
    from app.routing import RulesFile


@dataclass(frozen=True)
class LiveServer:
    """Where the server listens, and the parts it runs with."""

    url: str
    state: AppState


@pytest.fixture
def live_server(
    real_session_factory: SessionFactory, rules_file: RulesFile, clock: Clock, tmp_path: Path
) -> Iterator[LiveServer]:
    """gatami on a port of its own, with real commits and the test's clock. Mark the test with realdb."""
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_key=SECRET.decode(),
        database_url="postgresql://nobody@nowhere/nothing",
        tile_url="https://tiles.example/{z}/{x}/{y}.png",
        form_seconds=0,
        address_register="",
        name_register="",
        road_register="",
    )
    state = AppState(
        settings=settings,
        session_factory=real_session_factory,
        rules_file=rules_file,
        photos=PhotoStore(settings.photo_dir),
        secret=SECRET,
        clock=clock,
    )
    server = uvicorn.Server(
        uvicorn.Config(app_with(state, kind="on a port"), port=0, log_level="error", timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "The server did not start."
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield LiveServer(f"http://127.0.0.1:{port}", state)
    server.should_exit = True
    thread.join(timeout=10)
