"""A road network from a file of OpenStreetMap into our own database; the next one takes its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models import RoadNetwork
from app.routing import RulesError, load_rules
from app.services.osm_roads import Box, read_roads

ATTRIBUTION = "© OpenStreetMap contributors"
ELSEWHERE = (
    "WARNING: these roads do not reach the municipality of the rules file. Rounds are planned on straight lines until "
    "the roads of the right place are imported."
)


@dataclass(frozen=True, slots=True)
class NetworkImported:
    """What came in: metres of road, bytes in the database, and what was read, by word.

    `here`: whether the roads reach the area that was asked about.
    """

    network_id: int
    junctions: int
    edges: int
    metres: float
    size: int
    counts: Counter[str]
    here: bool


def service_box(rules_file: Path) -> Box | None:
    """West, south, east, north of the service's area; None where its rules cannot be read."""
    try:
        return load_rules(rules_file).service_area.bounds
    except (OSError, RulesError):
        return None


def import_network(
    session: Session,
    file: Path,
    *,
    at: datetime,
    ferries: bool = True,
    box: Box | None = None,
    around: Box | None = None,
) -> NetworkImported:
    """`around`: west, south, east, north of where rounds are driven.

    Raises Invalid for a file that cannot be read; what was imported before is kept then.
    """
    read = read_roads(file, ferries=ferries, box=box)
    graph, packed = read.graph, read.graph.pack()
    west, south, east, north = graph.bounds
    network = RoadNetwork(
        imported_at=at,
        source_name=file.name[:200],
        attribution=ATTRIBUTION,
        nodes=graph.nodes,
        edges=graph.edges,
        metres=float(graph.metres.sum()),
        west=west,
        south=south,
        east=east,
        north=north,
        figures=dict(read.counts),
        arrays=packed,
    )
    session.add(network)
    session.flush()  # Its number is told, and those before it go.
    session.execute(delete(RoadNetwork).where(RoadNetwork.id != network.id))
    here = around is None or (west <= around[2] and around[0] <= east and south <= around[3] and around[1] <= north)
    return NetworkImported(network.id, graph.nodes, graph.edges, network.metres, len(packed), read.counts, here)


def remove_network(session: Session) -> str:
    """Take the imported network out again; the name of its file, empty where there is none."""
    names = session.scalars(delete(RoadNetwork).returning(RoadNetwork.source_name)).all()
    return names[-1] if names else ""
