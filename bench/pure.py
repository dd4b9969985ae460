"""What needs neither database nor server, in the same table: proposals of units, and the order of route lists."""

from __future__ import annotations

from bench import planning, routing
from bench.harness import Environment, Row

STOPS, MOST_SECONDS, LONGEST = 200, 1.0, 0.95


def rows(_environment: Environment) -> list[Row]:
    """Routing beside the parsing of a small document, route lists beside going to the nearest stop next."""
    found = [
        Row(row.name, f"{row.per_second:,.0f}/s", f"{row.baseline_per_second:,.0f}/s json.loads", row.ratio,
            f">= {row.goal_per_second:,.0f}/s", row.good)
        for row in routing.run()
    ]  # fmt: skip
    order = planning.order_row(STOPS)
    ratio = order.length / order.nearest_neighbour
    found.append(
        Row(f"route list of {STOPS} stops, length", f"{order.length / 1000:.1f} km",
            f"{order.nearest_neighbour / 1000:.1f} km nearest next", ratio, f"<= {LONGEST}", ratio <= LONGEST)
    )  # fmt: skip
    found.append(
        Row(f"route list of {STOPS} stops, time", f"{order.seconds:.2f} s", "", order.seconds / MOST_SECONDS,
            f"<= {MOST_SECONDS:.0f} s", order.seconds <= MOST_SECONDS)
    )  # fmt: skip
    return found
