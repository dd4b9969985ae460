"""The public list, its search, the archive and the feed: at a million reports beside ten thousand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected

from app.queries.public import Position, ReportFilter
from app.web.cursors import make_cursor
from app.web.filters import fingerprint
from bench.filling import NEAR, SAME, fill
from bench.harness import SECRET, Environment, Row, Server, ask, milliseconds, seconds_in_turn
from bench.public_words import fill_words

SMALL, LARGE = 10_000, 1_000_000
GROWTH, TIMES = 1.3, 32
_MIDDLE = f"{(NEAR.south + NEAR.north) / 2:.5f},{(NEAR.west + NEAR.east) / 2:.5f}"

# Name, and address for an attempt; a number that means nothing keeps it from being the same question.
VIEWS: dict[str, Callable[[int], str]] = {
    "list": lambda n: f"/reports?page={n}",
    "list, page 450 by cursor": lambda _: f"/reports?before={_cursor(9_000)}",
    "list, a group and open": lambda n: f"/reports?category=road.*&status=open&page={n}",
    "list, two kinds and days": lambda n: f"/reports?category=ice,snow&from=2026-10-26&to=2026-10-30&page={n}",
    "list, latest changed first": lambda n: f"/reports?sort=changed&page={n}",
    "list, near a place": lambda n: f"/reports?near={_MIDDLE}&radius={150 + n}",
    "search, word in every report": lambda n: f"/reports?text=words&page={n}",
    "search, word in one of a hundred": lambda n: f"/reports?text=somewhere&page={n}",
    "search, word in 20 reports": lambda n: f"/reports?text=rare&page={n}",
    "search, beginning of 2,000 words": lambda n: f"/reports?text=gat&page={n}",
    "search, two words": lambda n: f"/reports?text=words+gat{n + 100}&page={n}",
    "search, a kind's name": lambda n: f"/reports?text=snow&page={n}",
    "search, word in none": lambda n: f"/reports?text=nothing{n}",
    "search, words, open and near": lambda n: f"/reports?text=words&status=open&near={_MIDDLE}&radius={150 + n}",
    "archive, years": lambda n: f"/archive?page={n}",
    "archive, a year": lambda n: f"/archive/2026?page={n}",
    "archive, a week": lambda n: f"/archive/2026/44?page={n}",
    "feed of the newest": lambda n: f"/reports.atom?page={n}",
    "feed near a place": lambda n: f"/reports.atom?near={_MIDDLE}&radius={150 + n}",
}


def rows(environment: Environment) -> list[Row]:
    """All of them; filling the large database takes most of the time, unless another measurement has done it."""
    urls = [environment.database(name) for name in ("small", "large")]
    for url, size in zip(urls, (SMALL, LARGE), strict=True):
        fill(url, size)
        fill_words(url, size)
    with environment.gatami(urls[0]) as few, environment.gatami(urls[1]) as many:
        return [_growth(name, address, few, many) for name, address in VIEWS.items()]


def _growth(name: str, address: Callable[[int], str], few: Server, many: Server) -> Row:
    actions = [_look(server, address) for server in (few, many)]
    seconds_in_turn(actions, times=8)
    small, large = seconds_in_turn(actions, times=TIMES)
    ratio = large / small
    return Row(
        f"{name}, {LARGE:,} reports", milliseconds(large), f"{milliseconds(small)} at {SMALL:,}", ratio,
        f"<= {GROWTH}", ratio <= GROWTH,
    )  # fmt: skip


def _look(server: Server, address: Callable[[int], str]) -> Callable[[int], None]:
    connection = server.connect()

    def once(number: int) -> None:
        try:
            status, body = ask(connection, "GET", address(number), accept_encoding="gzip")
        except RemoteDisconnected:
            # The server lets go of whoever is silent for five seconds, and the other one's first answers may take that.
            connection.close()
            status, body = ask(connection, "GET", address(number), accept_encoding="gzip")
        assert status == 200, (address(number), status, body[:300])

    return once


def _cursor(down: int) -> str:
    """Where a page begins with so many reports above it, of which there is one a minute (bench/filling.py)."""
    assert down < SAME
    at = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(minutes=down)
    return make_cursor(Position(at, 0), filters=fingerprint(ReportFilter()), secret=SECRET.encode())
