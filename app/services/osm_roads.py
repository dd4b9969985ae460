"""The roads of an OpenStreetMap file (.osm.pbf, .osm, .osm.gz) as a graph. Turn restrictions are not read."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium

from app.errors import Invalid
from app.planning.distance import Point, metres
from app.planning.road_building import Way, build
from app.planning.road_graph import RoadGraph
from app.services.osm_tags import FERRY_WAIT, Driving, driving, stops_cars

SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2", ".pbf")
# A county has some 2 million points of roads; a whole country does not fit into a web server's memory.
MOST_POINTS = 4_000_000
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass
class RoadsRead:
    """The graph and what was read: `counts` by word, for people who run the import."""

    graph: RoadGraph
    counts: Counter[str] = field(default_factory=Counter)


def is_osm(file: Path) -> bool:
    """By its name."""
    return file.name.lower().endswith(SUFFIXES)


def read_roads(file: Path, *, ferries: bool = True, box: Box | None = None) -> RoadsRead:
    """Raises Invalid, with a sentence, for a file that cannot be read or has no road in it."""
    if not file.is_file():
        raise Invalid(f"{file} can not be read; check its name and rights.")
    reading = _Reading(ferries=ferries, box=box)
    try:
        for thing in _things(file):
            reading.take(thing)
    except (RuntimeError, ValueError, OSError) as error:
        raise Invalid(
            f"{file} can not be read as OpenStreetMap data ({error}). Expected is an extract such as roads.osm.pbf."
        ) from error
    if not reading.ways:
        raise Invalid(f"{file} has no road that may be driven on; check that it is an extract with roads.")
    graph = build(reading.ways, reading.positions, reading.barriers)
    reading.counts["seasons"] = int((graph.season > 0).sum())
    return RoadsRead(graph, reading.counts)


def _things(file: Path) -> Iterator[Any]:
    """Points with a barrier, and ways that are roads or ferries with the positions of their points."""
    wanted = osmium.filter.KeyFilter("highway", "route", "barrier")
    yield from osmium.FileProcessor(str(file)).with_locations("flex_mem").with_filter(wanted)


@dataclass
class _Reading:
    ferries: bool
    box: Box | None
    ways: list[Way] = field(default_factory=list)
    positions: dict[int, Point] = field(default_factory=dict)
    barriers: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def take(self, thing: Any) -> None:
        """Keep what is a road or a barrier."""
        if thing.is_node():
            if stops_cars(thing.tags):
                self.barriers.add(thing.id)
                self.counts["barriers"] += 1
        elif thing.is_way():
            self._take_way(thing)

    def _take_way(self, thing: Any) -> None:
        tags = dict(thing.tags)
        how = driving(tags)
        self.counts["ways read"] += 1
        if how is None or (not self.ferries and how.no_stop and "highway" not in tags):
            return
        parts = list(self._parts(thing.nodes))
        for points in parts:
            self.ways.append(self._way(thing.id, points, how))
        self.counts["roads"] += bool(parts)
        self.counts["one-way"] += bool(parts) and not all(how.car)
        self.counts["ferries"] += bool(parts) and "highway" not in tags
        if len(self.positions) > MOST_POINTS:
            raise Invalid(
                f"The file has more than {MOST_POINTS:,} points of roads. Cut it to your area first, "
                "or name the area with --box west,south,east,north."
            )

    def _way(self, number: int, points: tuple[int, ...], how: Driving) -> Way:
        kmh = how.kmh
        if how.minutes:
            line = [self.positions[point] for point in points]
            length = sum(metres(here, there) for here, there in itertools.pairwise(line))
            kmh = max(1.0, length / 1000 / ((how.minutes + FERRY_WAIT) / 60))
        return Way(
            id=number, points=points, kmh=kmh, car=how.car, lorry=how.lorry, season=how.season, no_stop=how.no_stop
        )

    def _parts(self, nodes: Any) -> Iterator[tuple[int, ...]]:
        """Runs of points whose place is in the file: an extract cuts ways at its border."""
        run: list[int] = []
        for node in nodes:
            if node.location.valid() and self._inside(node.location.lat, node.location.lon):
                self.positions[node.ref] = (node.location.lat, node.location.lon)
                run.append(node.ref)
                continue
            if len(run) > 1:
                yield tuple(run)
            run = []
        if len(run) > 1:
            yield tuple(run)

    def _inside(self, lat: float, lon: float) -> bool:
        if self.box is None:
            return True
        west, south, east, north = self.box
        return west <= lon <= east and south <= lat <= north
