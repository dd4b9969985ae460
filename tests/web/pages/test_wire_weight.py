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
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

    from app.models import Report

MOST = 130_000
MOST_OF_REPORT = 104_000
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


def weigh(client: TestClient, path: str, *answers: str) -> dict[str, int]:
    """What a page and all that it names come to, packed as the server packs them; without headers and map tiles."""
    page = client.get(path).text
    sizes = {address: len(gzip.compress(read(address), 9)) for address in with_imports(named_by(page))}
    sizes[path] = len(gzip.compress(page.encode(), 5))
    for answer in answers:
        sizes[answer] = len(gzip.compress(client.get(answer).content, 5))
    return sizes


def test_the_front_page_is_under_its_weight_over_the_wire(client: TestClient) -> None:
    sizes = weigh(client, "/", "/map/area.json")
    assert any("leaflet.js" in address for address in sizes)
    assert any("designsystemet" in address for address in sizes)
    assert b"takePhotos" in read("/static/js/report/form.js")
    assert sum(sizes.values()) < MOST, (sum(sizes.values()), sorted(sizes.items(), key=lambda item: -item[1]))


def test_the_page_of_a_report_is_under_its_weight_over_the_wire(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    sizes = weigh(client, f"/reports/{make_report().shown_reference}")
    assert any("leaflet.js" in address for address in sizes)
    assert sum(sizes.values()) < MOST_OF_REPORT, (sum(sizes.values()), sorted(sizes.items(), key=lambda item: -item[1]))


def test_files_come_as_small_as_gzip_makes_them(client: TestClient) -> None:
    for path in ("js/report/form.js", "css/colors.css", "icons/sprite.svg", "css/map.css"):
        answer = client.get(f"/static/{path}", headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) <= len(gzip.compress(answer.content, 9))
        again = client.get(f"/static/{path}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        plain = client.get(f"/static/{path}", headers={"accept-encoding": "identity"})
        assert plain.content == answer.content
        assert "content-encoding" not in plain.headers
