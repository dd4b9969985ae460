"""Reports a second through POST /api/reports, beside a plain endpoint that inserts the same rows as durably."""

from __future__ import annotations

import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import orjson

from bench.harness import Environment, Row, Server, ask

SENDERS = 4
REPORTS = 120
ROUNDS = 10
GOAL = 0.5


def rows(environment: Environment) -> list[Row]:
    """A report without a photo; and, for information, one of a lamp, which we look for and the baseline does not."""
    found = []
    for name, category, goal in (("", "ice", GOAL), (" of a lamp, with finding it", "lamp_dark", None)):
        ours, plain, ratio = _rates(environment, category)
        found.append(
            Row(
                f"intake{name}",
                f"{ours:.0f}/s",
                f"{plain:.0f}/s plain endpoint",
                ratio,
                f">= {goal}" if goal else "for information",
                goal is None or ratio >= goal,
            )
        )
    return found


def _rates(environment: Environment, category: str) -> tuple[float, float, float]:
    """Reports a second here and there, and the median of the rounds' ratios: both take turns in each round."""
    url = environment.database("intake")
    with environment.gatami(url) as ours, environment.plain("bench.plain_intake:app", url) as plain:
        rates: dict[Server, list[float]] = {ours: [], plain: []}
        for server in rates:
            rate(server, category)
        for _ in range(ROUNDS):
            for server, measured in rates.items():
                measured.append(rate(server, category))
        ratios = [one / other for one, other in zip(rates[ours], rates[plain], strict=True)]
        return statistics.median(rates[ours]), statistics.median(rates[plain]), statistics.median(ratios)


def rate(server: Server, category: str) -> float:
    """Reports a second by four senders at once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        for sent in pool.map(lambda number: _send(server, category, number), range(SENDERS)):
            assert sent == REPORTS // SENDERS
    return REPORTS / (time.perf_counter() - began)


def _send(server: Server, category: str, number: int) -> int:
    dice, connection = random.Random(number), server.connect()
    for _ in range(REPORTS // SENDERS):
        body = {"category": category, "lat": dice.uniform(69.63, 69.67), "lon": dice.uniform(18.92, 18.98)}
        status, answer = ask(
            connection, "POST", "/api/reports", orjson.dumps(body | {"description": "Dark since Monday."}),
            content_type="application/json",
        )  # fmt: skip
        assert status == 201, answer
    return REPORTS // SENDERS
