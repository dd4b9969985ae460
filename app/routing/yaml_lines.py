"""YAML with line numbers, so that every mistake can be named by its line.

YAML 1.2's plain words are used: `NO` (Norway), `on` and `07:30` stay text, as their writers mean them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
MAX_BYTES = 2_000_000
MAX_DEPTH = 30
# Somebody who reads more of them than this has the wrong file in front of them.
MOST_PROBLEMS = 200
_TOO_DEEP = "This is nested too deeply; a rules file needs a few levels only."


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Only the plain words of YAML 1.2's core are anything but text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own shape


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-0123456789")),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


@dataclass
class Document:
    """The content as plain Python values, the line (from 1) of each key and item, and YAML's own mistakes."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of the nearest thing that stands in the file: a missing key has its owner's line."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(content: bytes) -> Document:
    """Never raises for what stands in the file: mistakes are listed in the answer."""
    document = Document()
    if len(content) > MAX_BYTES:
        document.problems.append((1, "The file is larger than 2 MB; is it the right file?"))
        return document
    try:
        text = content.decode("utf-8-sig")
        deep = _too_deep(text)
        node = yaml.compose(text, Loader=_Loader) if deep is None else None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        document.problems.append((line, "The file is not UTF-8 text; save it as UTF-8."))
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax_problem(error))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        document.problems.append((1, f"The file can not be read as YAML: {error}"))
    else:
        document.data = _Reader(document).value(node, ()) if node is not None else None
        document.problems += [(deep, _TOO_DEEP)] if deep is not None else []
    return document


def _too_deep(text: str) -> int | None:
    """The line that opens one level too many. Before anything is built: the C parser builds by calling itself, and
    ends the process where that goes deep. Listing events does not.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return event.start_mark.line + 1 if event.start_mark else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _syntax_problem(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    hint = "Check the indentation, quotes and colons on this line and the one above."
    if "\\t" in what or "'\t'" in what:
        hint = "Use spaces, not tabs, to indent."
    return (mark.line + 1 if mark else 1, f"This is not valid YAML ({what}). {hint}")


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if not isinstance(node, yaml.ScalarNode) and self._repeated(node):
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(child, (*path, number)) for number, child in enumerate(node.value)]
        return self._scalar(node)

    def _repeated(self, node: yaml.Node) -> bool:
        """An alias shows as the same node twice; without them a small file can not grow into a huge one."""
        if id(node) in self.seen:
            self._problem(node, "An alias (*name) stands here; write the value out instead.")
            return True
        self.seen.add(id(node))
        return False

    def _item(self, node: yaml.Node, path: Path) -> Any:
        self.document.lines[path] = node.start_mark.line + 1
        return self.value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in found:
                first = self.document.lines[(*path, key)]
                self._problem(
                    key_node,
                    f"“{key}” stands twice, first on line {first}; keep one or give it another code.",
                )
                continue
            self.document.lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        kind = str(node.tag).rpartition(":")[2]
        if kind == "null":
            return None
        if kind == "bool":
            return text == "true"
        if kind in {"int", "float"}:
            return int(text) if kind == "int" and len(text) < 19 else float(text)
        return text

    def _problem(self, node: yaml.Node, sentence: str) -> None:
        if len(self.document.problems) < MOST_PROBLEMS:
            self.document.problems.append((node.start_mark.line + 1, sentence))
