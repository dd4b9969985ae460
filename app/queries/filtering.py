"""Which public reports somebody wants, and the WHERE that finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select

from app.models import OPEN, Photo, Report
from app.queries.search import Words
from app.queries.visible import is_public


class Box(NamedTuple):
    """A rectangle in degrees WGS84, its borders included; west < east, south < north."""

    west: float
    south: float
    east: float
    north: float


class Circle(NamedTuple):
    """A place in degrees WGS84, and the metres around it that count."""

    lat: float
    lon: float
    radius: int

    @property
    def box(self) -> Box:
        """The rectangle around it, hardly larger."""
        north = self.radius / 110_500
        east = north / max(0.01, cos(radians(min(90, abs(self.lat) + north))))
        west, south = max(-180, self.lon - east), max(-90, self.lat - north)
        return Box(west, south, min(180, self.lon + east), min(90, self.lat + north))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports are wanted; None means all. `since` is included, `until` is not; `area` is GeoJSON, WGS84.

    `words` must all be met; `photo`: one that everybody may see; `by_change`: the latest changed first. What is
    searched for always comes newest first.
    """

    categories: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    box: Box | None = None
    area: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    near: Circle | None = None
    photo: bool = False
    words: Words = ()
    by_change: bool = False


def conditions(wanted: ReportFilter, *, by_place: bool = True) -> list[ColumnElement[bool]]:
    """The WHERE of a public list, but for its words. `by_place`: indexes on places may be used."""
    found: list[ColumnElement[bool]] = [is_public()]
    if wanted.categories is not None:
        found.append(Report.category_code.in_(sorted(wanted.categories)))
    if wanted.statuses is not None:
        statuses = sorted(wanted.statuses)
        # In the text of the statement, as the index on open reports has them: a parameter could be anything.
        is_open = Report.status.in_([literal_column(f"'{status.value}'") for status in sorted(OPEN)])
        found.append(is_open if statuses == sorted(OPEN) else Report.status.in_(statuses))
    if wanted.box is not None:
        found.append(within(wanted.box) if by_place else _between(wanted.box))
    if wanted.area is not None:
        here = func.ST_SetSRID(func.ST_MakePoint(Report.lon, Report.lat), 4326)
        found.append(func.ST_Intersects(here, func.ST_SetSRID(func.ST_GeomFromGeoJSON(wanted.area), 4326)))
    if wanted.near is not None:
        found += [within(wanted.near.box) if by_place else _between(wanted.near.box), _around(wanted.near)]
    if wanted.photo:
        found.append(exists(select(Photo.id).where(Photo.report_id == Report.id, Photo.public)))
    if wanted.since is not None:
        found.append(Report.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(Report.created_at < wanted.until)
    return found


def within(box: Box) -> ColumnElement[bool]:
    """Whether a report lies in a box; exact, by the index on (lon, lat) as plane points."""
    corners = func.box(func.point(box.west, box.south), func.point(box.east, box.north))
    return and_(func.point(Report.lon, Report.lat).op("<@", is_comparison=True)(corners), _between(box))


def _between(box: Box) -> ColumnElement[bool]:
    return and_(Report.lon.between(box.west, box.east), Report.lat.between(box.south, box.north))


def _around(near: Circle) -> ColumnElement[bool]:
    """Whether a report lies in a circle, in metres on the ellipsoid; the box around it is there for the index."""
    place = func.ST_SetSRID(func.ST_MakePoint(near.lon, near.lat), 4326).op("::")(literal_column("geography"))
    return func.ST_Distance(Report.position, place) <= near.radius
