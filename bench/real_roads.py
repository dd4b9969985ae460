"""Real roads through gatami: lit stretches of Tromsø from NVDB, and OpenStreetMap's roads of Oslo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.table import Table
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import SessionFactory, transaction
from app.queries.surroundings import surroundings
from app.services.geojson_features import FeaturesImported, read_features
from app.services.road_import import import_roads, load_road_mapping
from app.services.whose_road import road_at
from app.settings import PROJECT

# (file, mapping, whether the source tells whose each road is)
ROADS = (
    ("belysningsstrekninger-tromso-nvdb.geojson", "nvdb_roads.yaml", True),
    ("veger-oslo-ost-osm.geojson", "osm_roads.yaml", False),
)
# A pin is put beside a road rather than on it.
BESIDE_METRES = 10
_POINTS = text("""
    SELECT owner, ref, ST_Y(point::geometry), ST_X(point::geometry)
    FROM (SELECT owner, ref, ST_LineInterpolatePoint(line::geometry, 0.5)::geography AS middle FROM road) one,
         unnest(CAST(:directions AS float8[])) AS direction,
         ST_Project(middle, CAST(:metres AS float8), radians(direction)) AS point
""")


class Asked(NamedTuple):
    """Of how many places it was asked whose road it is, and how often owner and number were the road's own."""

    places: int
    owner: int
    ref: int


def roads_table(folder: Path, database: Callable[[str], SessionFactory], check: Callable[[bool, str], None]) -> Table:
    """Each file is imported twice; then whose road it is at the middle of each of its roads, and beside it."""
    table = Table(
        "file", "lines", "added", "left out", "second run adds", "refused", "owners", "own owner at its middle",
        "own number", f"own owner {BESIDE_METRES} m beside", title="Roads", title_justify="left",
    )  # fmt: skip
    for name, mapping, tells in ROADS:
        if not (folder / name).is_file():
            continue
        with transaction(database(f"roads_{mapping.partition('_')[0]}")) as session:
            first, second = (_import(session, folder / name, mapping) for _ in range(2))
            on = _ask(session, metres=0, directions=[0.0])
            beside = _ask(session, metres=BESIDE_METRES, directions=[0.0, 90.0, 180.0, 270.0]) if tells else None
        whole = first.added + first.left_out == first.read
        check(whole, f"{name}: every road comes in")
        check(second.added == 0 and second.known == first.added, f"{name}: a second run adds nothing")
        check(on.owner == on.places, f"{name}: every road is told its own owner at its middle ({_share(on.owner, on)})")
        table.add_row(
            name, str(first.read), str(first.added), str(first.left_out), str(second.added), str(len(first.refused)),
            _counted(first.owners), _share(on.owner, on), _share(on.ref, on),
            _share(beside.owner, beside) if beside else "",
        )  # fmt: skip
    return table


def _import(session: Session, file: Path, mapping: str) -> FeaturesImported:
    fitting = load_road_mapping(PROJECT / "examples" / mapping)
    return import_roads(session, read_features(file), fitting)


def _ask(session: Session, *, metres: float, directions: list[float]) -> Asked:
    places = owner = ref = 0
    for its_owner, its_ref, lat, lon in session.execute(_POINTS, {"metres": metres, "directions": directions}).all():
        road = road_at(surroundings(session, lat=lat, lon=lon), None)
        places, owner, ref = places + 1, owner + (road.owner == its_owner), ref + (road.ref == its_ref)
    return Asked(places, owner, ref)


def _counted(counts: Counter[str]) -> str:
    return "\n".join(f"{name}: {count}" for name, count in counts.most_common())


def _share(right: int, asked: Asked) -> str:
    return f"{right} of {asked.places}, {100 * right / asked.places:.1f} %"
