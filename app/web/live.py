"""The desk's pages that stand open hear of new reports and of each other's decisions, by server-sent events.

One task for each process asks the database once a second, however many pages listen, and only while one does: a page
costs no connection. What a page has not fetched yet is one set of references, so a slow reader costs no memory either.
The stream is specified in the HTML standard, "Server-sent events".
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta

import orjson
from starlette.concurrency import run_in_threadpool

from app.db import SessionFactory, transaction
from app.queries import live
from app.services import claims

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
# Often enough for the proxies in between, which close what is silent for a minute.
SILENCE_SECONDS = 20.0
# A decision carries the time of its request and is seen when it is committed, which may be a while later.
OVERLAP = timedelta(seconds=15)
MOST_PAGES = 1000


class LiveDesk:
    """The open pages of one process."""

    def __init__(self, session_factory: SessionFactory, clock: Callable[[], datetime]) -> None:
        self._session_factory = session_factory
        self._clock = clock
        self._pages: set[_Page] = set()
        self._task: asyncio.Task[None] | None = None
        self._before: live.Moment | None = None

    @property
    def is_full(self) -> bool:
        """Whether one more page would be too many."""
        return len(self._pages) >= MOST_PAGES

    async def events(self, token_hash: str) -> AsyncIterator[bytes]:
        """The stream for one page: what changes from now on, until the session ends or the page is left."""
        page = _Page(token_hash)
        self._pages.add(page)
        if self._task is None or self._task.done():
            self._before = None
            self._task = asyncio.create_task(self._watch())
        try:
            yield b"retry: 3000\n\n"
            async for event in page.events():
                yield event
        finally:
            self._pages.discard(page)

    def close(self) -> None:
        """Let every page go, as when the server ends: an open stream would keep it waiting."""
        for page in self._pages:
            page.leave()

    async def _watch(self) -> None:
        told = False
        while self._pages:
            try:
                await self._look()
                told = False
            except Exception:
                if not told:
                    log.exception("Could not ask the database what is new at the desk; it is tried again")
                told = True
            await asyncio.sleep(EVERY_SECONDS)

    async def _look(self) -> None:
        """Compare what the database says now with what it said before, and tell the pages."""
        pages = list(self._pages)
        valid, now = await run_in_threadpool(self._ask, {page.token_hash for page in pages})
        changed = set(self._changes(now)) if self._before is not None else set()
        self._before = now
        for page in pages:
            page.hear(changed, new=now.new, gone=page.token_hash not in valid)

    def _ask(self, token_hashes: set[str]) -> tuple[set[str], live.Moment]:
        at = self._clock()
        with transaction(self._session_factory) as session:
            valid = live.still_at_the_desk(session, token_hashes, at=at)
            return valid, live.moment(session, since=at - OVERLAP, at=at, claim_lasts=claims.LASTS)

    def _changes(self, now: live.Moment) -> Iterator[str]:
        before = self._before or now
        yield from (one for one, version in now.versions.items() if before.versions.get(one) != version)
        yield from (one for one, _ in now.claims.items() ^ before.claims.items())


class _Page:
    """One open page and what it has not heard yet."""

    def __init__(self, token_hash: str) -> None:
        self.token_hash = token_hash
        self.news: set[str] = set()
        self.new = 0
        self.gone = self.left = False
        self.woken = asyncio.Event()

    def hear(self, changed: set[str], *, new: int, gone: bool) -> None:
        """What the page has yet to be told."""
        self.news |= changed
        self.new = new
        self.gone = self.gone or gone
        if self.news or self.gone:
            self.woken.set()

    def leave(self) -> None:
        """The stream ends with the next turn; its reader comes back when there is a server again."""
        self.left = True
        self.woken.set()

    async def events(self) -> AsyncIterator[bytes]:
        """Events as bytes of the stream; a line of comment in a silence."""
        while not (self.gone or self.left):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), SILENCE_SECONDS)
            self.woken.clear()
            yield self._changed() if self.news else b": nothing new\n\n"
        if self.gone:
            yield b"event: gone\ndata: {}\n\n"

    def _changed(self) -> bytes:
        news, self.news = self.news, set()
        data = orjson.dumps({"references": sorted(news)[: live.MOST], "new": self.new})
        return b"event: changed\ndata: " + data + b"\n\n"
