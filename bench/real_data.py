"""`make real-data DATA=DIR`: other people's real files through gatami, in a table; exit code 1 when a promise breaks.

Nothing of a file's rows is printed but counts: some of them name people.
"""

import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.cluster import Cluster
from app.db import SessionFactory, make_engine, make_session_factory, migrate, transaction
from app.routing import in_service_area, load_rules
from app.routing.polygon_files import read_polygons
from app.services import areas
from app.services.asset_import import import_assets, load_asset_mapping
from app.services.importing import Imported, import_reports
from app.services.mapping_file import load_mapping
from app.settings import PROJECT
from bench.planning import WAYS, tsplib_rows
from bench.real_duplicates import duplicates_table
from bench.real_faults import faults_table
from bench.real_names import names_table
from bench.real_roads import roads_table
from bench.real_ways import ways_table

# The goal stands in the table's head: a busy machine makes an import slower, not wrong.
ROWS_PER_SECOND = 5000
SAME_AREA = 0.95
EXAMPLES = PROJECT / "examples"
# (folder under examples/, file, rows, rows that sit on the default point)
REPORTS = (
    ("boston", "boston311-2011-q3.csv", 16_805, 901),
    ("zuerich", "zueriwieneu-2016-2022.csv", 31_556, 0),
)
SERVICE_AREA = "tromso-tjenesteomraade-med-sjo.geojson"
# (file, mapping under examples/)
LAMPS = (
    ("lysmaster-tromso-utvalg.geojson", "nvdb_lamps.yaml"),
    ("lysmaster-lillehammer-nvdb.geojson", "nvdb_lamps.yaml"),
    ("lysmaster-gjovik-nvdb.geojson", "nvdb_lamps.yaml"),
    ("gatelamper-helsinki-osm.geojson", "osm_lamps.yaml"),
)
OUTSIDE = {
    "Storsteinnes": (69.2430, 19.2340),
    "Hansnes": (69.9670, 19.6230),
    "Lyngseidet": (69.5770, 20.2150),
    "Bardufoss": (69.0620, 18.5150),
    "Finnsnes": (69.2310, 17.9810),
}
INSIDE = {"the bridge": (69.6503, 18.9775), "the quay": (69.6473, 18.9585), "Sommarøy": (69.6330, 18.0060)}
_OVERLAP = text("""
    SELECT ST_Area(ST_Intersection(a, b)::geography) / ST_Area(ST_Union(a, b)::geography)
    FROM (SELECT ST_GeomFromGeoJSON(:ours) AS a, ST_GeomFromGeoJSON(:theirs) AS b) shapes
""")


@dataclass
class Promises:
    """What was promised, and whether it held."""

    kept: list[tuple[bool, str]] = field(default_factory=list)

    def check(self, holds: bool, what: str) -> None:
        self.kept.append((holds, what))

    @property
    def broken(self) -> list[str]:
        return [what for holds, what in self.kept if not holds]


@dataclass(frozen=True)
class Run:
    """One import of one file."""

    name: str
    result: Imported
    seconds: float

    @property
    def rate(self) -> float:
        return self.result.read / self.seconds


def main(folder: Path) -> int:
    console = Console(width=max(Console().width, 150))
    promises = Promises()
    missing = [name for name in (*(file for _, file, *_ in REPORTS), SERVICE_AREA) if not (folder / name).is_file()]
    if missing:
        console.print(f"{folder} has no {', '.join(missing)}: see where the files come from in examples/README.md.")
        return 2
    with private_cluster() as database:
        runs = [run for report in REPORTS for run in import_twice(folder, database, promises, *report)]
        console.print(reports_table(runs))
        console.print(found_again(folder, database, promises))
        console.print(area_table(folder, database, promises))
        console.print(lamps_table(folder, database, promises))
        console.print(roads_table(folder, database, promises.check))
        for table in ways_table(folder, database, promises.check):
            console.print(table)
        console.print(faults_table(folder, database, promises.check))
        console.print(names_table(folder, database, promises.check))
    console.print(gaps_table(folder, promises))
    for what in promises.broken:
        console.print(f"[bold red]Broken:[/] {what}")
    console.print(f"{len(promises.kept) - len(promises.broken)} of {len(promises.kept)} promises kept.")
    return 1 if promises.broken else 0


@contextmanager
def private_cluster():
    """A cluster that only this run knows; gives a maker of migrated databases."""
    folder = Path(tempfile.mkdtemp(prefix="gatami-real-data-", dir="/tmp"))
    folder.chmod(0o711)
    cluster = Cluster(folder / "postgres")
    engines = []

    def make(name: str) -> SessionFactory:
        cluster.create_database(name, template="template_gatami")
        engines.append(make_engine(cluster.url(name), pool_size=1))
        return make_session_factory(engines[-1])

    try:
        cluster.start()
        cluster.create_database("template_gatami")
        migrate(cluster.url("template_gatami"))
        yield make
    finally:
        for engine in engines:
            engine.dispose()
        cluster.stop(immediate=True)
        shutil.rmtree(folder, ignore_errors=True)


def import_twice(
    folder: Path,
    database: Callable[[str], SessionFactory],
    promises: Promises,
    name: str,
    file: str,
    rows: int,
    default: int,
) -> list[Run]:
    sessions = database(name)
    first, second = (import_once(folder / file, sessions, name) for _ in range(2))
    found = first.result
    promises.check(found.read == rows, f"{name}: all {rows} rows are read (read: {found.read})")
    whole = found.imported + found.known + len(found.refused) == found.read
    promises.check(whole, f"{name}: every row is imported or refused with its reason")
    promises.check(found.flags["default_point"] == default, f"{name}: {default} rows flagged at the default point")
    nothing_new = second.result.imported == 0 and second.result.known == found.imported
    promises.check(nothing_new, f"{name}: a second run imports nothing")
    with transaction(sessions) as session:
        check_kept(session, promises, name, found)
    return [first, second]


def import_once(file: Path, sessions: SessionFactory, name: str) -> Run:
    rules = load_rules(EXAMPLES / name / "rules.yaml")
    mapping = load_mapping(EXAMPLES / name / "mapping.yaml", rules)
    begun = time.perf_counter()
    with transaction(sessions) as session:
        result = import_reports(session, file, mapping, rules=rules, at=datetime.now(UTC))
    return Run(name, result, time.perf_counter() - begun)


def found_again(folder: Path, database: Callable[[str], SessionFactory], promises: Promises) -> Table:
    """In a database of its own, because statuses are put back to what they were on the day."""
    name, file, *_ = REPORTS[0]
    sessions = database("duplicates")
    import_once(folder / file, sessions, name)
    return duplicates_table(sessions, promises.check)


def check_kept(session: Session, promises: Promises, name: str, found: Imported) -> None:
    """What the tables say of it, and the map's own counts."""
    kept = session.scalar(text("SELECT count(*) FROM report"))
    promises.check(kept == found.imported, f"{name}: the table holds what was imported")
    silent = session.scalar(
        text(
            "SELECT count(*) FROM report r WHERE status <> (SELECT to_status FROM report_update u "
            "WHERE u.report_id = r.id ORDER BY u.id DESC LIMIT 1)"
        )
    )
    promises.check(silent == 0, f"{name}: every status has its line of history")
    on_map = session.scalar(text("SELECT count(*) FROM report r WHERE report_is_on_map(r)"))
    tallied = session.scalar(text("SELECT coalesce(sum(n), 0) FROM map_tally WHERE level = 4 AND category_code <> ''"))
    promises.check(on_map == tallied, f"{name}: the map counts what is on it")


def reports_table(runs: list[Run]) -> Table:
    table = Table(title="Reports imported", title_justify="left")
    for head in (
        "file",
        "rows",
        "imported",
        "here already",
        "refused",
        "flagged",
        "linked duplicates",
        "open",
        "s",
        f"rows/s (goal {ROWS_PER_SECOND})",
    ):
        table.add_column(head, justify="left" if head in {"file", "refused", "flagged"} else "right", no_wrap=True)
    for run in runs:
        result = run.result
        table.add_row(
            run.name, str(result.read), str(result.imported), str(result.known), counted(result.reasons),
            counted(result.flags), str(result.linked), str(result.statuses["new"]), f"{run.seconds:.2f}",
            f"{run.rate:.0f}",
        )  # fmt: skip
    return table


def counted(counts: Counter[str]) -> str:
    return "\n".join(f"{name}: {count}" for name, count in counts.most_common()) or "0"


def area_table(folder: Path, database: Callable[[str], SessionFactory], promises: Promises) -> Table:
    """Ours beside the official one, which is then imported in its place."""
    rules = load_rules(PROJECT / "routing_rules.yaml")
    file = folder / SERVICE_AREA
    theirs = read_polygons(file.read_bytes())
    table = Table("service area of Tromsø", "", title="Area", title_justify="left")
    with transaction(database("tromso")) as session:
        both = {"ours": geojson(rules.service_area), "theirs": geojson(theirs)}
        same = float(session.scalar(_OVERLAP, both) or 0.0)
        areas.import_area(session, file, code="service", rules=rules, at=datetime.now(UTC))
        back = areas.imported_areas(session)["service"]
    promises.check(same >= SAME_AREA, f"our area is {SAME_AREA:.0%} the official one (was {same:.1%})")
    promises.check(back == theirs, "an imported area comes back as it was")
    table.add_row("intersection / union", f"{100 * same:.1f} %")
    for name, (lat, lon) in OUTSIDE.items():
        promises.check(not in_service_area(rules, lat, lon), f"{name} is outside")
    for name, (lat, lon) in INSIDE.items():
        promises.check(in_service_area(rules, lat, lon), f"{name} is inside")
    table.add_row("outside", ", ".join(name for name, at in OUTSIDE.items() if not in_service_area(rules, *at)))
    table.add_row("inside", ", ".join(name for name, at in INSIDE.items() if in_service_area(rules, *at)))
    return table


def geojson(shape) -> str:
    return orjson.dumps(shape.geojson()).decode()


def lamps_table(folder: Path, database: Callable[[str], SessionFactory], promises: Promises) -> Table:
    heads = ("file", "lamps", "added", "second run adds", "refused", "with a number", "with a road", "owners")
    table = Table(*heads, title="Lamps", title_justify="left")
    sessions = database("lamps")
    for name, mapping_file in LAMPS:
        if not (folder / name).is_file():
            continue
        mapping = load_asset_mapping(EXAMPLES / mapping_file)
        with transaction(sessions) as session:
            first = import_assets(session, folder / name, mapping)
            second = import_assets(session, folder / name, mapping)
        whole = first.added + len(first.refused) == first.read and second.added == 0
        promises.check(whole, f"{name}: every mast comes in, once")
        table.add_row(
            name, str(first.read), str(first.added), str(second.added), str(len(first.refused)), str(first.numbered),
            str(first.with_road), counted(first.owners),
        )  # fmt: skip
    return table


def gaps_table(folder: Path, promises: Promises) -> Table:
    """The promise is for our own search, in seconds of this process' own work: a busy machine breaks nothing.

    Beside other ways: `python -m bench.planning DIR`.
    """
    own = next(iter(WAYS))
    heads = ("instance", "optimum", "CPU s", own, "goal")
    table = Table(*heads, title="Route lists: how much longer than the optimum", title_justify="left")
    for row in tsplib_rows(folder / "tsplib", ways=(own,)):
        gap = f"{row.gap_percent():.2f} %"
        table.add_row(row.name, str(row.optimum), f"{row.seconds:.0f}", gap, f"{row.goal:.0f} %")
        promises.check(row.gap_percent() <= row.goal, f"{row.name}: at most {row.goal:.0f} % above the optimum")
    return table


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder of the files: python -m bench.real_data DIR")
    sys.exit(main(Path(sys.argv[1])))
