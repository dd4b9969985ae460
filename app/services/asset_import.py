"""Lamps and the like from a GeoJSON file into the register; a second run changes what changed."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.errors import Invalid
from app.models import Asset
from app.routing.fields import FromFile, Words
from app.services.geojson_features import (
    Feature,
    FeaturesImported,
    OwnerField,
    composed,
    own_name,
    owner_of,
    read_features,
    text_of,
)
from app.services.mapping_file import read_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

BATCH = 1000
COLUMNS = ("number", "lat", "lon", "street", "owner", "road_owner", "road_ref", "cable")
_FORGET = text("""
    DELETE FROM asset WHERE kind = :kind
        AND NOT EXISTS (SELECT FROM unnest(CAST(:kept AS text[])) AS kept (ref) WHERE kept.ref = asset.source_ref)
""")


class AssetMapping(FromFile):
    """How the properties of a GeoJSON file's points become assets.

    `source_ref` is the point's own name in that file, by which a second run knows it again; `id` may also be the
    feature's own, which stands beside its properties. `number` is what stands on the mast, where the file knows it.
    `road_ref` is written with properties in braces: "{vegkategori}V{vegnummer}"; and so is `cable`, what feeds the
    lamp. Only features whose properties are as in `where` come in.
    """

    kind: Literal["lamp"] = "lamp"
    source_ref: Words
    source_ref_prefix: Annotated[str, Field(max_length=40)] = ""
    number: Words | None = None
    number_prefix: Annotated[str, Field(max_length=20)] = ""
    street: Words | None = None
    owner: OwnerField | None = None
    road_owner: OwnerField | None = None
    road_ref: Words | None = None
    cable: Words | None = None
    where: dict[str, str] = Field(default_factory=dict)


@dataclass
class AssetsImported(FeaturesImported):
    """`removed` by replacing; `numbered` carry the number on the mast, `with_road` the road beside it."""

    removed: int = 0
    numbered: int = 0
    with_road: int = 0


def load_asset_mapping(path: Path) -> AssetMapping:
    """Raises MappingMistakes naming every mistake with its line."""
    return read_mapping(path, AssetMapping)[0]


def import_assets(session: Session, file: Path, mapping: AssetMapping, *, replace: bool = False) -> AssetsImported:
    """Every point comes in, or is named with its reason. With `replace`, what is not in the file leaves the register.

    Raises Invalid for a file that is no GeoJSON, and for replacing by a file in which something was refused.
    """
    result = AssetsImported()
    rows = _rows(file, mapping, result)
    if replace and (result.refused or not rows):
        raise Invalid(
            f"{file} cannot replace the register: {len(result.refused)} of its {result.read} features are refused. "
            "Mend them, or leave --replace away; nothing was changed."
        )
    before = _count(session, mapping.kind)
    _write(session, list(rows.values()))
    result.added = _count(session, mapping.kind) - before
    result.known = len(rows) - result.added
    if replace:
        session.execute(_FORGET, {"kind": mapping.kind, "kept": list(rows)})
        result.removed = before - result.known
    return result


def _rows(file: Path, mapping: AssetMapping, result: AssetsImported) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}

    def make(feature: Feature, properties: Feature) -> dict[str, Any] | None:
        return _row(feature, properties, mapping, rows) if _is_wanted(properties, mapping.where) else None

    for row in result.each(read_features(file), make):
        rows[row["source_ref"]] = row
        result.owners[row["owner"]] += 1
        result.numbered += row["number"] is not None
        result.with_road += row["road_ref"] is not None
    return rows


def _is_wanted(properties: Feature, where: dict[str, str]) -> bool:
    return all(text_of(properties, name, most=200) == value for name, value in where.items())


def _row(feature: Feature, properties: Feature, mapping: AssetMapping, taken: Container[str]) -> dict[str, Any]:
    lat, lon = _place(feature)
    number = (text_of(properties, mapping.number, most=200) or "").removeprefix(mapping.number_prefix)
    if len(number) > 40:
        raise Invalid("its number is longer than 40 characters")
    name = own_name(feature, properties, mapping.source_ref, prefix=mapping.source_ref_prefix, taken=taken)
    return {
        "kind": mapping.kind, "source_ref": name, "number": number or None,
        "lat": lat, "lon": lon, "street": text_of(properties, mapping.street, most=120),
        "owner": owner_of(properties, mapping.owner), "road_owner": owner_of(properties, mapping.road_owner),
        "road_ref": composed(properties, mapping.road_ref, most=40),
        "cable": composed(properties, mapping.cable, most=40),
    }  # fmt: skip


def _place(feature: Feature) -> tuple[float, float]:
    geometry = feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if not isinstance(point, list) or len(point) < 2 or not all(type(n) in {int, float} for n in point[:2]):
        raise Invalid("it is no point with longitude and latitude")
    lon, lat = float(point[0]), float(point[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Invalid("its position is no place on earth; write degrees, longitude first")
    return round(lat, 7), round(lon, 7)


def _count(session: Session, kind: str) -> int:
    return session.scalar(select(func.count()).select_from(Asset).where(Asset.kind == kind)) or 0


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        statement = insert(Asset).values(rows[start : start + BATCH])
        new = {name: statement.excluded[name] for name in COLUMNS}
        session.execute(statement.on_conflict_do_update(index_elements=["kind", "source_ref"], set_=new))
