"""Lines of roads with their owners from a file into our own database; a second run changes what changed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import func, select, text

from app.errors import Invalid
from app.models import Road
from app.routing.fields import FromFile, Words
from app.services.geojson_features import (
    Feature,
    FeaturesImported,
    OwnerField,
    composed,
    own_name,
    owner_of,
    property_of,
    text_of,
)
from app.services.mapping_file import read_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

BATCH = 1000
LineOfPoints = list[tuple[float, float]]
# A road of several lines is kept as several rows; what it has no longer goes.
_WRITE = text("""
    INSERT INTO road (source_ref, part, name, ref, owner, line)
    SELECT r.source_ref, r.part, r.name, r.ref, r.owner, ST_GeogFromText(r.line)
    FROM unnest(CAST(:source_ref AS text[]), CAST(:part AS int[]), CAST(:name AS text[]), CAST(:ref AS text[]),
                CAST(:owner AS text[]), CAST(:line AS text[])) AS r (source_ref, part, name, ref, owner, line)
    ON CONFLICT (source_ref, part) DO UPDATE
    SET name = excluded.name, ref = excluded.ref, owner = excluded.owner, line = excluded.line
""")
_FORGET = text("""
    DELETE FROM road USING unnest(CAST(:source_ref AS text[]), CAST(:parts AS int[])) AS r (source_ref, parts)
    WHERE road.source_ref = r.source_ref AND road.part > r.parts
""")


class LeftOut(FromFile):
    """Features whose property has one of these words are no roads to look for, such as paths beside them."""

    property: Words
    words: Annotated[tuple[str, ...], Field(min_length=1)]


class RoadMapping(FromFile):
    """How the properties of a GeoJSON file's lines become roads.

    `ref` is written with properties in braces: "{vegkategori}V{vegnummer}" gives FV862; a road that lacks one of them
    has no ref. `source_ref` is the line's own name in that file, by which a second run knows it again; `id` may also be
    the feature's own, which stands beside its properties.
    """

    source_ref: Words
    name: Words | None = None
    ref: Words | None = None
    owner: OwnerField | None = None
    leave_out: LeftOut | None = None


@dataclass(frozen=True, slots=True)
class ReadRoad:
    """A road as it stands in the file; points are (lon, lat), degrees WGS84."""

    source_ref: str
    name: str | None
    ref: str | None
    owner: str
    lines: list[LineOfPoints]


def load_road_mapping(path: Path) -> RoadMapping:
    """Raises MappingMistakes naming every mistake with its line."""
    return read_mapping(path, RoadMapping)[0]


def import_roads(session: Session, features: Iterable[Any], mapping: RoadMapping) -> FeaturesImported:
    """Every line comes in, or is named with its reason; the features may come from any kind of file."""
    result = FeaturesImported()
    before = _count(session)
    batch: list[ReadRoad] = []
    for road in _roads(features, mapping, result):
        batch.append(road)
        if len(batch) == BATCH:
            _write(session, batch)
            batch.clear()
    _write(session, batch)
    result.added = _count(session) - before
    result.known = sum(result.owners.values()) - result.added
    return result


def _roads(features: Iterable[Any], mapping: RoadMapping, result: FeaturesImported) -> Iterator[ReadRoad]:
    seen: set[str] = set()

    def make(feature: Feature, properties: Feature) -> ReadRoad | None:
        return None if _is_left_out(properties, mapping.leave_out) else _road(feature, properties, mapping, seen)

    for road in result.each(features, make):
        seen.add(road.source_ref)
        result.owners[road.owner] += 1
        yield road


def _is_left_out(properties: Feature, left_out: LeftOut | None) -> bool:
    return left_out is not None and str(property_of(properties, left_out.property)) in left_out.words


def _road(feature: Feature, properties: Feature, mapping: RoadMapping, taken: Container[str]) -> ReadRoad:
    return ReadRoad(
        source_ref=own_name(feature, properties, mapping.source_ref, taken=taken),
        name=text_of(properties, mapping.name, most=120),
        ref=composed(properties, mapping.ref, most=40),
        owner=owner_of(properties, mapping.owner),
        lines=_lines(feature.get("geometry")),
    )


def _lines(geometry: Any) -> list[LineOfPoints]:
    shape = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if shape not in {"LineString", "MultiLineString"} or not isinstance(coordinates, list):
        raise Invalid("it is no line; roads are LineString or MultiLineString")
    lines = [_line(line) for line in (coordinates if shape == "MultiLineString" else [coordinates])]
    if not lines:
        raise Invalid("its line has no points")
    return lines


def _line(points: Any) -> LineOfPoints:
    line = [_point(point) for point in points] if isinstance(points, list) else []
    if len(set(line)) < 2:
        raise Invalid("its line has fewer than two points")
    return line


def _point(point: Any) -> tuple[float, float]:
    """Heights and measures are dropped."""
    if not isinstance(point, list) or len(point) < 2 or not all(type(n) in {int, float} for n in point[:2]):
        raise Invalid("a point of its line is no longitude and latitude")
    lon, lat = float(point[0]), float(point[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Invalid("a point of its line is no place on earth; write degrees, longitude first")
    return round(lon, 7), round(lat, 7)


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Road).where(Road.part == 1)) or 0


def _write(session: Session, roads: list[ReadRoad]) -> None:
    if not roads:
        return
    rows = [
        (road.source_ref, part, road.name, road.ref, road.owner, _wkt(line))
        for road in roads
        for part, line in enumerate(road.lines, start=1)
    ]
    names = ("source_ref", "part", "name", "ref", "owner", "line")
    session.execute(_WRITE, {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
    session.execute(
        _FORGET,
        {"source_ref": [road.source_ref for road in roads], "parts": [len(road.lines) for road in roads]},
    )


def _wkt(line: LineOfPoints) -> str:
    return f"LINESTRING({', '.join(f'{lon} {lat}' for lon, lat in line)})"
