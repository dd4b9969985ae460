"""create_app(): settings, rules, middleware, routers; no logic."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from types import FrameType

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware

from app.db import make_engine, make_session_factory, transaction
from app.routing import RulesFile
from app.services import rules_watch
from app.services.areas import AreaWatch
from app.services.deadlines import counting_by
from app.settings import Settings, get_settings
from app.storage import PhotoStore
from app.web import api, pages
from app.web.access_log import AccessLog
from app.web.bodies import JsonLimit
from app.web.cors import OpenReading
from app.web.errors import register_errors
from app.web.head import HeadAsGet
from app.web.live import LiveDesk
from app.web.openapi import describe
from app.web.security import SecurityHeaders
from app.web.state import AppState, keep_state
from app.web.static import VersionedStatic

log = logging.getLogger(__name__)
RULES_EVERY_SECONDS = 1.0


def create_app(state: AppState | None = None) -> FastAPI:
    """The web application; tests hand in their own state."""
    state = state or make_state(get_settings())
    app = FastAPI(
        title="GataMi",
        version="1",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        summary="Reports on what a municipality should mend",
    )
    keep_state(app, state)
    register_errors(app)
    app.add_middleware(JsonLimit)
    app.add_middleware(OpenReading)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=5)
    app.add_middleware(SecurityHeaders, settings=state.settings)
    app.add_middleware(HeadAsGet)
    app.add_middleware(AccessLog)
    for router in (*pages.routers(), *api.routers()):
        app.include_router(router)
    describe(app)
    app.mount("/static", VersionedStatic(), name="static")
    return app


def make_state(settings: Settings) -> AppState:
    """The long-lived parts, from the settings. A rules file with mistakes stops the start here."""
    engine = make_engine(settings.database_url or "", pool_size=settings.pool_size)
    rules_file = RulesFile(settings.rules_file)
    return AppState(
        settings=settings,
        session_factory=counting_by(rules_file.current, make_session_factory(engine)),
        rules_file=rules_file,
        photos=PhotoStore(settings.photo_dir),
        secret=settings.secret(),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: AppState = app.state.gatami
    areas = AreaWatch()
    await run_in_threadpool(_take_over, state, areas, announce=True)
    _spare_the_collector()
    watcher = asyncio.create_task(_watch_rules(state, areas))
    with _pages_let_go_at_the_end(state.live):
        yield
    watcher.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watcher


@contextlib.contextmanager
def _pages_let_go_at_the_end(live: LiveDesk) -> Iterator[None]:
    """The server waits for open answers before it ends its lifespan, so streams must end at the signal itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def let_go(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(live.close)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in before:
        signal.signal(number, let_go)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _spare_the_collector() -> None:
    """What is here at the start stays, so looking through it again and again would be half of some requests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _take_over(state: AppState, areas: AreaWatch, *, announce: bool) -> None:
    """Areas that were imported, and, where the file changed, the word to the other processes and what it closes."""
    with transaction(state.session_factory) as session:
        areas.refresh(session, state.rules_file)
        if announce:
            rules_watch.announce(session, state.rules_file, at=state.clock())
    if announce:
        rules_watch.close_private(state.session_factory, state.rules_file.current)


async def _watch_rules(state: AppState, areas: AreaWatch) -> None:
    """Look at the file and the imported areas every second; a lost database must not end the watch."""
    refresh: Callable[[], object] = state.rules_file.refresh
    told = due = False
    while True:
        await asyncio.sleep(RULES_EVERY_SECONDS)
        changed = await run_in_threadpool(refresh) is not None
        if changed:
            log.warning("The rules file changed: %s", state.rules_file.error or "the new rules are in force")
        due = due or changed
        try:
            await run_in_threadpool(_take_over, state, areas, announce=due)
            told = due = False
        except Exception:
            if not told:
                log.exception("Could not speak of rules and areas with the database; it is tried again")
            told = True
