"""Reads an import's mapping file; every mistake is named with file, line and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import Invalid
from app.models import CLOSED, ReportStatus
from app.routing import RuleProblem, Rules
from app.routing.problems import did_you_mean, sentence_for
from app.routing.yaml_lines import Document, read_document
from app.services.import_mapping import Mapping, Translated, columns_of, kept_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.routing.yaml_lines import Path as Place

Model = TypeVar("Model", bound=BaseModel)
_AT_A_UNIT = {ReportStatus.FORWARDED, ReportStatus.IN_PROGRESS}


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
    mapping, document = read_mapping(path, Mapping)
    loaded = MappingFile(path, mapping, document)
    problems = [loaded.problem(place, sentence) for place, sentence in _mistakes(mapping, rules)]
    if problems:
        raise MappingMistakes(problems)
    return loaded


def read_mapping(path: Path, model: type[Model]) -> tuple[Model, Document]:
    """The file as this model, and its lines. Raises MappingMistakes."""
    try:
        document = read_document(path.read_bytes())
    except OSError as error:
        sentence = f"The mapping file can not be read ({error.strerror}); check its name and rights."
        raise MappingMistakes([RuleProblem(str(path), 1, sentence)]) from error
    if document.problems:
        raise MappingMistakes([RuleProblem(str(path), line, text) for line, text in document.problems])
    try:
        return model.model_validate(document.data), document
    except ValidationError as errors:
        problems = [
            RuleProblem(str(path), document.line(_in_file(error["loc"])), _said(dict(error), model))
            for error in errors.errors()
        ]
        raise MappingMistakes(problems) from errors


def _in_file(loc: tuple[str | int, ...]) -> Place:
    """pydantic names the member of a union beside the key; such a step stands nowhere in the file."""
    return tuple(step for step in loc if step not in {"Moment", "literal['when_created']"})


def _said(error: dict[str, Any], model: type[BaseModel]) -> str:
    if error["type"] == "string_pattern_mismatch" and error["loc"] == ("source",):
        return "“source” is a short name of small letters, digits, - and _."
    return sentence_for(error, model=model)


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
            sentence = f"The column “{column}” is private, so nothing of it is kept; remove it here or there."
            yield place, sentence
    if mapping.position is None and mapping.address is None:
        yield (), "Reports need a place: add “position” or “address”."
    yield from _closing(mapping)


def _closing(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    given = {ReportStatus(s) for s in (*mapping.status.translate.values(), mapping.status.otherwise) if s}
    if given & CLOSED and mapping.closed is None:
        how = "add “closed”, or “closed: when_created” where nobody knows it."
        yield ("status",), f"Closed reports need a closing time: {how}"
    if given & _AT_A_UNIT and mapping.unit is None:
        yield ("status",), "Reports that are forwarded or in progress need their “unit”; add it."


def _unknown(table: Translated, key: str, known: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    for word, code in table.translate.items():
        if code not in known:
            sentence = f"The rules file has no {key} “{code}”. {did_you_mean(code, known)}"
            yield (key, "translate", word), sentence
    if table.otherwise and table.otherwise not in known:
        sentence = f"The rules file has no {key} “{table.otherwise}”. {did_you_mean(table.otherwise, known)}"
        yield (key, "otherwise"), sentence
