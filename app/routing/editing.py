"""Changes the text of a rules file in one place, so that its comments and order stay; nothing is written to disk."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from app.routing.loading import load_rules
from app.routing.problems import RuleProblem, RulesError
from app.routing.rules import Rules
from app.routing.yaml_lines import Document, read_document
from app.routing.yaml_lines import Path as Place


class NotEditable(Exception):  # noqa: N818  (nothing went wrong: the file is another one now)
    """The rule does not stand in the file as it is now, or not in a form that can be changed here."""


@dataclass(frozen=True)
class Edit:
    """The file before and after; `problems` is what its checks and examples say of it afterwards."""

    name: str
    before: str
    after: str
    problems: tuple[RuleProblem, ...] = field(default=())

    @property
    def diff(self) -> str:
        """A unified diff, as `patch` takes it."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, f"a/{self.name}", f"b/{self.name}"))


def insert_rule(rules: Rules, before: str, conditions: Mapping[str, str], unit: str) -> Edit:
    """A new rule in front of the one named `before` (or the fallback): its conditions, narrowed, and another unit."""
    text, document = _read(rules)
    number = _number(document, before)
    when = {**_when(document, number), **conditions}
    if "category" in conditions:
        when.pop("group", None)  # The category says more.
    name = _free_name(document, before, unit)
    lines = text.splitlines(keepends=True)
    at = document.lines[("rules", number)] - 1 if number is not None else _end_of_rules(document, lines)
    dash = " " * _indent(document, lines)
    block = [f"{dash}- name: {_flow(name)}\n", f"{dash}  when: {_flow(when)}\n", f"{dash}  unit: {unit}\n"]
    return _checked(rules, text, "".join([*lines[:at], *block, *lines[at:]]))


def point_elsewhere(rules: Rules, rule: str, unit: str) -> Edit:
    """The same rule (or the fallback) with another unit."""
    text, document = _read(rules)
    number = _number(document, rule)
    place: Place = ("rules", number, "unit") if number is not None else ("fallback", "unit")
    if place not in document.lines:
        raise NotEditable(rule)
    at = document.lines[place] - 1
    lines = text.splitlines(keepends=True)
    changed, times = re.subn(r"""(\bunit:\s*)(["']?)[a-z0-9_]+\2""", rf"\g<1>{unit}", lines[at])
    if times != 1:
        raise NotEditable(rule)
    lines[at] = changed
    return _checked(rules, text, "".join(lines))


def _read(rules: Rules) -> tuple[str, Document]:
    """The file as it is now. Raises NotEditable where it is not the one that the rules in force were read from."""
    try:
        content = rules.path.read_bytes()
    except OSError as error:
        raise NotEditable(str(rules.path)) from error
    document = read_document(content)
    if document.problems or not isinstance(document.data, dict):
        raise NotEditable(str(rules.path))
    return content.decode("utf-8-sig"), document


def _number(document: Document, name: str) -> int | None:
    """Where the rule stands in the list; None: it is the fallback."""
    found = [n for n, rule in enumerate(document.data.get("rules") or []) if _named(rule, name)]
    if found:
        return found[0]
    if _named(document.data.get("fallback"), name):
        return None
    raise NotEditable(name)


def _named(rule: Any, name: str) -> bool:
    return isinstance(rule, dict) and rule.get("name") == name


def _when(document: Document, number: int | None) -> dict[str, Any]:
    return dict(document.data["rules"][number]["when"]) if number is not None else {}


def _free_name(document: Document, before: str, unit: str) -> str:
    taken = {rule.get("name") for rule in document.data.get("rules") or [] if isinstance(rule, dict)}
    name, number = f"{before} ({unit})"[:180], 2
    while name in taken:
        name, number = f"{before} ({unit} {number})"[:190], number + 1
    return name


def _indent(document: Document, lines: list[str]) -> int:
    first = lines[document.lines[("rules", 0)] - 1]
    return len(first) - len(first.lstrip())


def _end_of_rules(document: Document, lines: list[str]) -> int:
    """The line behind the last rule, without the blank lines and comments that belong to what follows."""
    start = document.lines[("rules",)]
    sections = [line for place, line in document.lines.items() if len(place) == 1 and line > start]
    end = min(sections) - 1 if sections else len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _flow(value: Any) -> str:
    written = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return written.removesuffix("\n").removesuffix("\n...")


def _checked(rules: Rules, before: str, after: str) -> Edit:
    try:
        load_rules(rules.path, content=after.encode())
    except RulesError as error:
        return Edit(rules.path.name, before, after, tuple(error.problems))
    return Edit(rules.path.name, before, after)
