"""What a mapping file for addresses or place names can say: which column, or property, is what."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from app.routing.fields import FromFile, Words
from app.services.mapping_file import read_mapping

if TYPE_CHECKING:
    from pathlib import Path

_NAMED = re.compile(r"\{([^{}]+)\}")
_DEGREES = (4326, 4258)


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise PydanticCustomError("encoding", "there is no encoding of this name") from error


def _names_columns(pattern: str) -> str:
    if not _NAMED.search(pattern):
        raise PydanticCustomError("pattern", "name a column in braces, such as {{name}}")
    return pattern


Pattern = Annotated[Words, AfterValidator(_names_columns)]


class PlaceColumns(FromFile):
    """Columns with the position in a CSV file: degrees, or metres of the coordinate system `epsg`."""

    lat: Words
    lon: Words


class PlaceMapping(FromFile):
    """How a file's rows become addresses or names.

    Patterns such as "{street} {number}{letter}" are filled in with the row's own words. `names` are columns each of
    which is a name of the same place; the others stand beside it. `only` keeps the rows with these words.
    """

    kind: Literal["address", "name"] = "address"
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    id: Words
    label: Pattern | None = None
    detail: Pattern | None = None
    names: tuple[Words, ...] = ()
    street: Words | None = None
    town: Words | None = None
    position: PlaceColumns | None = None
    epsg: Annotated[int, Field(ge=1024, le=32767)] = 4326
    only: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_label(self) -> PlaceMapping:
        if (self.label is None) == (not self.names):
            raise PydanticCustomError("label", "write either “label” or “names”")
        if self.names and self.kind != "name":
            raise PydanticCustomError("label", "“names” go with “kind: name”")
        return self

    @property
    def in_degrees(self) -> bool:
        """Whether positions need no conversion; ETRS89 and WGS84 differ by less than a metre."""
        return self.epsg in _DEGREES

    def columns(self) -> set[str]:
        """Every column that the file must have."""
        one = {self.id, *self.names, *self.only, self.street, self.town}
        if self.position:
            one |= {self.position.lat, self.position.lon}
        for pattern in (self.label, self.detail):
            one |= set(_NAMED.findall(pattern or ""))
        return {column for column in one if column}


def load_place_mapping(path: Path) -> PlaceMapping:
    """Raises MappingMistakes naming every mistake with its line."""
    return read_mapping(path, PlaceMapping)[0]


def fill_in(pattern: str, row: dict[str, str]) -> str:
    """The pattern with the row's words, without the blanks and commas that empty ones leave."""
    filled = _NAMED.sub(lambda found: row.get(found[1], ""), pattern)
    return " ".join(filled.split()).strip(" ,")
