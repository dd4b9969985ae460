"""Streets of lamps to darken, drawn in metres east and north of a place in Tromsø."""

from __future__ import annotations

from math import cos, radians

from app.planning.fault import FaultReport, Lamp

LAT, LON = 69.65, 18.95
METRES = 111_320.0


def at(east: float, north: float) -> tuple[float, float]:
    return LAT + north / METRES, LON + east / (METRES * cos(radians(LAT)))


def street(*spots: tuple[float, float], first: int = 1, road: str | None = "KV1", cable: str | None = None):
    """Lamps at (east, north) metres, numbered on from `first`."""
    found = []
    for number, (east, north) in enumerate(spots, start=first):
        lat, lon = at(east, north)
        found.append(Lamp(id=number, lat=lat, lon=lon, road=road, cable=cable))
    return found


def straight(count: int, *, step: float = 30, north: float = 0, **given):
    return street(*((number * step, north) for number in range(count)), **given)


def dark(lamps: list[Lamp], *ids: int, **given) -> list[FaultReport]:
    """A report on each of these lamps, with its number."""
    by_id = {lamp.id: lamp for lamp in lamps}
    return [FaultReport(lat=by_id[one].lat, lon=by_id[one].lon, lamp=one, **given) for one in ids]


def pin(east: float, north: float, **given) -> FaultReport:
    lat, lon = at(east, north)
    return FaultReport(lat=lat, lon=lon, **given)
