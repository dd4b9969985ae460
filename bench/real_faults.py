"""Dark runs among real masts: known runs along a road and single lamps are darkened, and looked for again.

The truth does not come from where the masts stand. The file tells each mast's road, parcel and metre, which the import
leaves out: masts that follow each other by the metre are a run. Runs of one trial lie apart from each other and from
the single lamps, so that every one has its own answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, radians
from pathlib import Path
from random import Random
from typing import Literal

from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import SessionFactory, transaction
from app.models import Asset
from app.planning.distance import metres
from app.planning.fault import Fault, FaultReport, Lamp, Limits
from app.planning.faults import find_faults
from app.queries.faults import lamps_around
from app.services.asset_import import import_assets, load_asset_mapping
from app.services.geojson_features import read_features
from app.settings import PROJECT

TOWNS = (("Lillehammer", "lysmaster-lillehammer-nvdb.geojson"), ("Gjøvik", "lysmaster-gjovik-nvdb.geojson"))
MAPPING = PROJECT / "examples" / "nvdb_lamps.yaml"
TRIALS, RUNS, SINGLES = 20, 10, 15
APART = 600.0
PIN_METRES = 8.0
SEED = 1902
Want = Literal["row", "stretch", "broken", "single"]
# What is promised of dark runs reported by the number on the mast, and of pins that people put beside it.
FOUND = {"number": 0.90, "pin": 0.80}
TRUE = {"number": 0.95, "pin": 0.95}
APART_SHARE = 0.88


@dataclass(frozen=True, slots=True)
class Dark:
    """What was darkened: these lamps, and what they should be found to be."""

    want: Want
    lamps: tuple[Lamp, ...]


@dataclass
class Score:
    """Of the darkened, how many came back whole and as what they are; of what was called a row, how much was one."""

    wanted: dict[Want, int] = field(default_factory=lambda: defaultdict(int))
    right: dict[Want, int] = field(default_factory=lambda: defaultdict(int))
    called: int = 0
    true: int = 0

    def share(self, *wants: Want) -> float:
        wanted = sum(self.wanted[want] for want in wants)
        return sum(self.right[want] for want in wants) / wanted if wanted else 1.0

    @property
    def precision(self) -> float:
        return self.true / self.called if self.called else 1.0


def faults_table(folder: Path, database: Callable[[str], SessionFactory], check: Callable[[bool, str], None]) -> Table:
    heads = ("masts of", "reported by", "rows of 3-5 found", "stretches of 6-10 found", "kept apart by a lit lamp",
             "single lamps", "called a row or stretch", "of those, true")  # fmt: skip
    title = f"Dark runs found among real masts ({TRIALS} trials of {RUNS} runs and {SINGLES} single lamps)"
    table = Table(*heads, title=title, title_justify="left")
    for town, name in TOWNS:
        if not (folder / name).is_file():
            continue
        with transaction(database(f"faults_{town[0].lower()}")) as session:
            import_assets(session, folder / name, load_asset_mapping(MAPPING))
            runs = _runs(folder / name, _lamps(session))
            for by in ("number", "pin"):
                score = _trials(session, runs, by)
                _promise(town, by, score, check)
                table.add_row(
                    town, by, *(_shown(score, want) for want in ("row", "stretch", "broken", "single")),
                    str(score.called), f"{score.precision:.1%}",
                )  # fmt: skip
    return table


def _promise(town: str, by: str, score: Score, check: Callable[[bool, str], None]) -> None:
    found = score.share("row", "stretch")
    check(found >= FOUND[by], f"{town}, by {by}: {FOUND[by]:.0%} of dark runs are found whole (were {found:.1%})")
    apart = score.share("broken")
    check(apart >= APART_SHARE, f"{town}, by {by}: a lit lamp breaks {APART_SHARE:.0%} of rows (was {apart:.1%})")
    true = score.precision
    check(true >= TRUE[by], f"{town}, by {by}: {TRUE[by]:.0%} of what is called a row is one (was {true:.1%})")


def _shown(score: Score, want: Want) -> str:
    return f"{score.right[want]} of {score.wanted[want]} ({score.share(want):.1%})"


def _lamps(session: Session) -> dict[str, Lamp]:
    return {
        asset.source_ref: Lamp(id=asset.id, lat=asset.lat, lon=asset.lon, road=asset.road_ref)
        for asset in session.scalars(select(Asset))
    }


def _runs(file: Path, lamps: dict[str, Lamp]) -> list[list[Lamp]]:
    """Masts that follow each other by the metre of their road, no further apart than neighbours may be."""
    roads = defaultdict(list)
    for feature in read_features(file):
        properties = feature["properties"]
        lamp = lamps.get(str(properties["id"]).removeprefix("vegvesen.no.nvdb."))
        road = properties.get("vegreferanse") or {}
        if lamp is not None and lamp.road and "meter" in road:
            roads[lamp.road, road.get("hovedparsell")].append((road["meter"], lamp.id, lamp))
    runs = []
    for along in roads.values():
        run: list[Lamp] = []
        for _, _, lamp in sorted(along, key=lambda row: row[:2]):
            if run and metres((run[-1].lat, run[-1].lon), (lamp.lat, lamp.lon)) > Limits().gap_metres:
                runs.append(run)
                run = []
            run.append(lamp)
        runs.append(run)
    return sorted((run for run in runs if run), key=lambda run: run[0].id)


def _trials(session: Session, runs: list[list[Lamp]], by: str) -> Score:
    score, random = Score(), Random(SEED)
    for _ in range(TRIALS):
        darkened = _darken(runs, random)
        reports = [_report(lamp, by, random) for dark in darkened for lamp in dark.lamps]
        points = [(report.lat, report.lon) for report in reports]
        named = [report.lamp for report in reports if report.lamp is not None]
        around = lamps_around(session, points, ids=named, metres=Limits().dark_area_metres + Limits().gap_metres)
        _score(darkened, find_faults(reports, around), score)
    return score


def _darken(runs: list[list[Lamp]], random: Random) -> list[Dark]:
    """Apart from each other, so that nothing is a run by chance."""
    found: list[Dark] = []
    for want, count in (("row", RUNS // 2), ("stretch", RUNS - RUNS // 2), ("broken", 3), ("single", SINGLES)):
        for _ in range(count):
            dark = next((one for _ in range(60) if _free(one := _one(runs, want, random), found)), None)
            found += [dark] if dark else []
    return found


def _one(runs: list[list[Lamp]], want: Want, random: Random) -> Dark:
    length = {"row": random.randint(3, 5), "stretch": random.randint(6, 10), "broken": 5, "single": 1}[want]
    # A few lamps that are all of their road are a stretch, so rows come from longer roads.
    run = random.choice([run for run in runs if len(run) > length])
    start = random.randint(0, len(run) - length)
    lamps = run[start : start + length]
    return Dark(want, tuple([*lamps[:2], *lamps[3:]] if want == "broken" else lamps))


def _free(dark: Dark, taken: list[Dark]) -> bool:
    return all(
        metres((one.lat, one.lon), (other.lat, other.lon)) > APART / (1 if dark.want != "single" else 2)
        for before in taken for other in before.lamps for one in dark.lamps
    )  # fmt: skip


def _report(lamp: Lamp, by: str, random: Random) -> FaultReport:
    if by == "number":
        return FaultReport(lat=lamp.lat, lon=lamp.lon, lamp=lamp.id)
    north, east = random.gauss(0, PIN_METRES / 2), random.gauss(0, PIN_METRES / 2)
    lat = lamp.lat + north / 111_320
    return FaultReport(lat=lat, lon=lamp.lon + east / (111_320 * cos(radians(lat))))


def _score(darkened: list[Dark], faults: list[Fault], score: Score) -> None:
    fault_of = {report: fault for fault in faults for report in fault.reports}
    number, owner = 0, {}
    for dark in darkened:
        own = range(number, number + len(dark.lamps))
        number += len(dark.lamps)
        owner |= dict.fromkeys(own, dark)
        theirs = {fault_of[report].reports: fault_of[report] for report in own}
        kinds = {fault.kind for fault in theirs.values()}
        score.wanted[dark.want] += 1
        if dark.want in {"row", "stretch"}:
            score.right[dark.want] += len(theirs) == 1 and kinds == {dark.want}
        else:
            score.right[dark.want] += not kinds & {"row", "stretch"}
    for fault in faults:
        if fault.kind in {"row", "stretch"}:
            score.called += 1
            score.true += _is_one_run(fault, owner)


def _is_one_run(fault: Fault, owner: dict[int, Dark]) -> bool:
    one = all(owner[here] is owner[there] for here, there in pairwise(fault.reports))
    return one and owner[fault.reports[0]].want in {"row", "stretch"}
