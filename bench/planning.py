"""Route lists: how long ordering takes, and how good the order is."""

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from pathlib import Path
from random import Random

from app.planning.distance import Point, matrix
from app.planning.looking import Matrix
from app.planning.order import nearest_neighbour, order
from app.planning.stops import gather
from bench import one_round

OPTIMA = {"kroA100": 21282, "kroA200": 29368, "lin318": 42029, "pr1002": 259045}
"""Lengths proven to be the shortest, as published with TSPLIB."""


BUDGETS = {"pr1002": 10.0}
"""Seconds of the process for each; one where nothing stands."""
GOALS = {"pr1002": 3.0}
"""Per cent above the optimum; one where nothing stands."""
WAYS: dict[str, one_round.Way] = {
    "own": one_round.own,
    "own Or-3opt": one_round.or_3opt,
    "PyVRP cold": one_round.cold,
    "PyVRP warm": one_round.warm,
}
"""What orders a round; the first is what gatami uses."""


@dataclass(frozen=True, slots=True)
class GapRow:
    """One TSPLIB instance: its proven optimum, and the length that each way found in so many seconds of the process."""

    name: str
    optimum: int
    seconds: float
    lengths: dict[str, int]

    def gap_percent(self, way: str = "own") -> float:
        """How much longer than the optimum."""
        return 100 * (self.lengths[way] / self.optimum - 1)

    @property
    def goal(self) -> float:
        """Per cent that ours may be longer."""
        return GOALS.get(self.name, 1.0)


def tsplib_rows(folder: Path, *, ways: Sequence[str] = tuple(WAYS)) -> list[GapRow]:
    """Order every instance in a folder whose optimum is known. The process' own time counts: others' work does not."""
    return [_gap_row(folder / f"{name}.tsp", ways) for name in OPTIMA if (folder / f"{name}.tsp").is_file()]


def _gap_row(path: Path, ways: Sequence[str]) -> GapRow:
    costs, seconds = euclidean_matrix(read_tsp(path)), BUDGETS.get(path.stem, 1.0)
    return GapRow(path.stem, OPTIMA[path.stem], seconds, {name: int(WAYS[name](costs, seconds)) for name in ways})


def read_tsp(path: Path) -> list[tuple[float, float]]:
    """The points of a TSPLIB file of the kind EUC_2D; raises ValueError for other kinds."""
    head, found, body = path.read_text().partition("NODE_COORD_SECTION")
    if not found or not re.search(r"^EDGE_WEIGHT_TYPE *: *EUC_2D\s*$", head, re.MULTILINE):
        raise ValueError(f"{path.name} is not a TSPLIB file of the kind EUC_2D.")
    rows = (line.split() for line in body.splitlines())
    return [(float(row[1]), float(row[2])) for row in rows if len(row) == 3]


def euclidean_matrix(points: list[tuple[float, float]]) -> Matrix:
    """Distances as TSPLIB counts them: rounded to the nearest whole number, halves up."""
    return [[int(dist(here, there) + 0.5) for there in points] for here in points]


def clustered_points(count: int, *, seed: int = 1) -> list[Point]:
    """Made-up reports around Tromsø's built-up places, and a few by the roads between."""
    random = Random(seed)
    places = [
        (69.649, 18.956),
        (69.680, 18.972),
        (69.633, 18.914),
        (69.646, 19.000),
        (69.690, 19.040),
        (69.686, 18.800),
    ]
    found: list[Point] = []
    for number in range(count):
        lat, lon = random.choice(places)
        spread = 0.03 if number % 8 == 0 else 0.006
        found.append((random.gauss(lat, spread), random.gauss(lon, 2.5 * spread)))
    return found


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One list of stops: seconds for matrix and order together, and lengths in metres."""

    stops: int
    seconds: float
    length: float
    nearest_neighbour: float
    as_reported: float


def order_row(count: int, *, budget: float = 0.9) -> OrderRow:
    points = clustered_points(count)
    begun = time.perf_counter()
    metres = matrix(points)
    found = order(metres, budget=budget)
    seconds = time.perf_counter() - begun
    as_reported = sum(metres[i - 1][i] for i in range(count))
    return OrderRow(count, seconds, found.length, nearest_neighbour(metres).length, as_reported)


def gather_seconds(count: int = 10_000) -> float:
    """Seconds to gather reports into stops."""
    points = clustered_points(count)
    begun = time.perf_counter()
    gather(points)
    return time.perf_counter() - begun


def run(tsplib: Path | None = None) -> None:
    print("Route lists                     seconds       km   of nearest neighbour   of arrival order")
    for count in (50, 200, 300, 1000):
        row = order_row(count)
        print(
            f"  {row.stops:>5} stops, matrix + order   {row.seconds:>6.2f} {row.length / 1000:>8.1f}"
            f" {row.length / row.nearest_neighbour:>22.3f} {row.length / row.as_reported:>18.3f}"
        )
    print(f"  10,000 reports into stops      {gather_seconds():>6.2f}")
    for gap in tsplib_rows(tsplib) if tsplib else []:
        gaps = "   ".join(f"{way} {gap.gap_percent(way):.2f} %" for way in WAYS)
        print(f"  {gap.name:<10} {gap.seconds:>4.0f} s   above {gap.optimum}: {gaps}")


if __name__ == "__main__":
    run(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
