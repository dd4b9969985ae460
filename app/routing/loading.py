"""Reads a rules file into frozen Rules, or says everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from app.routing.catalogue import Category, Group, Municipality, Unit
from app.routing.checking import check_examples, check_references, check_shadowing, expanded_categories
from app.routing.geometry import MultiPolygon
from app.routing.limited import SiteNotice
from app.routing.limits_checking import check_limits
from app.routing.lookup_index import Wanted, index_areas, index_rules
from app.routing.polygon_files import PolygonError, read_polygons
from app.routing.problems import RuleProblem, RulesError, did_you_mean, sentence_for
from app.routing.rounds import Material, RoundRules, RoundsInFile
from app.routing.rounds_checking import check_rounds
from app.routing.rules import OWNERS_OR_UNKNOWN, Area, AreaInFile, Example, Fallback, Rule, Rules
from app.routing.sources import Source, read_source
from app.routing.yaml_lines import Document, read_document
from app.routing.yaml_lines import Path as Place

SECTIONS = (
    "municipality", "groups", "units", "categories", "areas", "rules", "fallback", "examples", "notices", "rounds",
    "materials",
)  # fmt: skip
Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Draft:
    """A rules file on its way: the parts that are sound, and the problems of the others."""

    path: Path
    document: Document
    municipality: Municipality | None = None
    service_area: MultiPolygon | None = None
    groups: dict[str, Group] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    rules: dict[int, Rule] = field(default_factory=dict)
    examples: dict[int, Example] = field(default_factory=dict)
    notices: dict[int, SiteNotice] = field(default_factory=dict)
    fallback: Fallback | None = None
    rounds: RoundsInFile | None = None
    materials: dict[str, Material] = field(default_factory=dict)
    problems: list[RuleProblem] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    digest: Any = field(default_factory=sha256)
    # A text that stands in no file names only polygon files that lie beside the file it would replace.
    only_beside: bool = False

    def problem(self, place: Place, sentence: str) -> None:
        """Notes a mistake at a place in the file."""
        self.problems.append(RuleProblem(str(self.path), self.document.line(place), sentence))

    def written(self, section: str) -> Mapping[str, Any]:
        """The section as it stands, sound or not: a code in it is known, whatever else is wrong."""
        data = self.document.data.get(section) if isinstance(self.document.data, dict) else None
        return data if isinstance(data, dict) else {}

    def read(self, path: Path) -> bytes:
        """The file's bytes, which then belong to what the rules' hash stands for. Raises OSError."""
        source, content = read_source(path)
        self.sources.append(source)
        if isinstance(content, OSError):
            raise content
        return self.take(content)

    def take(self, content: bytes) -> bytes:
        """Bytes that the rules are made of."""
        self.digest.update(len(content).to_bytes(8, "big") + content)
        return content


def load_rules(path: Path, *, content: bytes | None = None) -> Rules:
    """The rules in the file and the polygon files it names. Raises RulesError with every mistake.

    `content` is read in the file's stead, as if it stood there; what lies elsewhere is not opened for it.
    """
    draft = Draft(Path(path), Document(), only_beside=content is not None)
    rules: Rules | None = None
    try:
        content = draft.take(content) if content is not None else draft.read(draft.path)
    except OSError as error:
        draft.problem((), f"The rules file can not be read ({error.strerror}); check its name and rights.")
    else:
        draft.document = read_document(content)
        draft.problems += [RuleProblem(str(draft.path), line, text) for line, text in draft.document.problems]
        if isinstance(draft.document.data, dict):
            rules = _filled(draft)
        elif not draft.problems:
            draft.problem((), f"The file holds no rules; write the sections {', '.join(SECTIONS)}.")
    if rules is None or draft.problems:
        problems = tuple(sorted(set(draft.problems)))
        raise RulesError(problems, sources=tuple(draft.sources), sha256=draft.digest.hexdigest(), rules=rules)
    return rules


def _filled(draft: Draft) -> Rules | None:
    """The rules, if every part is sound; the examples run last, on the rules that will be in force."""
    _sections(draft)
    draft.municipality = _model(draft, Municipality, ("municipality",), with_code=False)
    draft.groups = _keyed(draft, Group, "groups")
    draft.units = _keyed(draft, Unit, "units")
    draft.categories = _keyed(draft, Category, "categories")
    draft.areas = _areas(draft)
    draft.rules = _listed(draft, Rule, "rules")
    draft.examples = _listed(draft, Example, "examples")
    draft.notices = _listed(draft, SiteNotice, "notices")
    draft.fallback = _model(draft, Fallback, ("fallback",), with_code=False)
    draft.rounds = _model(draft, RoundsInFile, ("rounds",), with_code=False)
    draft.materials = _keyed(draft, Material, "materials")
    if draft.municipality:
        place = ("municipality", "service_area")
        draft.service_area = _polygons(draft, draft.municipality.service_area, place)
    check_references(draft)
    check_limits(draft)
    check_rounds(draft)
    check_shadowing(draft)
    if draft.problems:
        return None
    rules = _finished(draft)
    check_examples(draft, rules)
    return rules


def _sections(draft: Draft) -> None:
    for key in draft.document.data:
        if key not in SECTIONS:
            draft.problem((key,), f"The section “{key}” is not known. {did_you_mean(key, SECTIONS)}")
    for key in ("municipality", "groups", "units", "categories", "rules"):
        if not draft.document.data.get(key):
            draft.problem((key,), f"The section “{key}” is missing or empty; add it.")
    if not draft.document.data.get("fallback"):
        draft.problem(
            ("fallback",),
            "The fallback is missing; add “fallback: {name: ..., unit: ...}” for what no rule matches.",
        )


def _languages(draft: Draft) -> tuple[str, ...]:
    """From the raw file, so that a mistake elsewhere in the section hides no missing translation."""
    languages = draft.written("municipality").get("languages")
    return tuple(str(one) for one in languages) if isinstance(languages, list) else ()


def _value_at(draft: Draft, place: Place) -> Any:
    value: Any = draft.document.data
    for step in place:
        value = value.get(step) if isinstance(value, dict) else value[step]
    return value


def _model(draft: Draft, model: type[Model], place: Place, *, with_code: bool) -> Model | None:
    value = _value_at(draft, place)
    if not value and len(place) == 1:
        return None
    if with_code and isinstance(value, dict):
        if "code" in value:
            draft.problem((*place, "code"), "The code is the key above; remove “code” here.")
        value = {**value, "code": place[-1]}
    try:
        return model.model_validate(value, context={"languages": _languages(draft)})
    except ValidationError as errors:
        for error in errors.errors():
            draft.problem((*place, *error["loc"]), sentence_for(cast("Mapping[str, Any]", error), model=model))
        return None


def _keyed(draft: Draft, model: type[Model], section: str) -> dict[str, Model]:
    data = draft.document.data.get(section)
    if data is not None and not isinstance(data, dict):
        draft.problem(
            (section,),
            f"The section “{section}” is not written with codes as keys; write each as “code:”.",
        )
    found = {code: _model(draft, model, (section, code), with_code=True) for code in draft.written(section)}
    return {code: one for code, one in found.items() if one is not None}


def _listed(draft: Draft, model: type[Model], section: str) -> dict[int, Model]:
    data = draft.document.data.get(section)
    if data is not None and not isinstance(data, list):
        draft.problem((section,), f"The section “{section}” is not a list; begin each with a dash.")
        return {}
    found = {n: _model(draft, model, (section, n), with_code=False) for n in range(len(data or ()))}
    return {number: one for number, one in found.items() if one is not None}


def _areas(draft: Draft) -> dict[str, Area]:
    areas: dict[str, Area] = {}
    for code, area in _keyed(draft, AreaInFile, "areas").items():
        polygons = _polygons(draft, area.file, ("areas", code, "file"))
        if polygons:
            areas[code] = Area(code=code, names=MappingProxyType(area.names), polygons=polygons)
    return areas


def _polygons(draft: Draft, name: str, place: Place) -> MultiPolygon | None:
    path = draft.path.parent / name
    if draft.only_beside and not path.resolve().is_relative_to(draft.path.parent.resolve()):
        draft.problem(place, f"The polygon file {name} does not lie beside the rules file; put it there.")
        return None
    try:
        return read_polygons(draft.read(path))
    except OSError as error:
        draft.problem(
            place,
            f"The polygon file {name} can not be read ({error.strerror}); check its name.",
        )
    except PolygonError as error:
        draft.problem(place, f"The polygon file {name} can not be used: {error}")
    return None


def _finished(draft: Draft) -> Rules:
    assert draft.municipality is not None, "a draft without problems has all its parts"  # noqa: S101
    assert draft.service_area is not None, "a draft without problems has all its parts"  # noqa: S101
    assert draft.fallback is not None, "a draft without problems has all its parts"  # noqa: S101
    rules = tuple(draft.rules.values())
    wanted = [
        Wanted(expanded_categories(rule, draft.categories), rule.when.road_owner, rule.when.asset_owner)
        for rule in rules
    ]
    return Rules(
        municipality=draft.municipality,
        service_area=draft.service_area,
        groups=MappingProxyType(draft.groups),
        units=MappingProxyType(draft.units),
        categories=MappingProxyType(draft.categories),
        areas=MappingProxyType(draft.areas),
        rules=rules,
        fallback=draft.fallback,
        examples=tuple(draft.examples.values()),
        notices=tuple(draft.notices.values()),
        rounds=RoundRules(draft.rounds or RoundsInFile(), MappingProxyType(draft.categories)),
        materials=MappingProxyType(draft.materials),
        path=draft.path,
        sources=tuple(draft.sources),
        sha256=draft.digest.hexdigest(),
        timezone=ZoneInfo(draft.municipality.timezone),
        rule_index=index_rules(wanted, categories=tuple(draft.categories), owners=OWNERS_OR_UNKNOWN),
        area_index=index_areas({code: area.polygons for code, area in draft.areas.items()}),
    )
