"""What the imports of things with a place share: features of a GeoJSON file, their properties, and words for owners."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from app.errors import Invalid
from app.routing.fields import FromFile, Words
from app.routing.rules import OwnerOrUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Feature = dict[str, Any]
# What no register means to say: control characters, halves of letters, and signs that turn a line round.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_PROPERTY = re.compile(r"\{([^{}]+)\}")


class OwnerField(FromFile):
    """A property whose words are translated to owners; `inner.name` reads a property within a property."""

    property: Words
    translate: dict[str, OwnerOrUnknown]


def read_features(file: Path) -> Iterator[Any]:
    """The features as they stand, unchecked. Raises Invalid for a file that is no GeoJSON."""
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


def properties_of(feature: Any) -> Feature:
    """A feature's properties. Raises Invalid when it is none."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise Invalid("it is no GeoJSON feature with properties")
    return properties


def property_of(properties: Feature, name: str) -> Any:
    """A property, or one within another; None where there is none."""
    value: Any = properties
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text_of(properties: Feature, name: str | None, *, most: int) -> str | None:
    """A property as text, cut to `most` characters; None for nothing, and for what is no text or number."""
    value = property_of(properties, name) if name else None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return " ".join(_UNSEEN.sub(" ", str(value)).split())[:most] or None


def composed(properties: Feature, pattern: str | None, *, most: int) -> str | None:
    """A text with properties in braces: "{vegkategori}V{vegnummer}" gives FV862; None where one of them is missing."""
    if pattern is None:
        return None
    found = {name: text_of(properties, name, most=most) for name in _PROPERTY.findall(pattern)}
    if not all(found.values()):
        return None
    return _PROPERTY.sub(lambda place: str(found[place[1]]), pattern)[:most]


def owner_of(properties: Feature, field: OwnerField | None) -> str:
    """Whose it is; unknown where the mapping has no word for it."""
    if field is None:
        return "unknown"
    return field.translate.get(str(property_of(properties, field.property)), "unknown")
