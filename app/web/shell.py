"""What a phone keeps of the site for times without a network: two pages in its language, and the files they need."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

import orjson
from fastapi import Request, Response

from app.languages import DEFAULT_LANGUAGE, LANGUAGES
from app.settings import PROJECT
from app.web.bundles import BUNDLES, called
from app.web.state import state_of
from app.web.templating import static
from app.web.vendor import DESIGNSYSTEMET_CSS, DESIGNSYSTEMET_THEME, LEAFLET_CSS, LEAFLET_JS

PAGES = ("form", "waiting")
WORKER = "js/offline/worker.js"
# What pages draw without naming it in their HTML.
ALSO = ("/map/area.json",)
VENDOR = (LEAFLET_JS, LEAFLET_CSS, DESIGNSYSTEMET_CSS, DESIGNSYSTEMET_THEME)
_NAMED = re.compile(rb'(?:src|href|data-local)="(/static/[^"#]+)')
_IMPORTED = re.compile(r'(?:from|import)\s*\(?\s*"(\.[^"]+)"')
# Stamps and keys differ each time a page is made, and nothing hangs on them.
_PASSING = re.compile(rb'<input type="hidden"[^>]*>')

Render = Callable[[Request, str], Response]


@dataclass(frozen=True)
class Shell:
    """The pages' addresses, every file they need (addresses as pages ask for them), and a mark of all contents."""

    pages: dict[str, str]
    files: tuple[str, ...]
    vendor: dict[str, str]
    hashes: dict[str, str]
    language: str
    version: str

    def worker(self) -> bytes:
        """The service worker in one file: our own modules that do the work, then its version and lists."""
        given = {
            "version": self.version,
            "language": self.language,
            "pages": self.pages,
            "files": self.files,
            "vendor": self.vendor,
            "hashes": self.hashes,
        }
        return called(WORKER, "serve", orjson.dumps(given, option=orjson.OPT_INDENT_2).decode()).encode()


def nobodys(request: Request, language: str, path: str = "/") -> Request:
    """The same request as if a stranger without cookies had made it, in this language."""
    scope = dict(request.scope, path=path, query_string=b"", headers=[], state={"shell": True, "language": language})
    return Request(scope)


def make_shell(request: Request, render: Render) -> Shell:
    """`render` gives a page of the shell for such a request."""
    pages = {f"{page}-{lang}": f"/offline/{lang}/{page}" for lang in LANGUAGES for page in PAGES}
    bodies = [
        bytes(render(nobodys(request, lang, "/" if page == "form" else f"/{page}"), page).body)
        for lang in LANGUAGES
        for page in PAGES
    ]
    named = sorted({address.decode() for body in bodies for address in _NAMED.findall(body)})
    files = tuple(dict.fromkeys([*_with_imports(named), *ALSO]))
    contents = [*(_PASSING.sub(b"", body) for body in bodies), *(_mark(address).encode() for address in files)]
    version = hashlib.sha256(b"\x00".join([*contents, static(WORKER).encode()])).hexdigest()[:12]
    vendor = {file.cdn_url: static(f"vendor/{file.local_path}") for file in VENDOR}
    vendor = {url: local for url, local in vendor.items() if local in files}
    hashes = {file.cdn_url: file.integrity for file in VENDOR if file.cdn_url in vendor}
    language = state_of(request).rules_file.current.default_language
    return Shell(pages, files, vendor, hashes, language if language in LANGUAGES else DEFAULT_LANGUAGE, version)


def _with_imports(addresses: Iterable[str]) -> Iterator[str]:
    """The files that are there, and the modules that modules import, by the plain names by which they ask."""
    todo, done = list(addresses), set[str]()
    while todo:
        address = todo.pop(0)
        path = address.removeprefix("/static/").partition("?")[0]
        if address in done or not (PROJECT / "static" / path).is_file():
            continue
        done.add(address)
        yield address
        if path.endswith(".js") and not path.startswith("vendor/") and path not in BUNDLES:
            todo += [f"/static/{name}" for name in _imports(path)]


@lru_cache(maxsize=256)
def _imports(path: str) -> tuple[str, ...]:
    folder = PurePosixPath(path).parent
    found = _IMPORTED.findall((PROJECT / "static" / path).read_text())
    return tuple(_resolved(folder, name) for name in found)


def _resolved(folder: PurePosixPath, name: str) -> str:
    parts: list[str] = []
    for part in (folder / name).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _mark(address: str) -> str:
    return static(address.removeprefix("/static/").partition("?")[0])
