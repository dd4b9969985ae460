"""The mapping file of an import: which column is what, and what its words mean here.

Every mistake is named with file, line and what to do, as in the rules file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from app.errors import Invalid
from app.models import ReportStatus
from app.routing import RuleProblem, Rules
from app.routing.catalogue import Code, FromFile, Words
from app.routing.problems import did_you_mean, sentence_for
from app.routing.yaml_lines import Document, read_document
from app.routing.yaml_lines import Path as Place


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
    """A column whose words are translated; a word that is not in the table is `otherwise`, else the row is refused."""

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
    """A time: ISO 8601 unless `format` says otherwise; `time` (HH:MM) goes with a column that holds only the day."""

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


@dataclass(frozen=True)
class MappingFile:
    """A mapping that fits the rules, and where each of its lines stands."""

    path: Path
    mapping: Mapping
    document: Document

    def problem(self, place: Place, sentence: str) -> RuleProblem:
        """A mistake at a place in the file."""
        return RuleProblem(str(self.path), self.document.line(place), sentence)

    def check_columns(self, header: list[str]) -> None:
        """Raises MappingMistakes naming every column that the data file does not have."""
        problems = [
            self.problem(place, f"The file has no column “{column}”. {did_you_mean(column, tuple(header))}")
            for place, column in columns_of(self.mapping)
            if column not in header
        ]
        if problems:
            raise MappingMistakes(problems)


class MappingMistakes(Invalid):
    """Everything that is wrong with a mapping file, a line each."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load_mapping(path: Path, rules: Rules) -> MappingFile:
    """The mapping for a municipality's rules. Raises MappingMistakes."""
    try:
        document = read_document(path.read_bytes())
    except OSError as error:
        sentence = f"The mapping file can not be read ({error.strerror}); check its name and rights."
        raise MappingMistakes([RuleProblem(str(path), 1, sentence)]) from error
    problems = [RuleProblem(str(path), line, text) for line, text in document.problems]
    if problems:
        raise MappingMistakes(problems)
    loaded = MappingFile(path, _validated(path, document), document)
    problems = [loaded.problem(place, sentence) for place, sentence in _mistakes(loaded.mapping, rules)]
    if problems:
        raise MappingMistakes(problems)
    return loaded


def _validated(path: Path, document: Document) -> Mapping:
    try:
        return Mapping.model_validate(document.data)
    except ValidationError as errors:
        raise MappingMistakes(
            [
                RuleProblem(str(path), document.line(_in_file(error["loc"])), _said(cast("Any", error)))
                for error in errors.errors()
            ]
        ) from errors


def _in_file(loc: tuple[str | int, ...]) -> Place:
    """pydantic names the member of a union beside the key; such a step stands nowhere in the file."""
    return tuple(step for step in loc if step not in {"Moment", "literal['when_created']"})


def _said(error: dict[str, Any]) -> str:
    if error["type"] == "string_pattern_mismatch" and error["loc"] == ("source",):
        return "“source” is a short name of small letters, digits, - and _."
    return sentence_for(error, model=Mapping)


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


def _mistakes(mapping: Mapping, rules: Rules) -> Iterator[tuple[Place, str]]:
    """What only the rules file, or the file as a whole, can tell."""
    yield from _unknown(mapping.category, "category", dict(rules.categories))
    if mapping.unit:
        yield from _unknown(mapping.unit, "unit", dict(rules.units))
    if mapping.language and mapping.language not in rules.languages:
        known = ", ".join(rules.languages)
        yield ("language",), f"The rules file has no language “{mapping.language}”; it has {known}."
    for place, column in kept_columns(mapping):
        if column in mapping.private:
            yield place, f"The column “{column}” is private, so nothing of it is kept; remove it here or there."
    if mapping.position is None and mapping.address is None:
        yield (), "Reports need a place: add “position” or “address”."
    yield from _closing(mapping)


def _closing(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    given = {*mapping.status.translate.values(), mapping.status.otherwise} - {None}
    closing = given - {ReportStatus.NEW, ReportStatus.FORWARDED, ReportStatus.IN_PROGRESS}
    if closing and mapping.closed is None:
        yield (
            ("status",),
            "Closed reports need a closing time: add “closed”, or “closed: when_created” where nobody knows it.",
        )
    if given - closing - {ReportStatus.NEW} and mapping.unit is None:
        yield ("status",), "Reports that are forwarded or in progress need their “unit”; add it."


def _unknown(table: Translated, key: str, known: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    for word, code in table.translate.items():
        if code not in known:
            sentence = f"The rules file has no {key} “{code}”. {did_you_mean(code, known)}"
            yield (key, "translate", word), sentence
    if table.otherwise and table.otherwise not in known:
        sentence = f"The rules file has no {key} “{table.otherwise}”. {did_you_mean(table.otherwise, known)}"
        yield (key, "otherwise"), sentence
