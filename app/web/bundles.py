"""What is fetched on the street comes as few files: our own modules and stylesheets put behind each other, unbuilt.

Forty small modules are forty requests, and on a slow line each row of them costs most of a second. What a bundle may
hold is little, and what it may not is refused: named imports and named exports, one a line, and no circles.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from posixpath import dirname, normpath

from app.settings import PROJECT

log = logging.getLogger(__name__)
STATIC = PROJECT / "static"
# Asked for by pages (or by each other, at need); no module imports one of them.
SCRIPTS = frozenset({"js/report/form.js", "js/offline/page.js", "js/crew/cab.js", "js/crew/keeper.js"})
# The first of them is asked for, and brings the others.
STYLES = {
    "css/fallback.css": ("css/fallback.css", "css/fallback_components.css", "css/offline.css"),
    "css/colors.css": ("css/colors.css", "css/app.css", "css/parts.css"),
    "css/report.css": ("css/report.css", "css/search.css", "css/similar.css", "css/kinds.css"),
}
BUNDLES = SCRIPTS | STYLES.keys()

_IMPORT = re.compile(r'^import (?:\{ ([\w ,$]+) \} from )?"(\.[\w./-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function\*? |const |class )(\w+)", re.MULTILINE)
# Whole lines only: what looks like a comment inside a line may be a part of a text.
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
# Of lines that begin with code: a text over several lines keeps its own.
_INDENT = re.compile(r"^[ \t]+(?=[\w$.}\])/?:<&|+\[(\"'])", re.MULTILINE)
_NOT_HERE = re.compile(r"^(?:import|export)\b|\bimport\s*\(|\bimport\.meta|^await\b", re.MULTILINE)


class NotBundledError(ValueError):
    """A module uses something that cannot be put into one file; it says which."""


def contents(path: str) -> bytes:
    """What the address /static/<path> answers: the file, or the bundle that begins with it."""
    return bundle(path).encode() if path in BUNDLES else (STATIC / path).read_bytes()


def bundle(path: str) -> str:
    """A module and all that it imports, each in a scope of its own, in the order in which they would run; or styles.

    Made again when one of the files changes. What cannot be bundled comes as it is, and asks for the others itself.
    """
    kind = path.partition("/")[0]
    return _kept(path, max(file.stat().st_mtime_ns for file in (STATIC / kind).rglob(f"*.{kind}")))


@lru_cache
def _kept(path: str, _newest: int) -> str:
    try:
        return make_bundle(path)
    except NotBundledError as error:
        log.warning("Not bundled: %s", error)
        return (STATIC / path).read_text()


def make_bundle(path: str) -> str:
    """The bundle itself. Raises NotBundledError."""
    if path in STYLES:
        return "".join(_COMMENT.sub("", (STATIC / part).read_text()) for part in STYLES[path])
    return "".join(_wrapped(path, {}, ()))


def called(path: str, name: str, words: str) -> str:
    """A bundle that ends with a call: the function `name` of the module, with `words` between its brackets.

    Raises NotBundledError.
    """
    known: dict[str, str] = {}
    modules = "".join(_wrapped(path, known, ()))
    return f"{modules}{known[path]}.{name}({words});\n"


def _wrapped(path: str, known: dict[str, str], above: tuple[str, ...]) -> list[str]:
    """The scopes of this module's imports, and its own; `known` gives each path the name of its scope."""
    if path in above:
        raise NotBundledError(f"{path} imports itself by way of {' > '.join(above)}")
    words = _COMMENT.sub("", (STATIC / path).read_text())
    before: list[str] = []
    for found in _IMPORT.finditer(words):
        target = normpath(f"{dirname(path)}/{found[2]}")
        if target not in known:
            before += _wrapped(target, known, (*above, path))
    body = _IMPORT.sub(lambda found: _taken(found, path, known), words)
    exported = [found[2] for found in _EXPORT.finditer(body)]
    body = _EXPORT.sub(r"\1\2", body)
    refused = _NOT_HERE.search(body)
    if refused:
        raise NotBundledError(f"{path}: {refused[0]!r}")
    known[path] = name = f"m{len(known)}"
    body = _INDENT.sub("", body).strip()
    return [*before, f"const {name} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();\n"]


def _taken(found: re.Match[str], path: str, known: dict[str, str]) -> str:
    names, name = found[1], known[normpath(f"{dirname(path)}/{found[2]}")]
    return f"const {{ {names.replace(' as ', ': ').strip()} }} = {name};\n" if names else ""
