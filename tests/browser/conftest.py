"""A real server and a real browser. Commits are real, tables are emptied, nothing leaves the machine."""

from __future__ import annotations

import mimetypes
import os
import re
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, sync_playwright

from app.settings import PROJECT
from app.web.vendor import VENDOR_FILES
from tests.serving import LiveServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["LiveServer"]

# The first that is there. Chromium's headless build opens a page in half the time of the whole browser.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HEADLESS = ("chromium-headless-shell", *BROWSERS)
VENDOR = PROJECT / "static" / "vendor"
NAMES_OF_CDN = {file.cdn_url: file.local_path for file in VENDOR_FILES.values()}
# What goes to our own server is not looked at here: each look takes a turn of the test's process.
ELSEWHERE = re.compile(r"^(?!(blob|data):)(?!https?://(127\.0\.0\.1|localhost)[:/])")
# One grey pixel stands in for every map tile.
TILE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da636cf80f0001050101"
    "27185ae10000000049454e44ae426082"
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the run; pages are opened in contexts of their own."""
    yield from launched(playwright, HEADLESS)


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium as people have it: in its headless build no worker is woken when there is a network again."""
    yield from launched(playwright, BROWSERS)


def launched(playwright: Playwright, names: Iterable[str]) -> Iterator[Browser]:
    """The first of these programs that is installed, started."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail("Browser tests need Chromium: apt-get install chromium")
    browser = playwright.chromium.launch(executable_path=found)
    yield browser
    browser.close()


def answer_from_here(route: Route) -> None:
    """The CDN's files from our copies, a grey tile for the map; the rest of the world is not there."""
    url = route.request.url
    if url in NAMES_OF_CDN:
        file = VENDOR / NAMES_OF_CDN[url]
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), content_type=kind, headers={"access-control-allow-origin": "*"})
    elif urlsplit(url).hostname == "tiles.example":
        route.fulfill(body=TILE, content_type="image/png")
    else:
        route.abort()


@pytest.fixture
def context_at(request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """`context_at(360)`: a phone in Tromsø whose owner reads English; more arguments go to Playwright.

    With `service_workers="allow"` it is the whole browser's.
    """
    with ExitStack() as stack:

        def open_context(width: int, **options: object) -> BrowserContext:
            given = {
                "locale": "en-GB",
                # What is folding out is cut off until it is done, and a check in between finds it too small.
                "reduced_motion": "reduce",
                "timezone_id": "Europe/Oslo",
                # A worker would answer in the server's place and fetch past our routes; who tests it says "allow".
                "service_workers": "block",
                "has_touch": width < 700,
                "viewport": {"width": width, "height": 740 if width < 700 else 900},
                **options,
            }
            name = "browser" if given["service_workers"] == "block" else "whole_browser"
            browser: Browser = request.getfixturevalue(name)
            context = browser.new_context(**given)  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            context.route(ELSEWHERE, answer_from_here)
            return context

        yield open_context


@pytest.fixture
def page_at(live_server: LiveServer, context_at: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """`page_at(360)` opens a page; errors in its console, and what its policy forbids, fail the test.

    A request that the test itself lets fail may be named: `page_at(360, expect=["403"])`.
    """
    problems: list[str] = []

    def open_page(width: int, *, expect: list[str] = (), **options: object) -> Page:  # type: ignore[assignment]
        page = context_at(width, base_url=live_server.url, **options).new_page()

        def listen(words: str) -> None:
            if not any(expected in words for expected in expect):
                problems.append(words)

        page.on("pageerror", lambda error: listen(str(error)))
        page.on(
            "console",
            lambda message: listen(f"{message.text} {message.location['url']}") if message.type == "error" else None,
        )
        return page

    yield open_page
    assert problems == []


@pytest.fixture(scope="session")
def screenshot() -> Callable[..., None]:
    """`screenshot(page, "queue-1280")`: a picture in test-output/screenshots or the folder SCREENSHOTS."""
    folder = PROJECT / os.environ.get("SCREENSHOTS", "test-output/screenshots")
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str, *, whole: bool = False) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=whole, animations="disabled")

    return take
