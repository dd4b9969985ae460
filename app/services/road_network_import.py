"""A road network from a file of OpenStreetMap into our own database; the next one takes its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models import RoadNetwork
from app.services.osm_roads import Box, read_roads

ATTRIBUTION = "© OpenStreetMap contributors"


@dataclass(frozen=True, slots=True)
class NetworkImported:
    """What came in: metres of road, bytes in the database, and what was read, by word."""

    network_id: int
    junctions: int
    edges: int
    metres: float
    size: int
    counts: Counter[str]


def import_network(
    session: Session, file: Path, *, at: datetime, ferries: bool = True, box: Box | None = None
) -> NetworkImported:
    """Raises Invalid for a file that cannot be read; what was imported before is kept then."""
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
    return NetworkImported(network.id, graph.nodes, graph.edges, network.metres, len(packed), read.counts)
