"""Small files of OpenStreetMap's, made up and written by osmium itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node
from osmium.osm.mutable import Way as OsmWay

from tests.planning.town import CORNERS

Tags = Mapping[str, str]
Street = tuple[Sequence[int], Tags]
RESIDENTIAL = {"highway": "residential", "maxspeed": "30"}
# The town of the planning tests; its streets have the numbers 10 to 16.
STREETS: dict[int, Street] = {
    10: ((0, 1, 2), RESIDENTIAL),
    11: ((3, 4, 5), RESIDENTIAL),
    12: ((6, 7, 8), RESIDENTIAL),
    13: ((0, 3, 6), RESIDENTIAL),
    14: ((1, 4, 7), RESIDENTIAL),
    15: ((2, 5, 8), RESIDENTIAL),
    16: ((5, 9), RESIDENTIAL),
}


def write_osm(
    path: Path,
    streets: Mapping[int, Street] | None = None,
    *,
    places: Mapping[int, tuple[float, float]] | None = None,
    node_tags: Mapping[int, Tags] | None = None,
    left_out: Sequence[int] = (),
) -> Path:
    """A file of ways and their nodes; numbers of nodes are one more than those of corners, as 0 is no number there.

    `left_out`: nodes that the ways name and the file lacks, as an extract does at its border.
    """
    path.unlink(missing_ok=True)
    tags = node_tags or {}
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lat, lon) in sorted({**CORNERS, **(places or {})}.items()):
            if number not in left_out:
                writer.add_node(Node(id=number + 1, version=1, location=(lon, lat), tags=dict(tags.get(number, {}))))
        for number, (points, about) in sorted((STREETS if streets is None else streets).items()):
            writer.add_way(OsmWay(id=number, version=1, nodes=[point + 1 for point in points], tags=dict(about)))
    return path
