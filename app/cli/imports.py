"""`gatami import`: reports, areas and things with a place from files of other systems."""

from __future__ import annotations

import csv
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli.boxes import box_of
from app.cli.connect import database
from app.settings import PROJECT, get_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID
    from sqlalchemy.orm import Session

    from app.services.importing import Imported, Refused

RULES_HELP = "The rules file; without it, the one in the settings."
REFUSED_HELP = "Write the rows that were not imported to this CSV file, with row number and reason."
PLACES_HELP = "The YAML file that says which column is what; without it, Kartverket's file of addresses is expected."
ROADS_HELP = "Of GeoJSON: the YAML file that says which property is what."
AREA_HELP = "A code of the rules' areas; `service` is the area of the whole service."


class ReportsByDefault(TyperGroup):
    """`gatami import FILE` is `gatami import reports FILE`, because reports are what is imported most."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the subcommand there that was left out."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["reports", *args]
        return super().parse_args(ctx, args)


import_app = typer.Typer(
    cls=ReportsByDefault,
    help="Import reports (the default: `gatami import FILE --mapping MAPPING.yaml`), an area, assets or roads.",
    no_args_is_help=True,
)


@import_app.command("reports")
def reports(
    file: Annotated[Path, typer.Argument(help="A CSV file; its first row names the columns.")],
    *,
    mapping: Annotated[Path, typer.Option(help="The YAML file that says which column is what.")],
    rules: Annotated[Path | None, typer.Option(help=RULES_HELP)] = None,
    refused: Annotated[Path | None, typer.Option(help=REFUSED_HELP)] = None,
) -> None:
    """Import a CSV file of reports: all of it or, when killed, nothing; a second run imports what is new."""
    from app.routing import load_rules
    from app.services.importing import import_reports
    from app.services.mapping_file import load_mapping

    in_force = load_rules(rules or get_settings().rules_file)
    fitting = load_mapping(mapping, in_force)
    started = datetime.now(UTC)
    with _progress() as show, _session() as session:
        result = import_reports(session, file, fitting, rules=in_force, at=started, progress=show)
    _tell(result, seconds=(datetime.now(UTC) - started).total_seconds())
    if refused:
        _write_refused(refused, result.header, result.refused)
        typer.echo(f"The {len(result.refused)} refused rows are in {refused}.")


@import_app.command("area")
def area(
    file: Annotated[Path | None, typer.Argument(help="A GeoJSON file, WGS84.")] = None,
    *,
    code: Annotated[str, typer.Option(help=AREA_HELP)] = "service",
    forget: Annotated[bool, typer.Option("--forget", help="Use the rules file's own outline again.")] = False,
) -> None:
    """Put an outline in place of one of the rules' areas; running web servers take it over within seconds."""
    from app.routing import load_rules
    from app.services import areas

    rules = load_rules(get_settings().rules_file)
    if forget == (file is not None):
        raise typer.BadParameter("Give either a file or --forget.")
    with _session() as session:
        if file is None:
            areas.forget_area(session, code)
            typer.echo(f"The area {code} is the rules file's own again.")
            return
        shape = areas.import_area(session, file, code=code, rules=rules, at=datetime.now(UTC))
    corners = sum(len(ring) - 1 for polygon in shape.polygons for ring in polygon.rings)
    typer.echo(f"The area {code} is now {file}: {len(shape.polygons)} polygons, {corners} corners.")


@import_app.command("assets")
def assets(
    file: Annotated[Path, typer.Argument(help="A GeoJSON file of points, WGS84.")],
    *,
    mapping: Annotated[Path, typer.Option(help="The YAML file that says which property is what.")],
    replace: Annotated[bool, typer.Option(help="Lamps that are not in this file leave the register.")] = False,
) -> None:
    """Import lamps into the register; a second run brings them up to date."""
    from app.services.asset_import import import_assets, load_asset_mapping

    fitting = load_asset_mapping(mapping)
    with _session() as session:
        result = import_assets(session, file, fitting, replace=replace)
    typer.echo(
        f"{result.read} read, {result.added} added, {result.known} brought up to date, {len(result.refused)} refused, "
        f"{result.left_out} left out, {result.removed} removed; {result.numbered} have a number."
    )
    for number, reason in result.refused[:20]:
        typer.echo(f"  feature {number}: {reason}")


@import_app.command("roads")
def roads(
    file: Annotated[Path | None, typer.Argument(help="Roads to drive on (.osm.pbf), or GeoJSON of owners.")] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take out the roads to drive on; without a file.")] = False,
    mapping: Annotated[Path | None, typer.Option(help=ROADS_HELP)] = None,
    box: Annotated[str | None, typer.Option(help="Of an .osm.pbf only: west,south,east,north in degrees.")] = None,
    ferries: Annotated[bool, typer.Option(help="Of an .osm.pbf only: whether rounds may take a ferry.")] = True,
) -> None:
    """Import the roads that rounds are planned on (OpenStreetMap), or roads with their owners (GeoJSON)."""
    from app.services.osm_roads import is_osm

    if remove == (file is not None):
        raise typer.BadParameter("Give either a file or --remove.")
    if file is None:
        _remove_network()
    elif is_osm(file):
        _network(file, ferries=ferries, box=box_of(box))
    elif mapping is None:
        raise typer.BadParameter("A file of roads and their owners needs --mapping; roads to drive on are .osm.pbf.")
    else:
        _owners(file, mapping)


def _network(file: Path, *, ferries: bool, box: tuple[float, float, float, float] | None) -> None:
    from app.services.road_network_import import ELSEWHERE, import_network, service_box

    started, around = datetime.now(UTC), service_box(get_settings().rules_file)
    with _session() as session:
        result = import_network(session, file, at=started, ferries=ferries, box=box, around=around)
    seconds = (datetime.now(UTC) - started).total_seconds()
    typer.echo(
        f"{result.metres / 1000:,.0f} km of road in {seconds:.1f} s: {result.junctions} junctions, {result.edges} "
        f"roads between them, {result.size / 1e6:.1f} MB. It takes the place of what was imported before."
    )
    typer.echo("  " + ", ".join(f"{word}: {count}" for word, count in result.counts.items()))
    if not result.here:
        typer.echo(f"  {ELSEWHERE}", err=True)
    typer.echo("  Turn restrictions, hours and weekdays are not obeyed; closures are drawn on /staff/road-closures.")


def _remove_network() -> None:
    from app.services.road_network_import import remove_network

    with _session() as session:
        name = remove_network(session)
    gone = f"The roads of {name} are taken out." if name else "No road network is imported."
    typer.echo(f"{gone} Rounds are planned on straight lines, or by GATAMI_ROUTER.")


def _owners(file: Path, mapping: Path) -> None:
    from app.services.geojson_features import read_features
    from app.services.road_import import import_roads, load_road_mapping

    fitting = load_road_mapping(mapping)
    with _session() as session:
        result = import_roads(session, read_features(file), fitting)
    typer.echo(
        f"{result.read} read, {result.added} added, {result.known} brought up to date, "
        f"{result.left_out} left out, {len(result.refused)} refused."
    )
    for owner, count in result.owners.most_common():
        typer.echo(f"  owner {owner}: {count}")
    for number, reason in result.refused[:20]:
        typer.echo(f"  feature {number}: {reason}")


@import_app.command("dangers")
def dangers(
    file: Annotated[Path, typer.Argument(help="A GeoJSON file of points, lines or areas, WGS84.")],
    *,
    mapping: Annotated[Path, typer.Option(help="The YAML file that says which property is what.")],
    replace: Annotated[bool, typer.Option(help="Places of this source that are not in this file leave.")] = False,
) -> None:
    """Import crossings and school ways, where a dark lamp is mended first; a second run brings them up to date."""
    from app.services.danger_import import import_dangers, load_danger_mapping
    from app.services.geojson_features import read_features

    fitting = load_danger_mapping(mapping)
    with _session() as session:
        result = import_dangers(session, read_features(file), fitting, replace=replace)
    typer.echo(
        f"{result.read} read, {result.added} added, {result.changed} changed, {result.known} as before, "
        f"{result.left_out} left out, {len(result.refused)} refused, {result.removed} removed."
    )
    for kind, count in result.owners.most_common():
        typer.echo(f"  {kind}: {count}")
    for number, reason in result.refused[:20]:
        typer.echo(f"  feature {number}: {reason}")


@import_app.command("addresses")
def addresses(
    file: Annotated[Path, typer.Argument(help="A CSV file (comma, semicolon or tab) or GeoJSON.")],
    *,
    mapping: Annotated[Path | None, typer.Option(help=PLACES_HELP)] = None,
    replace: Annotated[bool, typer.Option(help="Places of this kind that are not in this file leave.")] = False,
) -> None:
    """Import addresses or place names to search in, with no other register; a second run brings them up to date."""
    from app.services.place_import import import_places
    from app.services.place_mapping import load_place_mapping

    fitting = load_place_mapping(mapping or PROJECT / "examples" / "kartverket_addresses.yaml")
    started = datetime.now(UTC)
    with _session() as session:
        result = import_places(session, file, fitting, replace=replace)
    seconds = (datetime.now(UTC) - started).total_seconds()
    typer.echo(
        f"{result.read} rows in {seconds:.1f} s: {result.added} added, {result.changed} changed, "
        f"{result.same} as before, {result.left_out} left out, {result.refused_count} refused; "
        f"{result.streets} streets." + (f" {result.removed} removed." if replace else "")
    )
    for number, reason in result.refused[:20]:
        typer.echo(f"  row {number}: {reason}")


@contextmanager
def _session() -> Iterator[Session]:
    """One transaction on the database of this installation."""
    from app.db import make_engine, make_session_factory, transaction

    with database() as url:
        engine = make_engine(url, pool_size=1)
        try:
            with transaction(make_session_factory(engine)) as session:
                yield session
        finally:
            engine.dispose()


class _Bars:
    """A bar for each stage of the work, on standard error."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self.bars = Progress(console=Console(stderr=True), transient=False)
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show that `done` of `of` is done."""
        if what not in self._tasks:
            self._tasks[what] = self.bars.add_task(what, total=of)
        self.bars.update(self._tasks[what], completed=done, total=of)


@contextmanager
def _progress() -> Iterator[_Bars]:
    show = _Bars()
    with show.bars:
        yield show


def _tell(result: Imported, *, seconds: float) -> None:
    typer.echo(
        f"{result.read} rows in {seconds:.1f} s: {result.imported} imported, "
        f"{result.known} were here already, "
        f"{len(result.refused)} refused, {result.linked} linked to the report that they repeat."
    )
    for flag, count in result.flags.most_common():
        typer.echo(f"  flagged {flag}: {count}")
    for kind, count in result.reasons.most_common():
        rows = [str(one.row) for one in result.refused if one.kind == kind]
        typer.echo(f"  refused, {kind}: {count} (row {', '.join(rows[:8])}{' ...' if count > 8 else ''})")


def _write_refused(path: Path, header: list[str], refused: list[Refused]) -> None:
    """Readable by its owner only: the rows are as they came, with everything that is in them."""
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        "w",
        encoding="utf-8",
        errors="backslashreplace",
        newline="",
    ) as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", *header])
        writer.writerows([one.row, one.reason, *one.cells] for one in sorted(refused, key=lambda one: one.row))
