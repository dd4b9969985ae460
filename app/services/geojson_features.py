"""What the imports of things with a place share: features of a GeoJSON file, their properties, and words for owners."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from app.errors import Invalid
from app.routing.fields import FromFile, Words
from app.routing.rules import OwnerOrUnknown

if TYPE_CHECKING:
    from pathlib import Path

Feature = dict[str, Any]
Made = TypeVar("Made")
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


@dataclass
class FeaturesImported:
    """What became of a file's features; `refused` are (number of the feature from 1, reason)."""

    read: int = 0
    added: int = 0
    known: int = 0
    left_out: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    owners: Counter[str] = field(default_factory=Counter)

    def each(self, features: Iterable[Any], make: Callable[[Feature, Feature], Made | None]) -> Iterator[Made]:
        """What `make(feature, properties)` makes of each: None leaves one out, Invalid refuses it with its reason."""
        for number, feature in enumerate(features, start=1):
            self.read += 1
            try:
                made = make(feature, properties_of(feature))
            except Invalid as refused:
                self.refused.append((number, str(refused)))
                continue
            if made is None:
                self.left_out += 1
            else:
                yield made


def own_name(feature: Feature, properties: Feature, name: str, *, prefix: str = "", taken: Container[str]) -> str:
    """What tells the feature from others, at most 80 characters; `id` may stand beside the properties.

    Raises Invalid for none, for a longer one, and for one that came before.
    """
    found = text_of(properties, name, most=200) or text_of(feature, name, most=200)
    if found is None:
        raise Invalid(f"it has no “{name}”, which tells it from others")
    found = found.removeprefix(prefix)
    if len(found) > 80:
        raise Invalid(f"its “{name}” is longer than 80 characters")
    if found in taken:
        raise Invalid(f"“{found}” stands twice in the file")
    return found


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
