"""The map, the list, the queue and the front page: at a million reports beside ten thousand, and beside bare SQL."""

from __future__ import annotations

import gzip
import itertools
import re
import time
from collections.abc import Callable
from urllib.parse import urlencode

import psycopg
from sqlalchemy.dialects.postgresql import psycopg as dialect

from app.db import PROJECT
from app.queries.map import points_statement, points_values
from app.queries.public import Box
from bench.filling import DENSE, NEAR, TOWN, fill
from bench.harness import Environment, Row, Server, ask, milliseconds, seconds_in_turn
from bench.signing_in import sign_in

SMALL, LARGE = 10_000, 1_000_000
TIMES = 32
GROWTH, BARE, START_SECONDS, FRONT_PAGE_KB = 1.3, 1.5, 5.0, 150

# Name, and address for an attempt; boxes move a little each time, so that no answer comes from a cache.
VIEWS = {
    "map, streets (single reports)": lambda _: _map(NEAR, 16),
    "map, streets, open ones": lambda _: _map(NEAR, 16, status="open"),
    "map, town (counts)": lambda _: _map(TOWN, 13),
    "map, municipality (counts)": lambda _: _map(Box(17.0, 69.0, 21.0, 70.3), 9),
    "map, one category (counts)": lambda _: _map(TOWN, 12, category="ice"),
    "public list": lambda n: f"/reports?page={n}",
    "list by API, one category": lambda n: f"/api/reports?category=ice&until=2026-12-01T00:00:{n % 60:02}Z",
}


def rows(environment: Environment) -> list[Row]:
    """All of them; filling the large database takes most of the time."""
    small, large = environment.database("small"), environment.database("large")
    fill(small, SMALL)
    fill(large, LARGE)
    began = time.perf_counter()
    with environment.gatami(small) as few:
        start = time.perf_counter() - began
        with environment.gatami(large) as many:
            found = [_growth(name, few, many, address) for name, address in VIEWS.items()]
            found += [_queue(small, large, few, many), *_bare(small, few)]
        return [*found, _start(start), _front_page(few)]


def _growth(name: str, few: Server, many: Server, address, **headers: str) -> Row:
    connections = [few.connect(), many.connect()]

    def look(connection):
        def once(number: int) -> None:
            status, body = ask(connection, "GET", address(number), accept_encoding="gzip", **headers)
            assert status == 200, (address(number), status, body[:300])

        return once

    actions = [look(connection) for connection in connections]
    seconds_in_turn(actions, times=8)
    small, large = seconds_in_turn(actions, times=TIMES)
    ratio = large / small
    return Row(
        f"{name}, {LARGE:,} reports", milliseconds(large), f"{milliseconds(small)} at {SMALL:,}", ratio,
        f"<= {GROWTH}", ratio <= GROWTH,
    )  # fmt: skip


def _queue(small: str, large: str, few: Server, many: Server) -> Row:
    for url in (small, large):
        cookie = sign_in(url)
    return _growth("queue page", few, many, lambda _: "/staff/queue", cookie=cookie)


def _bare(url: str, server: Server) -> list[Row]:
    """4,000 points through the whole server beside the same SQL in a cursor of this process; then packed as well."""
    connection, bare = server.connect(), psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)
    statement = str(points_statement(None).compile(dialect=dialect.dialect()))

    def through_cursor(_: int) -> None:
        bare.execute(statement, points_values(_moved(DENSE), None)).fetchone()

    def through_server(encoding: str) -> Callable[[int], None]:
        def get(number: int) -> None:
            status, body = ask(connection, "GET", _map(DENSE, 15), accept_encoding=encoding)
            assert status == 200
            if number % 10 == 0:
                plain = gzip.decompress(body) if encoding == "gzip" else body
                assert plain.count(b'"reference"') > 3900

        return get

    found = []
    for name, encoding, goal in (("", "identity", f"<= {BARE}"), (", packed", "gzip", "for information")):
        asked = [through_server(encoding), through_cursor]
        seconds_in_turn(asked, times=8)
        ours, alone = seconds_in_turn(asked, times=TIMES)
        ok = ours / alone <= BARE or encoding == "gzip"
        row = Row(
            f"4,000 points of a box{name}",
            milliseconds(ours),
            f"{milliseconds(alone)} bare SQL",
            ours / alone,
            goal,
            ok,
        )
        found.append(row)
    return found


def _start(seconds: float) -> Row:
    ratio = seconds / START_SECONDS
    return Row(
        "web server: start to first page", f"{seconds:.1f} s", "", ratio, f"<= {START_SECONDS:.0f} s", ratio <= 1
    )


def _front_page(server: Server) -> Row:
    """Everything the front page loads by itself, compressed as it is sent; CDN files as our copies weigh."""
    connection = server.connect()
    status, page = ask(connection, "GET", "/", accept_encoding="gzip")
    assert status == 200
    html = gzip.decompress(page).decode()
    seen: dict[str, int] = {"/": len(page)}
    waiting = re.findall(r'(?:<link rel="(?:stylesheet|icon)"[^>]*? href|<script[^>]*? src)="([^"]+)"', html)
    local = dict(re.findall(r'(?:href|src)="(https://[^"]+)"[^>]*? data-local="([^"]+)"', html))
    while waiting:
        address = waiting.pop()
        address = local.get(address, address)
        if address in seen:
            continue
        assert address.startswith("/"), address
        status, body = ask(connection, "GET", address, accept_encoding="gzip")
        assert status == 200, address
        seen[address] = len(body)
        waiting += _imported(address, body)
    kilobytes = sum(seen.values()) / 1000
    return Row(
        f"front page, {len(seen)} files over the wire", f"{kilobytes:.0f} kB", "", kilobytes / FRONT_PAGE_KB,
        f"<= {FRONT_PAGE_KB} kB", kilobytes <= FRONT_PAGE_KB,
    )  # fmt: skip


def _imported(address: str, body: bytes) -> list[str]:
    """Modules that a module imports: they are loaded too."""
    path = address.partition("?")[0]
    if not path.endswith(".js") or "/vendor/" in path:
        return []
    text = (PROJECT / path.lstrip("/")).read_text() if body else ""
    folder = (PROJECT / path.lstrip("/")).parent
    found = re.findall(r'from "(\.[^"]+)"', text)
    return ["/" + str((folder / name).resolve().relative_to(PROJECT)) for name in found]


def _map(box: Box, zoom: int, **filters: str) -> str:
    moved = ",".join(f"{edge:.6f}" for edge in _moved(box))
    return f"/api/map?{urlencode({'bbox': moved, 'zoom': zoom, **filters})}"


def _moved(box: Box) -> Box:
    """A little wider to the west, where nothing is: the same reports, and a question that was never asked before."""
    return Box(box.west - next(_STEPS) / 1e6, box.south, box.east, box.north)


_STEPS = itertools.count(1)
