"""Lamps and the like from a GeoJSON file into the register; a second run changes what changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.errors import Invalid
from app.models import Asset
from app.routing.fields import FromFile, Words
from app.routing.rules import OwnerOrUnknown
from app.services.mapping_file import read_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

BATCH = 1000
Feature = dict[str, Any]


class OwnerField(FromFile):
    """A property whose words are translated to owners; `inner.name` reads a property within a property."""

    property: Words
    translate: dict[str, OwnerOrUnknown]


class AssetMapping(FromFile):
    """How the properties of a GeoJSON file's points become assets. `number` is what stands on the mast."""

    kind: Literal["lamp"] = "lamp"
    number: Words
    number_prefix: Annotated[str, Field(max_length=20)] = ""
    street: Words | None = None
    owner: OwnerField | None = None
    road_owner: OwnerField | None = None


@dataclass
class AssetsImported:
    """What became of the file's features; `refused` are (number of the feature from 1, reason)."""

    read: int = 0
    added: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    owners: Counter[str] = field(default_factory=Counter)


def load_asset_mapping(path: Path) -> AssetMapping:
    """Raises MappingMistakes naming every mistake with its line."""
    return read_mapping(path, AssetMapping)[0]


def import_assets(session: Session, file: Path, mapping: AssetMapping) -> AssetsImported:
    """Every point comes in, or is named with its reason. Raises Invalid for a file that is no GeoJSON."""
    result = AssetsImported()
    rows: dict[str, dict[str, Any]] = {}
    for number, feature in enumerate(_features(file), start=1):
        result.read += 1
        try:
            row = _row(feature, mapping)
        except Invalid as refused:
            result.refused.append((number, str(refused)))
            continue
        if row["number"] in rows:
            result.refused.append((number, "its number stands twice in the file"))
            continue
        rows[row["number"]] = row
        result.owners[row["owner"]] += 1
    before = _count(session, mapping.kind)
    _write(session, list(rows.values()))
    result.added = _count(session, mapping.kind) - before
    result.known = len(rows) - result.added
    return result


def _features(file: Path) -> Iterator[Feature]:
    try:
        data = orjson.loads(file.read_bytes())
    except OSError as error:
        raise Invalid(f"{file} can not be read ({error.strerror}); check its name and rights.") from error
    except orjson.JSONDecodeError as error:
        raise Invalid(f"{file} is not JSON ({error}); save it as GeoJSON.") from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise Invalid(f"{file} is no GeoJSON FeatureCollection.")
    yield from features


def _row(feature: Any, mapping: AssetMapping) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise Invalid("it is no GeoJSON feature with properties")
    lat, lon = _place(feature)
    number = str(_property(properties, mapping.number) or "").strip()
    if not number:
        raise Invalid(f"it has no “{mapping.number}”, which is its number")
    number = number.removeprefix(mapping.number_prefix)
    if len(number) > 40:
        raise Invalid("its number is longer than 40 characters")
    street = str(_property(properties, mapping.street) or "").strip()[:120] if mapping.street else ""
    return {
        "kind": mapping.kind, "source_ref": number, "number": number, "lat": lat, "lon": lon, "street": street or None,
        "owner": _owner(properties, mapping.owner), "road_owner": _owner(properties, mapping.road_owner),
    }  # fmt: skip


def _place(feature: Feature) -> tuple[float, float]:
    geometry = feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if not isinstance(point, list) or len(point) < 2 or not all(isinstance(n, (int, float)) for n in point[:2]):
        raise Invalid("it is no point with longitude and latitude")
    lon, lat = float(point[0]), float(point[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Invalid("its position is no place on earth; write degrees, longitude first")
    return round(lat, 7), round(lon, 7)


def _property(properties: Feature, name: str) -> Any:
    value: Any = properties
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _owner(properties: Feature, given: OwnerField | None) -> str:
    if given is None:
        return "unknown"
    return given.translate.get(str(_property(properties, given.property)), "unknown")


def _count(session: Session, kind: str) -> int:
    return session.scalar(select(func.count()).select_from(Asset).where(Asset.kind == kind)) or 0


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        statement = insert(Asset).values(rows[start : start + BATCH])
        new = {name: statement.excluded[name] for name in ("lat", "lon", "street", "owner", "road_owner")}
        session.execute(statement.on_conflict_do_update(index_elements=["kind", "source_ref"], set_=new))
