"""What a phone at one bar of signal must fetch before it can report."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import html

from app.settings import PROJECT
from app.web.bundles import BUNDLES, contents
from app.web.vendor import VENDOR_FILES

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

MOST = 150_000
STATIC = PROJECT / "static"
CDN = {file.cdn_url: STATIC / "vendor" / file.local_path for file in VENDOR_FILES.values()}


def file_of(address: str) -> Path:
    """Where an address that the page names lies on disk."""
    return CDN.get(address) or PROJECT / address.partition("?")[0].lstrip("/")


def read(address: str) -> bytes:
    """What the address answers."""
    path = address.partition("?")[0].removeprefix("/static/")
    return contents(path) if path in BUNDLES else file_of(address).read_bytes()


def named_by(page: str) -> set[str]:
    """Scripts, styles and drawings that a browser with script fetches; <noscript> is left out."""
    tree = html.fromstring(page)
    for noscript in tree.xpath("//noscript"):
        noscript.drop_tree()
    found = tree.xpath("//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //img/@src | //use/@href")
    return {address.partition("#")[0] for address in found}


def with_imports(addresses: set[str]) -> set[str]:
    """The modules that modules import, too."""
    todo, done = set(addresses), set()
    while todo:
        address = todo.pop()
        done.add(address)
        if address.partition("?")[0].removeprefix("/static/") in BUNDLES:
            continue
        if address.partition("?")[0].endswith(".js") and address.startswith("/"):
            for name in re.findall(r'from "(\.[^"]+)"', file_of(address).read_text()):
                todo |= {urljoin(address.partition("?")[0], name)} - done
    return done


def test_the_front_page_is_under_150_kilobytes_over_the_wire(client: TestClient) -> None:
    page = client.get("/").text
    sizes = {address: len(gzip.compress(read(address), 5)) for address in with_imports(named_by(page))}
    sizes["/"] = len(gzip.compress(page.encode(), 5))
    sizes["/map/area.json"] = len(gzip.compress(client.get("/map/area.json").content, 5))
    assert any("leaflet.js" in address for address in sizes)
    assert any("designsystemet" in address for address in sizes)
    assert b"takePhotos" in read("/static/js/report/form.js")
    assert sum(sizes.values()) < MOST, sorted(sizes.items(), key=lambda item: -item[1])
