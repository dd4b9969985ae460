"""Real road networks: two extracts of OpenStreetMap imported, searched, and held against a plain search of our own.

Then a round of 40 made-up reports on the roads of Oslo east, planned and drawn into test-output/rounds.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import osmium
from rich.table import Table
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from app.db import SessionFactory, transaction
from app.planning.distance import Point, metres
from app.planning.fleet import Shift, Visit, plan_fleet
from app.planning.order import nearest_neighbour
from app.planning.road_building import Way, build, cut_at
from app.planning.roads import Network, RoadWays, length
from app.planning.travel import Travel
from app.services.osm_tags import driving, stops_cars
from app.services.road_network_import import import_network
from app.services.ways import ways
from app.settings import PROJECT
from bench.round_picture import draw

FILES = ("osm-oslo-ost.osm.pbf", "osm-helsinki-sentrum.osm.pbf")
DAY, PLACES, PAIRS, REPORTS = date(2026, 11, 23), 200, 20, 40
PICTURES = PROJECT / "test-output" / "rounds"
Check = Callable[[bool, str], None]


@dataclass
class Plain:
    """The same file without any of our graph: every point of every road is a node, arcs are single stretches."""

    ways: list[Way]
    positions: dict[int, Point]
    numbers: dict[int, int]
    seconds: csr_array
    allowed: set[tuple[tuple[int, int], tuple[int, int]]]

    def junctions(self) -> list[int]:
        """Points where three or more roads meet, from which all others are reached and that are reached from them."""
        _, label = connected_components(self.seconds, directed=True, connection="strong")
        main = np.bincount(label).argmax()
        meets = np.bincount(np.concatenate(self.seconds.nonzero()), minlength=len(self.numbers))
        return [point for point, i in self.numbers.items() if point > 0 and label[i] == main and meets[i] >= 6]


def ways_table(folder: Path, database: Callable[[str], SessionFactory], check: Check) -> list[Table]:
    """Each extract through the import and back out of the database; the tables of what was found."""
    table = Table(
        "file", "import", "junctions", "roads", "km", "in the database", "one-way", "barriers",
        f"matrix {PLACES} x {PLACES}", "again", f"{PAIRS} pairs, plain search", "stretches against the one-way",
        title="Road networks", title_justify="left",
    )  # fmt: skip
    tables = [table]
    for name in FILES:
        if not (folder / name).is_file():
            continue
        with transaction(database(f"ways_{name.split('-')[1]}")) as session:
            began = time.perf_counter()
            result = import_network(session, folder / name, at=datetime.now(UTC))
            seconds = time.perf_counter() - began
            source = ways(session)
        assert isinstance(source, RoadWays)
        plain = read_plain(folder / name)
        matrix, again = _matrix_times(source)
        worst = _against_plain(source, plain)
        check(worst < 0.001, f"{name}: {PAIRS} fastest ways are those of a plain search ({worst:.4%} apart at most)")
        wrong, walked = _one_way(source, plain)
        check(wrong == 0, f"{name}: every one of {walked} stretches driven is open in that direction ({wrong} are not)")
        check(_both_ways(plain), f"{name}: where nothing is one-way, there is as far as back")
        table.add_row(
            name, f"{seconds:.1f} s", str(result.junctions), str(result.edges), f"{result.metres / 1000:.0f}",
            f"{result.size / 1e6:.2f} MB", str(result.counts["one-way"]), str(result.counts["barriers"]),
            f"{matrix:.2f} s", f"{again:.2f} s", f"{worst:.4%} apart", f"{wrong} of {walked}",
        )  # fmt: skip
        if name == FILES[0]:
            tables.append(_round(source, check))
    return tables


def read_plain(file: Path) -> Plain:
    """Read anew, point by point."""
    found, positions, barriers = [], {}, set()
    wanted = osmium.filter.KeyFilter("highway", "route", "barrier")
    for thing in osmium.FileProcessor(str(file)).with_locations().with_filter(wanted):
        if thing.is_node() and stops_cars(thing.tags):
            barriers.add(thing.id)
        how = driving(dict(thing.tags)) if thing.is_way() else None
        if how is None:
            continue
        nodes = [node for node in thing.nodes if node.location.valid()]
        positions |= {node.ref: (node.location.lat, node.location.lon) for node in nodes}
        found.append(
            Way(
                id=thing.id, points=tuple(node.ref for node in nodes), kmh=how.kmh, car=how.car, lorry=how.lorry,
                season=how.season, no_stop=how.no_stop,
            )
        )  # fmt: skip
    cut, copies = cut_at(found, barriers)
    positions |= {copy: positions[point] for copy, point in copies.items()}
    return _plain([one for one in cut if one.season is None or not one.season.closed_on(DAY)], positions)


def _plain(ways_: list[Way], positions: dict[int, Point]) -> Plain:
    numbers: dict[int, int] = {}
    best: dict[tuple[int, int], float] = {}
    allowed = set()
    for way in ways_:
        for here, there in itertools.pairwise(way.points):
            cost = metres(positions[here], positions[there]) / (way.kmh / 3.6)
            i, j = (numbers.setdefault(one, len(numbers)) for one in (here, there))
            for open_, arc, ends in ((way.car[0], (i, j), (here, there)), (way.car[1], (j, i), (there, here))):
                if open_ and i != j:
                    best[arc] = min(best.get(arc, np.inf), max(cost, 1e-6))
                    allowed.add((_spot(positions[ends[0]]), _spot(positions[ends[1]])))
    rows, columns = np.array(list(best)).T
    shape = (len(numbers), len(numbers))
    return Plain(ways_, positions, numbers, csr_array((list(best.values()), (rows, columns)), shape=shape), allowed)


def _spot(point: Point) -> tuple[int, int]:
    return round(point[0] * 1e7), round(point[1] * 1e7)


def _places(source: RoadWays, count: int, seed: int) -> list[Point]:
    """Made-up places within 20 m or so of a road that is there."""
    chance, degrees = random.Random(seed), source.network.graph.degrees
    picked = (degrees[chance.randrange(len(degrees))] for _ in range(count))
    return [
        (float(lat) + chance.uniform(-1, 1) * 1e-4, float(lon) + chance.uniform(-1, 1) * 2e-4) for lat, lon in picked
    ]


def _matrix_times(source: RoadWays) -> tuple[float, float]:
    """Seconds of the first matrix of a process, which builds the day's network, and of the next."""
    points, took = _places(source, PLACES, seed=1), []
    for _ in range(2):
        began = time.perf_counter()
        source.between(points, day=DAY)
        took.append(time.perf_counter() - began)
    return took[0], took[1]


def _against_plain(source: RoadWays, plain: Plain) -> float:
    """The largest difference of seconds between junctions, as a share; another road may cross a junction's spot."""
    chance, junctions = random.Random(2), plain.junctions()
    ends = [chance.sample(junctions, 2) for _ in range(PAIRS)]
    rows = dijkstra(plain.seconds, indices=[plain.numbers[one] for one, _ in ends])
    worst = 0.0
    for (one, two), row in zip(ends, rows, strict=True):
        travel = source.between([plain.positions[one], plain.positions[two]], day=DAY)
        expected = row[plain.numbers[two]]
        worst = max(worst, abs(travel.seconds[0, 1] - expected) / expected)
    return worst


def _one_way(source: RoadWays, plain: Plain) -> tuple[int, int]:
    """How many stretches between two points of the map are driven against what the map says, of how many."""
    known = {spot for pair in plain.allowed for spot in pair}
    wrong = walked = 0
    for line in source.lines(_places(source, PLACES, seed=3), day=DAY):
        for arc in itertools.pairwise(map(_spot, line)):
            if arc[0] in known and arc[1] in known and arc[0] != arc[1]:
                walked += 1
                wrong += arc not in plain.allowed
    return wrong, walked


def _both_ways(plain: Plain) -> bool:
    """The network without its one-way roads."""
    open_ = [replace(one, lorry=one.car) for one in plain.ways if all(one.car)]
    source = RoadWays(Network(build(open_, plain.positions)))
    travel = source.between(_places(source, 60, seed=4), day=DAY)
    return bool(np.allclose(travel.seconds, travel.seconds.T) and np.allclose(travel.metres, travel.metres.T))


def _round(source: RoadWays, check: Check) -> Table:
    """40 reports at real places, one crew, from one place and back to it."""
    places = _places(source, REPORTS + 1, seed=7)
    travel = source.between(places, day=DAY)
    visits = [Visit(place=i, service=300) for i in range(1, len(places))]
    began = time.perf_counter()
    plan = plan_fleet(travel, visits, [Shift(start=0, end=0, begins=7 * 3600, ends=15 * 3600)], budget=3.0)
    seconds = time.perf_counter() - began
    stops = [visits[one].place for one in plan.rounds[0].visits]
    orders = {
        "planned": [0, *stops, 0],
        "nearest neighbour": [*nearest_neighbour(travel.seconds.tolist()).sequence, 0],
        "order of arrival": [*range(len(places)), 0],
    }
    lines = source.lines([places[i] for i in orders["planned"]], day=DAY)
    _check_round(travel, orders["planned"], lines, check)
    pictures = draw(source.network.graph, places, orders["planned"], lines, folder=PICTURES, name="oslo-east")
    title = f"A round of {REPORTS} on the roads of Oslo east, planned in {seconds:.1f} s, drawn in " + " and ".join(
        str(one.relative_to(PROJECT)) for one in pictures
    )
    table = Table("order", "km", "hours driven", "against the plan", title=title, title_justify="left")
    ours, _ = _driven(travel, orders["planned"])
    for name, order in orders.items():
        km, hours = _driven(travel, order)
        table.add_row(name, f"{km:.1f}", f"{hours:.2f}", "" if order is orders["planned"] else f"{km / ours - 1:+.0%}")
    return table


def _driven(travel: Travel, order: list[int]) -> tuple[float, float]:
    legs = list(itertools.pairwise(order))
    return sum(travel.metres[leg] for leg in legs) / 1000, sum(travel.seconds[leg] for leg in legs) / 3600


def _check_round(travel: Travel, order: list[int], lines: list[list[Point]], check: Check) -> None:
    check(sorted(order[:-1]) == list(range(len(travel.metres))), f"the round reaches each of its {REPORTS} stops once")
    whole = [point for line in lines for point in line]
    gap = max(metres(one[-1], two[0]) for one, two in itertools.pairwise(lines))
    check(gap < 60, f"the line of the round has no gap ({gap:.0f} m at most)")
    drawn, reckoned = length(whole) / 1000, _driven(travel, order)[0]
    check(abs(drawn / reckoned - 1) < 0.02, f"the line is as long as its metres ({drawn:.1f} and {reckoned:.1f} km)")
