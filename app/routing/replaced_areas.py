"""Rules with some of their areas drawn anew, as when a municipality brings the official outline."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.routing.checking import with_local_time
from app.routing.lookup_index import index_areas
from app.routing.proposing import propose_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.routing.geometry import MultiPolygon
    from app.routing.rules import Example, Rules

SERVICE = "service"
"""Stands for the area of the whole service beside the codes of the rules' named areas."""


def with_areas(rules: Rules, drawn: Mapping[str, MultiPolygon]) -> Rules:
    """The rules with these outlines for their own; a code that the rules do not have changes nothing."""
    known = {code: shape for code, shape in drawn.items() if code == SERVICE or code in rules.areas}
    if not known:
        return rules
    areas = {code: replace(area, polygons=known.get(code, area.polygons)) for code, area in rules.areas.items()}
    return replace(
        rules,
        service_area=known.get(SERVICE, rules.service_area),
        areas=MappingProxyType(areas),
        area_index=index_areas({code: area.polygons for code, area in areas.items()}),
        sha256=_digest(rules, known),
    )


def failing_examples(rules: Rules) -> list[Example]:
    """The file's examples that these rules no longer answer as expected."""
    failing = []
    for example in rules.examples:
        found = propose_unit(rules, with_local_time(example.report, rules))
        if found.unit.code != example.unit or example.rule not in {None, found.rule_name}:
            failing.append(example)
    return failing


def _digest(rules: Rules, drawn: Mapping[str, MultiPolygon]) -> str:
    """Another one for other outlines: browsers keep the outline for as long as it stays the same."""
    shapes = repr([(code, drawn[code].geojson()) for code in sorted(drawn)])
    return sha256(f"{rules.sha256} {shapes}".encode()).hexdigest()
