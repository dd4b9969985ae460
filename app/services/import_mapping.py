"""What a mapping file of an import can say: which column is what, and what its words mean here."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from app.routing.fields import Code, FromFile, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

Place = tuple[str | int, ...]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise PydanticCustomError("pattern", "it is no regular expression ({why})", {"why": str(error)}) from error
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise PydanticCustomError("timezone", "no timezone {name}", {"name": name}) from error
    return name


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise PydanticCustomError("encoding", "there is no encoding of this name") from error


Pattern = Annotated[str, AfterValidator(_pattern)]
Zone = Annotated[str, AfterValidator(_zone)]
# Scheduled is left out: a route list belongs to this system. Duplicates are found by their notes.
Status = Literal["new", "forwarded", "in_progress", "fixed", "answered", "referred", "rejected", "withdrawn"]
ClosedStatus = Literal["fixed", "answered", "referred", "rejected", "withdrawn"]


class FileFormat(FromFile):
    """How the text file is written."""

    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","


class Number(FromFile):
    """The report's number there: one column, or several that together make it unlike every other."""

    column: Words | None = None
    made_of: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Number:
        if (self.column is None) == (not self.made_of):
            raise PydanticCustomError("id", "write either “column” or “made_of”")
        return self


class Translated(FromFile):
    """A column whose words are translated; an unknown word is `otherwise`, else its row is refused."""

    column: Words
    translate: dict[str, Code] = Field(default_factory=dict)
    otherwise: Code | None = None


class StatusColumn(FromFile):
    """The status by a column, or the same for every row."""

    column: Words | None = None
    translate: dict[str, Status] = Field(default_factory=dict)
    otherwise: Status | None = None

    @model_validator(mode="after")
    def _says_something(self) -> StatusColumn:
        if self.column is None and self.otherwise is None:
            raise PydanticCustomError("status", "write a “column”, or “otherwise” for all rows")
        return self


class Moment(FromFile):
    """A time: ISO 8601 unless `format` says otherwise; `time` (HH:MM) goes with a column of days."""

    column: Words
    format: Words | None = None
    time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None


class Position(FromFile):
    """Columns in degrees WGS84."""

    lat: Words
    lon: Words


class DefaultPoint(FromFile):
    """A place that the other system writes when it does not know the place."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Address(FromFile):
    """One or more columns, joined."""

    columns: tuple[Words, ...] = Field(min_length=1)
    join: str = ", "


class Duplicates(FromFile):
    """A note that says that a report repeats another one and names its number; the note itself is not kept.

    `written_as` says how a number from the note looks in the id column: the first form that is known counts.
    """

    column: Words
    says: Pattern
    number: Pattern
    written_as: tuple[Words, ...] = ("{number}",)
    without_target: ClosedStatus


class Mapping(FromFile):
    """The whole file. Columns that are not named here are not read."""

    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    file: FileFormat = FileFormat()
    language: str | None = None
    timezone: Zone | None = None
    id: Number
    category: Translated
    status: StatusColumn
    created: Moment
    closed: Moment | Literal["when_created"] | None = None
    due: Moment | None = None
    position: Position | None = None
    default_points: tuple[DefaultPoint, ...] = ()
    repeated_points_from: int | None = Field(None, ge=2)
    address: Address | None = None
    description: Words | None = None
    description_public: bool = False
    unit: Translated | None = None
    duplicates: Duplicates | None = None
    private: tuple[Words, ...] = ()


def columns_of(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    """Every column that is read, and where the file names it."""
    yield from kept_columns(mapping)
    if mapping.duplicates:
        yield ("duplicates", "column"), mapping.duplicates.column
    for number, column in enumerate(mapping.private):
        yield ("private", number), column


def kept_columns(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    """Columns of which something is stored."""
    if mapping.id.column:
        yield ("id", "column"), mapping.id.column
    yield from ((("id", "made_of", n), column) for n, column in enumerate(mapping.id.made_of))
    for key in ("category", "status", "created", "closed", "due", "unit"):
        column = getattr(getattr(mapping, key), "column", None)
        if column is not None:
            yield (key, "column"), column
    if mapping.position:
        yield ("position", "lat"), mapping.position.lat
        yield ("position", "lon"), mapping.position.lon
    for number, column in enumerate(mapping.address.columns if mapping.address else ()):
        yield ("address", "columns", number), column
    if mapping.description:
        yield ("description",), mapping.description
