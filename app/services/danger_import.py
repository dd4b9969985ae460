"""Crossings, school ways and other places where the dark is dangerous, from a GeoJSON file."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import text

from app.errors import Invalid
from app.routing.fields import FromFile, Words
from app.services.geojson_features import Feature, FeaturesImported, own_name, property_of, text_of
from app.services.mapping_file import read_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

BATCH = 500
MOST_POINTS = 20_000
WIDEST_DEGREES = 2.0
Kind = Literal["crossing", "school_way", "other"]
Point = tuple[float, float]
# How deep the points lie in a shape's coordinates, and the fewest of a line or ring.
_SHAPES = {
    "Point": (0, 1), "MultiPoint": (1, 1), "LineString": (1, 2), "MultiLineString": (2, 2), "Polygon": (2, 4),
    "MultiPolygon": (3, 4),
}  # fmt: skip
# What is as it was stays untouched, so that a second run can say that it changed nothing.
_WRITE = text("""
    INSERT INTO danger_place AS d (source, source_ref, kind, name, shape)
    SELECT :source, r.source_ref, r.kind, r.name, ST_GeomFromGeoJSON(r.shape)::geography
    FROM unnest(CAST(:refs AS text[]), CAST(:kinds AS text[]), CAST(:names AS text[]), CAST(:shapes AS text[]))
        AS r (source_ref, kind, name, shape)
    ON CONFLICT (source, source_ref) DO UPDATE
    SET kind = excluded.kind, name = excluded.name, shape = excluded.shape
    WHERE (d.kind, d.name) IS DISTINCT FROM (excluded.kind, excluded.name)
        OR ST_AsBinary(d.shape) IS DISTINCT FROM ST_AsBinary(excluded.shape)
    RETURNING xmax = 0
""")
_FORGET = text("""
    DELETE FROM danger_place WHERE source = :source
        AND NOT EXISTS (SELECT FROM unnest(CAST(:kept AS text[])) AS kept (ref) WHERE kept.ref = source_ref)
    RETURNING id
""")


class KindField(FromFile):
    """A property whose words are translated to kinds; what it has no word for is `otherwise`, or left out."""

    property: Words
    translate: dict[str, Kind]
    otherwise: Kind | None = None


class DangerMapping(FromFile):
    """How the features of a GeoJSON file become dangerous places: points, lines or areas.

    `source` names the file, so that several can be imported beside each other. `source_ref` is the feature's own name
    in it; `id` may also stand beside the properties. All are of one `kind`, or it is read by `kinds`. Only features
    whose properties are as in `where` come in.
    """

    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    source_ref: Words
    name: Words | None = None
    kind: Kind | None = None
    kinds: KindField | None = None
    where: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> DangerMapping:
        if (self.kind is None) == (self.kinds is None):
            raise PydanticCustomError("kind", "write either “kind” for all features or “kinds” with a property")
        return self


@dataclass
class DangersImported(FeaturesImported):
    """`known` were here and are as they were, `changed` were brought up to date, `removed` by replacing."""

    changed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    source_ref: str
    kind: str
    name: str | None
    shape: str


def load_danger_mapping(path: Path) -> DangerMapping:
    """Raises MappingMistakes naming every mistake with its line."""
    return read_mapping(path, DangerMapping)[0]


def import_dangers(
    session: Session, features: Iterable[Any], mapping: DangerMapping, *, replace: bool = False
) -> DangersImported:
    """Every feature comes in, or is named with its reason. With `replace`, what is not in the file leaves its source.

    Raises Invalid for replacing by a file in which something was refused, or nothing came in.
    """
    result = DangersImported()
    places = _places(features, mapping, result)
    if replace and (result.refused or not places):
        raise Invalid(
            f"The file cannot replace what is here: {len(result.refused)} of its {result.read} features are refused. "
            "Mend them, or leave --replace away; nothing was changed."
        )
    everything = list(places.values())
    for start in range(0, len(everything), BATCH):
        _write(session, everything[start : start + BATCH], mapping, result)
    result.known = len(places) - result.added - result.changed
    if replace:
        gone = session.execute(_FORGET, {"source": mapping.source, "kept": list(places)}).all()
        result.removed = len(gone)
    return result


def _places(features: Iterable[Any], mapping: DangerMapping, result: DangersImported) -> dict[str, _Read]:
    places: dict[str, _Read] = {}

    def make(feature: Feature, properties: Feature) -> _Read | None:
        return _place(feature, properties, mapping, places)

    for place in result.each(features, make):
        places[place.source_ref] = place
        result.owners[place.kind] += 1
    return places


def _place(feature: Feature, properties: Feature, mapping: DangerMapping, taken: Container[str]) -> _Read | None:
    wanted = all(text_of(properties, name, most=200) == value for name, value in mapping.where.items())
    kind = _kind(properties, mapping)
    if not wanted or kind is None:
        return None
    return _Read(
        source_ref=own_name(feature, properties, mapping.source_ref, taken=taken),
        kind=kind,
        name=text_of(properties, mapping.name, most=120),
        shape=_shape(feature.get("geometry")),
    )


def _kind(properties: Feature, mapping: DangerMapping) -> str | None:
    if mapping.kinds is None:
        return mapping.kind
    word = str(property_of(properties, mapping.kinds.property))
    return mapping.kinds.translate.get(word, mapping.kinds.otherwise)


def _shape(geometry: Any) -> str:
    """The geometry as GeoJSON text with longitude and latitude only. Raises Invalid."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _SHAPES:
        raise Invalid("it is no point, line or area")
    depth, least = _SHAPES[kind]
    points: list[Point] = []
    coordinates = _read(geometry.get("coordinates"), depth, least, points)
    lats, lons = [lat for _, lat in points], [lon for lon, _ in points]
    if not points:
        raise Invalid("it has no points")
    if len(points) > MOST_POINTS:
        raise Invalid(f"it has more than {MOST_POINTS} points")
    if max(lats) - min(lats) > WIDEST_DEGREES or max(lons) - min(lons) > 3 * WIDEST_DEGREES:
        raise Invalid("it is larger than a municipality")
    return orjson.dumps({"type": kind, "coordinates": coordinates}).decode()


def _read(value: Any, depth: int, least: int, points: list[Point]) -> Any:
    if depth == 0:
        point = _point(value)
        points.append(point)
        return point
    if not isinstance(value, list) or not value:
        raise Invalid("a part of it has no points")
    found = [_read(one, depth - 1, least, points) for one in value]
    if depth == 1:
        _check_line(found, least)
    return found


def _check_line(line: list[Point], least: int) -> None:
    if least == 4 and (len(set(line)) < 3 or line[0] != line[-1]):
        raise Invalid("its outline is not closed, or has fewer than three corners")
    if least == 2 and len(set(line)) < 2:
        raise Invalid("its line has fewer than two points")


def _point(point: Any) -> Point:
    """Heights and measures are dropped."""
    if not isinstance(point, list) or len(point) < 2 or not all(type(n) in {int, float} for n in point[:2]):
        raise Invalid("a point of it is no longitude and latitude")
    lon, lat = float(point[0]), float(point[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Invalid("a point of it is no place on earth; write degrees, longitude first")
    return round(lon, 7), round(lat, 7)


def _write(session: Session, places: list[_Read], mapping: DangerMapping, result: DangersImported) -> None:
    given = {
        "source": mapping.source,
        "refs": [place.source_ref for place in places],
        "kinds": [place.kind for place in places],
        "names": [place.name for place in places],
        "shapes": [place.shape for place in places],
    }
    for (new,) in session.execute(_WRITE, given):
        result.added += bool(new)
        result.changed += not new
