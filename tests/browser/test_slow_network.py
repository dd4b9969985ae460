"""The report form on a slow 3G connection: how long until one can type, and what must come over the wire before.

The seconds are printed (`pytest -s`) and depend on the machine; what is held is what they are made of: bytes, and
requests that the first look waits for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.conftest import ELSEWHERE, NAMES_OF_CDN, answer_from_here

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
# The profile "slow 3G" of Chromium's developer tools.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
MOST_BYTES = 149_500
# Stylesheets and the one plain script that the first look waits for, beside the page itself.
MOST_BLOCKING = 8


@dataclass
class Wire:
    """What came over the wire, as Chromium counts it: headers and compressed bodies of each address."""

    addresses: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def ours(self) -> dict[str, int]:
        """Without the map's tiles."""
        return {address: size for address, size in self.sizes.items() if "tiles.example" not in address}


def watch(page: Page) -> Wire:
    """Slow the page down and count."""
    wire, devtools = Wire(), page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_3G)

    def began(event: dict[str, Any]) -> None:
        wire.addresses[event["requestId"]] = event["request"]["url"]

    def ended(event: dict[str, Any]) -> None:
        address = wire.addresses[event["requestId"]]
        wire.sizes[address] = wire.sizes.get(address, 0) + int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", began)
    devtools.on("Network.loadingFinished", ended)
    return wire


def wait_until_quiet(page: Page, wire: Wire) -> None:
    """Until nothing has come for two seconds; requests to a silent CDN never end."""
    before = -1
    while len(wire.sizes) != before:
        before = len(wire.sizes)
        page.wait_for_timeout(2_000)


def silent_cdn(route: Route) -> None:
    """The CDN takes the request and says nothing: the worst that it can do."""
    if route.request.url not in NAMES_OF_CDN:
        answer_from_here(route)


def refusing_cdn(route: Route) -> None:
    """The CDN cannot be reached, and the browser knows it at once."""
    if route.request.url in NAMES_OF_CDN:
        route.abort()
    else:
        answer_from_here(route)


@pytest.mark.parametrize("cdn", [refusing_cdn, silent_cdn])
def test_the_form_comes_light_and_can_be_used_on_a_slow_line(
    live_server: LiveServer,
    context_at: Callable[..., BrowserContext],
    cdn: Callable[[Route], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = context_at(360, base_url=live_server.url)
    context.route(ELSEWHERE, cdn)
    context.set_default_timeout(60_000)
    page = context.new_page()
    wire = watch(page)
    began = time.monotonic()
    page.goto("/", wait_until="commit")
    page.locator("#place-search").fill("Storgata")
    can_type = time.monotonic() - began
    page.locator("#send").click(trial=True)
    page.wait_for_function("document.readyState !== 'loading'")
    can_send = time.monotonic() - began
    page.locator("#map.leaflet-container").wait_for()
    with_map = time.monotonic() - began
    wait_until_quiet(page, wire)
    blocking = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.renderBlockingStatus === 'blocking')"
        ".map(one => one.name)"
    )
    total = sum(wire.ours.values())
    with capsys.disabled():
        print(
            f"\nslow 3G, {cdn.__name__.replace('_', ' ')}: can type after {can_type:.1f} s, can send after "
            f"{can_send:.1f} s, map after {with_map:.1f} s; {total / 1000:.0f} kB in {len(wire.ours)} requests, "
            f"{len(blocking)} of them before the first look"
        )
    heaviest = sorted(wire.ours.items(), key=lambda item: -item[1])
    listed = "\n".join(f"{size:>7} {urlsplit(address).path}" for address, size in heaviest)
    assert 50_000 < total < MOST_BYTES, listed
    assert len(blocking) <= MOST_BLOCKING, [urlsplit(address).path for address in blocking]
