"""A round in words, for paper and files: what a crew reads, and what a contractor with a link reads instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.errors import N_
from app.models import Asset, Report, RouteList, Stop
from app.routing import Rules
from app.services.fault_words import reasons_in_words
from app.services.round_reading import RoundReader
from app.text import translate

MAP_BY = "OpenStreetMap contributors"
MAP_LICENSE = "https://www.openstreetmap.org/copyright"
# What the times rest on. Straight lines need no map.
RESTS_ON: dict[str, str] = {
    "straight": N_("Times and ways rest on straight lines with a factor for bends, not on roads."),
    "roads": N_("Times and ways rest on the road network that was imported here."),
    "valhalla": N_("Times and ways rest on the road network of a Valhalla server."),
    "osrm": N_("Times and ways rest on the road network of an OSRM server."),
}


@dataclass(frozen=True, slots=True)
class Work:
    """One report at a stop: what to do. `words` are the reporter's."""

    category: str
    reference: str
    answers: tuple[tuple[str, str], ...]
    words: str
    others: int


@dataclass(frozen=True, slots=True)
class SheetStop:
    """One stop. Degrees WGS84, metres, seconds; `line` the way to it as [lon, lat]; `url` opens it in the cab.

    `place` is for paper; `public_place`, a register's words, is for files that leave for other programs.
    """

    id: int
    number: int
    lat: float
    lon: float
    place: str
    public_place: str
    mast: str
    work: tuple[Work, ...]
    why: tuple[str, ...]
    must: bool
    needs_lift: bool
    arrives_at: datetime | None
    service_seconds: int
    leg_metres: float
    leg_seconds: float
    line: tuple[tuple[float, float], ...]
    outcome: str | None
    completed_at: datetime | None
    minutes: int | None
    materials: tuple[tuple[str, float], ...]
    url: str

    @property
    def coordinates(self) -> str:
        """As navigators and people type them."""
        return f"{self.lat:.5f}, {self.lon:.5f}"

    @property
    def to_do(self) -> str:
        """Categories with how many of each, without anybody's words."""
        names = [one.category for one in self.work]
        return ", ".join(name if names.count(name) == 1 else f"{names.count(name)} × {name}" for name in _once(names))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole round. `ends_at` is when the crew is back, or done at the last stop."""

    id: int
    name: str
    unit: str
    day: date
    starts_at: datetime
    ends_at: datetime
    ends_by: datetime | None
    crew: str
    vehicle: str
    start: tuple[float, float]
    start_name: str
    end: tuple[float, float] | None
    end_name: str
    back_metres: float
    total_metres: float
    back_line: tuple[tuple[float, float], ...]
    way_by: str
    version: int
    draft: bool
    closed: bool
    stops: tuple[SheetStop, ...]
    url: str

    @property
    def legs(self) -> list[tuple[tuple[float, float], ...]]:
        """All ways in driving order, with the one back."""
        return [stop.line for stop in self.stops] + ([self.back_line] if self.back_line else [])

    @property
    def map_by(self) -> str:
        """Whose map the ways rest on; empty for straight lines."""
        return "" if self.way_by == "straight" else MAP_BY


def sheet_of(route_list: RouteList, rules: Rules, *, reader: RoundReader, url: str, lang: str) -> Sheet:
    """The round as `reader` may read it. Expects what `round_links.with_all` loads; `url` is where its pages begin."""
    stops, here = [], (route_list.start_lon, route_list.start_lat)
    for stop in route_list.stops:
        stops.append(_stop(stop, rules, reader=reader, came_from=here, url=url, lang=lang))
        here = (stop.lon, stop.lat)
    unit = rules.units.get(route_list.unit_code)
    end = _end(route_list)
    return Sheet(
        id=route_list.id,
        name=route_list.name,
        unit=unit.name(lang) if unit else route_list.unit_code,
        day=route_list.day,
        starts_at=route_list.starts_at,
        ends_at=_ends_at(route_list),
        ends_by=route_list.ends_by,
        crew=route_list.crew.name if route_list.crew else "",
        vehicle=route_list.vehicle.name if route_list.vehicle else "",
        start=(route_list.start_lat, route_list.start_lon),
        start_name=route_list.start_name or "",
        end=end,
        end_name=(route_list.start_name if route_list.returns else route_list.end_name) or "",
        back_metres=route_list.back_metres,
        total_metres=route_list.total_metres,
        back_line=_line(route_list.back_line, here, (end[1], end[0])) if end and stops else (),
        way_by=route_list.way_by,
        version=route_list.version,
        draft=route_list.is_draft,
        closed=not route_list.is_open,
        stops=tuple(stops),
        url=url,
    )


def rests_on(sheet: Sheet, lang: str) -> str:
    """What the times rest on, and whose map it is."""
    said = translate(RESTS_ON.get(sheet.way_by, RESTS_ON["roads"]), lang)
    return f"{said} © {sheet.map_by}" if sheet.map_by else said


def _end(route_list: RouteList) -> tuple[float, float] | None:
    if route_list.returns:
        return route_list.start_lat, route_list.start_lon
    if route_list.end_lat is None or route_list.end_lon is None:
        return None
    return route_list.end_lat, route_list.end_lon


def _ends_at(route_list: RouteList) -> datetime:
    """After the last stop and the way back; where no times are known, after all driving and work."""
    times = [stop.arrives_at + timedelta(seconds=stop.service_seconds) for stop in route_list.stops if stop.arrives_at]
    if times:
        return max(times) + timedelta(seconds=route_list.back_seconds)
    seconds = sum(stop.leg_seconds + stop.service_seconds for stop in route_list.stops) + route_list.back_seconds
    # A calendar shows nothing of an entry that is over when it begins.
    return route_list.starts_at + timedelta(seconds=max(seconds, 900))


def _stop(
    stop: Stop, rules: Rules, *, reader: RoundReader, came_from: tuple[float, float], url: str, lang: str
) -> SheetStop:
    reports = [entry.report for entry in stop.entries]
    return SheetStop(
        id=stop.id,
        number=stop.sort_order,
        lat=stop.lat,
        lon=stop.lon,
        place=_first(reader.place(report) for report in reports),
        public_place=_first(report.public_address for report in reports),
        mast=_mast(stop.asset, reports),
        work=tuple(_work(report, rules, reader=reader, lang=lang) for report in reports),
        why=tuple(reasons_in_words(stop.why, lang)),
        must=stop.must,
        needs_lift=stop.needs_lift,
        arrives_at=stop.arrives_at,
        service_seconds=stop.service_seconds,
        leg_metres=stop.leg_metres,
        leg_seconds=stop.leg_seconds,
        line=_line(stop.leg_line, came_from, (stop.lon, stop.lat)),
        outcome=stop.outcome,
        completed_at=stop.completed_at,
        minutes=stop.minutes,
        materials=tuple((one.material_code, one.quantity) for one in stop.materials),
        url=f"{url}/drive#stop-{stop.id}",
    )


def _work(report: Report, rules: Rules, *, reader: RoundReader, lang: str) -> Work:
    category = rules.categories.get(report.category_code)
    return Work(
        category=category.name(lang) if category else report.category_code,
        reference=report.shown_reference,
        answers=rules.answers_in_words(report.category_code, reader.answers(report), lang),
        words=reader.words(report),
        others=report.support_count,
    )


def _mast(asset: Asset | None, reports: Sequence[Report]) -> str:
    """The number on the mast, else its name in the register."""
    found = asset or next((report.asset for report in reports if report.asset), None)
    return (found.number or found.source_ref) if found else ""


def _line(
    kept: Sequence[Sequence[float]] | None, here: tuple[float, float], there: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    """The way as it was found, else straight on."""
    points = [(point[0], point[1]) for point in kept or ()]
    return tuple(points) if len(points) > 1 else (here, there)


def _first(found: Iterable[str | None]) -> str:
    return next((one for one in found if one), "")


def _once(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
