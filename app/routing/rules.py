"""The rules themselves, ready to be asked, and the facts they are asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from app.routing.catalogue import Category, Group, Municipality, Named, Unit
from app.routing.fields import Answers, Code, Codes, Dates, FromFile, Hours, Words, as_list
from app.routing.geometry import MultiPolygon
from app.routing.limited import SiteNotice
from app.routing.lookup_index import AreaIndex, RuleIndex
from app.routing.rounds import Material, RoundRules
from app.routing.sources import Source

Owner = Literal["state", "county", "municipality", "private"]
OwnerOrUnknown = Literal["state", "county", "municipality", "private", "unknown"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OWNERS_OR_UNKNOWN: tuple[OwnerOrUnknown, ...] = ("state", "county", "municipality", "private", "unknown")
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


Owners = Annotated[tuple[Owner, ...], BeforeValidator(as_list), Field(min_length=1)]
Weekdays = Annotated[tuple[Weekday, ...], BeforeValidator(as_list), Field(min_length=1)]


class When(FromFile):
    """A rule's conditions: all of them must hold; within one, any value will do."""

    category: Codes | None = None
    group: Codes | None = None
    area: Codes | None = None
    road_owner: Owners | None = None
    asset_owner: Owners | None = None
    answers: Answers | None = None
    dates: Dates | None = None
    weekdays: Weekdays | None = None
    hours: Hours | None = None

    @model_validator(mode="after")
    def _some_condition(self) -> When:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise PydanticCustomError("no_condition", "no condition")
        return self


class Rule(FromFile):
    """First match wins; `name` is what staff read."""

    name: Words
    when: When
    unit: Code


class Fallback(FromFile):
    """What happens when no rule matches."""

    name: Words
    unit: Code


class AreaInFile(Named):
    """A part of the municipality and the GeoJSON file that draws it, relative to the rules file."""

    file: str


class Facts(FromFile):
    """What is known of a new report; `unknown` and None match no condition on them.

    `at` carries a time zone; `answers` holds a question's code and its answer (a list for `several`).
    """

    category: str
    lat: float | None = None
    lon: float | None = None
    road_owner: OwnerOrUnknown = "unknown"
    asset_owner: OwnerOrUnknown = "unknown"
    answers: dict[str, Any] = Field(default_factory=dict)
    at: datetime | None = None


class Example(FromFile):
    """Given this report, expect this unit (and this rule, if named); `at` without a zone is local time."""

    report: Facts
    unit: Code
    rule: Words | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A named part of the municipality."""

    code: str
    names: Mapping[str, str]
    polygons: MultiPolygon

    def name(self, lang: str) -> str:
        """The name in the language, else in the default language."""
        return self.names.get(lang) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rules:
    """One municipality's rules file, checked. Immutable: a reload makes another one."""

    municipality: Municipality
    service_area: MultiPolygon
    groups: Mapping[str, Group]
    units: Mapping[str, Unit]
    categories: Mapping[str, Category]
    areas: Mapping[str, Area]
    rules: tuple[Rule, ...]
    fallback: Fallback
    examples: tuple[Example, ...]
    notices: tuple[SiteNotice, ...]
    rounds: RoundRules
    materials: Mapping[str, Material]
    path: Path
    sources: tuple[Source, ...]
    sha256: str
    timezone: ZoneInfo
    rule_index: RuleIndex = field(repr=False)
    area_index: AreaIndex = field(repr=False)

    @property
    def default_language(self) -> str:
        """The municipality's first language."""
        return self.municipality.default_language

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages every text in the file has."""
        return self.municipality.languages

    @property
    def desk_unit(self) -> str:
        """The code of the unit that is the service desk itself; empty where the file names none."""
        return next((unit.code for unit in self.units.values() if unit.desk), "")

    def categories_in(self, group: str) -> tuple[Category, ...]:
        """The group's categories in the file's order."""
        return tuple(category for category in self.categories.values() if category.group == group)

    def answers_in_words(
        self, category: str, kept: Sequence[Mapping[str, object]], lang: str
    ) -> tuple[tuple[str, str], ...]:
        """(question, answer) in the reader's language; the reporter's words where the question is gone since."""
        asked = self.categories.get(category)
        found = []
        for answer in kept:
            question = asked.question(str(answer["code"])) if asked else None
            words = (question.name(lang), question.in_words(answer["value"], lang)) if question else None
            found.append(words or (str(answer["question"]), str(answer["text"])))
        return tuple(found)
