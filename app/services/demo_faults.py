"""Dark streets of the demo: a whole stretch, three in a row, a crossing on a way to school, single lamps to gather."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.models import ReportStatus
from app.services import triage
from app.services.danger_import import DangerMapping, import_dangers
from app.services.demo_history import UNDO_SECONDS
from app.services.demo_places import STREETS, Lamp, lamps
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report

if TYPE_CHECKING:
    from datetime import datetime

    from app.services.demo_history import World

MAPPING = DangerMapping(
    source="demo", source_ref="id", name="name",
    kinds={"property": "kind", "translate": {"crossing": "crossing", "school_way": "school_way"}},
)  # fmt: skip
SCHOOL_WAY = "Mellomvegen"
STRETCH = tuple(f"13-{number:03}" for number in range(5, 12))
ROW = ("32-004", "32-005", "32-006")
CROSSING = "23-006"
SINGLES = ("21-003", "21-005", "21-007", "21-009", "21-011", "42-004", "52-007")
_WORDS = {
    "13": "Flere lamper etter hverandre er mørke i Grønnegata.",
    "32": "Mørkt i Turistvegen ved svingen.",
    "23": "Lampa ved gangfeltet er mørk, og ungene går her til skolen.",
}


def darken_streets(world: World) -> None:
    """Reported in the last days and sent on to the unit; nobody has mended them yet."""
    known = {lamp.number: lamp for lamp in lamps()}
    import_dangers(world.session, _dangers(known), MAPPING)
    day = timedelta(days=1)
    whole = [known[number] for number in STRETCH]
    # Far enough back for the desk to have seen it, whatever weekend lies between.
    at = world.now - 6 * day
    _report(world, whole[3], at=at, category="lamps_stretch", answers={"how_many": str(len(whole)), "houses": "no"})
    for number, lamp in enumerate([*whole, *(known[one] for one in (*ROW, CROSSING))]):
        _report(world, lamp, at=at + timedelta(minutes=30 + 20 * number))
    for number, lamp in enumerate(known[one] for one in SINGLES):
        _report(world, lamp, at=world.now - (7 + 3 * number) * day)


def _report(
    world: World, lamp: Lamp, *, at: datetime, category: str = "lamp_dark", answers: dict[str, object] | None = None
) -> None:
    draft = ReportDraft(
        category=category,
        lat=lamp.lat,
        lon=lamp.lon,
        address=f"{lamp.street.name} {lamp.house}",
        description=_WORDS.get(str(lamp.street.feeder), "Lampa er mørk."),
        answers=answers or {"mast": lamp.number, "state": "dark"},
    )
    report = submit_report(world.session, draft, rules=world.rules, at=at)
    world.reports.append(report)
    forwarded = min(world.office_hour(at), world.now)
    if report.status == ReportStatus.NEW and forwarded < world.now:
        by, session, rules = world.staff["kari"], world.session, world.rules
        world.know(report)
        triage.forward(session, report, "bydrift", rules=rules, by=by, at=forwarded, undo_seconds=UNDO_SECONDS)


def _dangers(known: dict[str, Lamp]) -> list[dict[str, Any]]:
    """The crossing beside one lamp, and the street that leads to the school."""
    lamp = known[CROSSING]
    line = next(street.line for street in STREETS if street.name == SCHOOL_WAY)
    way = [[lon, lat] for lat, lon in line]
    return [
        _feature("1", "crossing", "Gangfeltet ved barnehagen", "Point", [lamp.lon, lamp.lat]),
        _feature("2", "school_way", "Skolevegen langs Mellomvegen", "LineString", way),
    ]


def _feature(name: str, kind: str, words: str, shape: str, coordinates: list[Any]) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"id": name, "kind": kind, "name": words}, "geometry": geometry}
