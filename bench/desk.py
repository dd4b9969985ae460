"""The desk's day, queue, filters and search: at a million reports beside ten thousand, with as many open ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from http.client import RemoteDisconnected

from bench.desk_words import TOKEN, fill_desk
from bench.filling import fill
from bench.harness import Environment, Row, Server, ask, milliseconds, seconds_in_turn

# A smaller number is for trying the measurement itself.
SMALL, LARGE = 10_000, int(os.environ.get("BENCH_DESK_REPORTS", "1000000"))
GROWTH, TIMES = 1.3, 32

# Name, and address for an attempt; a number that means nothing keeps it from being the same question.
VIEWS: dict[str, Callable[[int], str]] = {
    "day, ten kinds and five saved filters": lambda n: f"/staff/day?page={n}",
    "queue, new": lambda n: f"/staff/queue?page={n}",
    "queue, overdue": lambda n: f"/staff/queue?waiting_for=overdue&page={n}",
    "queue, open, a unit and words": lambda n: f"/staff/queue?status=open&unit=bydrift&text=words&page={n}",
    "list, newest": lambda n: f"/staff/reports?page={n}",
    "list, open, most urgent": lambda n: f"/staff/reports?sort=urgent&page={n}",
    "list, open in an area": lambda n: f"/staff/reports?status=open&area=tromsoya&page={n}",
    "list, open, unit, channel and age": lambda n: f"/staff/reports?status=open&unit=bydrift&channel=web&age={n + 5}",
    "list, open, group, oldest first": lambda n: f"/staff/reports?status=open&group=road&sort=oldest&page={n}",
    "list, closed of a kind": lambda n: f"/staff/reports?status=closed&category=ice&page={n}",
    "list, open with a word": lambda n: f"/staff/reports?status=open&text=gat{n}",
    "search, word in every report": lambda n: f"/staff/reports?text=words&page={n}",
    "search, word in one of a hundred": lambda n: f"/staff/reports?text=somewhere&page={n}",
    "search, word in 20 reports": lambda n: f"/staff/reports?text=rare&page={n}",
    "search, beginning of 2,000 words": lambda n: f"/staff/reports?text=gat&page={n}",
    "search, two words": lambda n: f"/staff/reports?text=words+gat{n + 100}",
    "search, a name": lambda n: f"/staff/reports?text=fornavn{n}+etternavn",
    "search, a phone number": lambda n: f"/staff/reports?text=%2B47+400+05+{n + 100}",
    "search, a reference": lambda n: f"/staff/reports?text=2025-{n + 1000:06}",
    "search, word in none": lambda n: f"/staff/reports?text=nothing{n}",
    "search, word in every closed one of a kind": lambda n: (
        f"/staff/reports?text=words&status=closed&category=ice&page={n}"
    ),
}


def rows(environment: Environment) -> list[Row]:
    """All of them; filling the large database takes most of the time, unless another measurement has done it."""
    urls = [environment.database(name) for name in ("small", "large")]
    for url, size in zip(urls, (SMALL, LARGE), strict=True):
        fill(url, size)
        fill_desk(url, size)
    with environment.gatami(urls[0]) as few, environment.gatami(urls[1]) as many:
        return [_growth(name, address, few, many) for name, address in VIEWS.items()]


def _growth(name: str, address: Callable[[int], str], few: Server, many: Server) -> Row:
    actions: list[Callable[[int], object]] = [_look(server, address) for server in (few, many)]
    seconds_in_turn(actions, times=4)
    small, large = seconds_in_turn(actions, times=TIMES)
    ratio = large / small
    return Row(
        f"{name}, {LARGE:,} reports", milliseconds(large), f"{milliseconds(small)} at {SMALL:,}", ratio,
        f"<= {GROWTH}", ratio <= GROWTH,
    )  # fmt: skip


def _look(server: Server, address: Callable[[int], str]) -> Callable[[int], None]:
    connection = server.connect()
    cookie = f"gatami_session={TOKEN}"

    def once(number: int) -> None:
        try:
            status, body = ask(connection, "GET", address(number), cookie=cookie, accept_encoding="gzip")
        except RemoteDisconnected:
            # The server lets go of whoever is silent for five seconds, and the other one's answers may take that.
            connection.close()
            status, body = ask(connection, "GET", address(number), cookie=cookie, accept_encoding="gzip")
        assert status == 200, (address(number), status, body[:300])

    return once
