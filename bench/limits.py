"""What counting the sender costs: reports a second with limits, beside the same without any."""

from __future__ import annotations

import statistics

from bench.harness import Environment, Row, Server
from bench.intake import ROUNDS, rate

GOAL = 0.8


def rows(environment: Environment) -> list[Row]:
    """One row; both servers work on one database, and take turns."""
    url = environment.database("limits")
    with environment.gatami(url) as counted, environment.gatami(url, GATAMI_LIMIT_REPORTS_PER_HOUR="0") as free:
        rates: dict[Server, list[float]] = {counted: [], free: []}
        for server in rates:
            rate(server, "ice")
        for _ in range(ROUNDS):
            for server, measured in rates.items():
                measured.append(rate(server, "ice"))
        ratios = [one / other for one, other in zip(rates[counted], rates[free], strict=True)]
        ratio = statistics.median(ratios)
        with_limits, without = (statistics.median(measured) for measured in rates.values())
    baseline = f"{without:.0f}/s without"
    return [Row("intake with limits", f"{with_limits:.0f}/s", baseline, ratio, f">= {GOAL}", ratio >= GOAL)]
