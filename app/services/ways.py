"""What the driving times of rounds rest on: the imported road network, a router over HTTP, or straight lines."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.lookup.routers import RouterWays, router_of
from app.models import RoadClosure, RoadNetwork
from app.models.road_network import within
from app.planning.distance import Point
from app.planning.road_closing import Closure
from app.planning.road_graph import NotPacked, RoadGraph
from app.planning.roads import Network, RoadWays
from app.planning.travel import StraightWays, TravelSource
from app.queries import roads as road_queries
from app.services.road_network_import import ATTRIBUTION
from app.text import PEOPLES_ZONE, show_date
from app.text import translate as _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Rules
    from app.settings import Settings

ROUTERS = {"valhalla": "Valhalla", "osrm": "OSRM"}


class _Kept:
    """The graph that this process has unpacked: some megabytes, read once until another is imported."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._which: tuple[int, datetime] | None = None
        self._network: Network | None = None

    def network(self, session: Session, imported: RoadNetwork | None) -> Network | None:
        """The network of this row; None: there is none, or it cannot be read."""
        if imported is None:
            return None
        which = (imported.id, imported.imported_at)  # Another database counts from 1 as well.
        with self._lock:
            if self._which != which:
                self._which, self._network = which, _unpacked(road_queries.arrays_of(session, imported.id))
            return self._network


_kept = _Kept()


def _unpacked(arrays: bytes | None) -> Network | None:
    try:
        return Network(RoadGraph.unpack(arrays)) if arrays else None
    except NotPacked:
        return None


@dataclass(frozen=True, slots=True)
class _Held:
    """A closure as it was when the ways were asked for: planning outlives the transaction."""

    shape: Closure
    from_day: date
    until_day: date | None
    yearly: bool

    @classmethod
    def of(cls, closure: RoadClosure) -> _Held:
        return cls(closure_of(closure), closure.from_day, closure.until_day, closure.yearly)

    def on(self, day: date) -> bool:
        return within(day, self.from_day, self.until_day, yearly=self.yearly)


def ways(
    session: Session,
    rules: Rules | None = None,
    settings: Settings | None = None,
    *,
    day: date | None = None,
    unit_code: str | None = None,
) -> TravelSource:
    """Who knows the ways: a router that is set, else the imported network, else straight lines; raises nothing.

    Closures of all units are obeyed, or, with `unit_code`, those of this unit and of everybody. `day` is only a hint:
    closures that are over before it are not read.
    """
    straight = straight_ways(rules)
    found = road_queries.open_closures(session, day=day or date.min)
    closures = [_Held.of(one) for one in found if unit_code is None or one.unit_code in {None, unit_code}]
    own = _own(session, closures, straight, rules) or straight
    router = router_of(settings) if settings is not None else None
    if router is None:
        return own
    return RouterWays(router, own, closed=lambda on: own.by == "roads" and any(one.on(on) for one in closures))


def straight_ways(rules: Rules | None) -> StraightWays:
    """With the factor and the speed of the rules file."""
    rounds = getattr(rules, "rounds", None)
    return StraightWays() if rounds is None else StraightWays(winding=rounds.winding, kmh=rounds.kmh)


def _own(session: Session, closures: Sequence[_Held], straight: StraightWays, rules: Rules | None) -> RoadWays | None:
    imported = road_queries.network(session)
    network = _kept.network(session, imported)
    if imported is None or network is None:
        return None
    own = RoadWays(
        network,
        closed=lambda on: [one.shape for one in closures if one.on(on)],
        straight=straight,
        since=imported.imported_at.astimezone(PEOPLES_ZONE).date(),
    )
    # Before any way is asked for, a page must not promise the roads of another town.
    own.elsewhere = rules is not None and not _reaches(imported, rules)
    return own


def _reaches(imported: RoadNetwork, rules: Rules) -> bool:
    """Whether the network has roads where the municipality's service area is."""
    west, south, east, north = rules.service_area.bounds
    beside = imported.east < west or east < imported.west
    return not (beside or imported.north < south or north < imported.south)


def closure_of(closure: RoadClosure) -> Closure:
    """Its shape as the network takes it; GeoJSON is (lon, lat), we are (lat, lon)."""
    shape = closure.shape or {}
    kind, coordinates = shape.get("type"), shape.get("coordinates") or []
    return Closure(
        lines=tuple(map(_points, coordinates)) if kind == "MultiLineString" else (),
        areas=tuple(_points(rings[0]) for rings in coordinates) if kind == "MultiPolygon" else (),
        points=_points(coordinates) if kind == "MultiPoint" else (),
        way_ids=frozenset(closure.way_ids),
    )


def _points(coordinates: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    return tuple((lat, lon) for lon, lat in coordinates)


def own_network(session: Session) -> Network | None:
    """The imported network, whatever else is set."""
    return _kept.network(session, road_queries.network(session))


def imported_network(session: Session) -> RoadNetwork | None:
    """What is imported, if anything is."""
    return road_queries.network(session)


def network_of(source: TravelSource) -> Network | None:
    """The imported network that a source rests on, or falls back on."""
    own = source.fallback if isinstance(source, RouterWays) else source
    return own.network if isinstance(own, RoadWays) else None


def about_ways(source: TravelSource, lang: str) -> str:
    """One or two sentences for pages: what times and kilometres rest on. To be asked after the ways were."""
    if not isinstance(source, RouterWays):
        return _about_own(source, lang)
    name = ROUTERS[source.router.name]
    if source.why is None:
        return _("Driving times on the real roads come from %(router)s.", lang, router=name)
    if source.why == "closed":
        why = _("%(router)s does not know the closed roads of this day.", lang, router=name)
    else:
        why = _("%(router)s does not answer just now.", lang, router=name)
    return f"{why} {_about_own(source.fallback, lang)}"


def _about_own(source: TravelSource, lang: str) -> str:
    if isinstance(source, RoadWays) and source.elsewhere:
        why = _("The imported road network does not reach here.", lang)
        return f"{why} {_about_own(source.straight, lang)}"
    if isinstance(source, RoadWays) and source.since is not None:
        return _(
            "Driving times on the real road network (OpenStreetMap, imported %(day)s).",
            lang,
            day=show_date(source.since, lang),
        )
    winding = (source if isinstance(source, StraightWays) else StraightWays()).winding
    factor = f"{winding:.1f}".replace(".", "." if lang == "en" else ",")
    return _("Straight lines times %(factor)s: import a road network for real times.", lang, factor=factor)


def about_way_by(way_by: str, lang: str) -> str:
    """The same for a round that was planned before, by what is kept with it."""
    if way_by in ROUTERS:
        return _("Driving times on the real roads come from %(router)s.", lang, router=ROUTERS[way_by])
    if way_by == "roads":
        return _("Driving times on the real road network (OpenStreetMap).", lang)
    return _("Times are reckoned from straight lines, made longer.", lang)


def credit(way_by: str) -> str:
    """Whom to name where times or lines of `way_by` are shown; empty where nobody need be."""
    return "" if way_by == "straight" else ATTRIBUTION
