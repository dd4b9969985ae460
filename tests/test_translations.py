"""Every sentence for people is there in every language, with the same blanks to fill in, and none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from app.languages import LANGUAGES, LOCALES
from app.settings import PROJECT

# English needs no catalogue: it is the msgids.
CATALOGUES = sorted(set(LANGUAGES) - {"en"})
# Which argument is the sentence. Refusals are translated where they are shown.
CALLS: dict[str, tuple[int, ...]] = {
    "_": (0,), "N_": (0,), "gettext": (0,), "translate": (0,), "ngettext": (0, 1), "say_many": (0, 1), "_need": (1,),
    "DomainError": (0,), "Invalid": (0,), "Conflict": (0,), "NotFound": (0,), "Gone": (0,), "Forbidden": (0,),
    "TooMany": (0,),
}  # fmt: skip
# The environment of app.text, as Babel's extractor wants to hear it.
JINJA = {
    "extensions": "jinja2.ext.do",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "trimmed": "false",
    "silent": "false",
    "encoding": "utf-8",
}
BLANK = re.compile(r"%\((\w+)\)[sd]|%(?!\(|%)")
# The command line speaks English to those who run the service.
ENGLISH_ONLY = (
    "app/cli/",
    "app/cluster/",
    "app/models/history.py",
    "app/services/import",
    "app/services/asset_import.py",
    "app/services/geojson_features.py",
    "app/services/place_import.py",
    "app/services/road_import.py",
    "app/services/areas.py",
    "app/services/demo",
)

MsgId = str | tuple[str, ...]


@cache
def used() -> dict[MsgId, str]:
    """Every msgid of code and templates, and one place where it stands."""
    found: dict[MsgId, str] = {}
    for path in sorted((PROJECT / "app").rglob("*.py")):
        if not short(path).startswith(ENGLISH_ONLY):
            for msgid, line in sentences(ast.parse(path.read_text())):
                found.setdefault(msgid, f"{short(path)}:{line}")
    for path in sorted((PROJECT / "templates").rglob("*")):
        if path.is_file():
            for line, message, _comments, _context in extract_from_file("jinja2", path, options=JINJA):
                msgid = tuple(message) if isinstance(message, list | tuple) else message
                found.setdefault(msgid, f"{short(path)}:{line}")
    return found


def sentences(tree: ast.AST) -> Iterator[tuple[MsgId, int]]:
    """Sentences handed to gettext or to a refusal as they stand, or one of two by a condition."""
    for call in ast.walk(tree):
        name = getattr(getattr(call, "func", None), "id", None) or getattr(getattr(call, "func", None), "attr", None)
        if not isinstance(call, ast.Call) or name not in CALLS:
            continue
        given = [words(call.args[number]) for number in CALLS[name] if number < len(call.args)]
        if len(given) == 2 and all(given):
            yield (given[0][0], given[1][0]), call.lineno
        elif len(given) == 1:
            yield from ((text, call.lineno) for text in given[0])
        # The sentences beside the fields of a form.
        beside = [word.value for word in call.keywords if word.arg == "fields" and isinstance(word.value, ast.Dict)]
        yield from ((text, call.lineno) for fields in beside for value in fields.values for text in words(value))


def words(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return words(node.body) + words(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else []


def short(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@cache
def catalogue(lang: str) -> Catalog:
    with (LOCALES / lang / "LC_MESSAGES" / "gatami.po").open("rb") as source:
        return read_po(source, locale=lang)


def messages(lang: str) -> list[Message]:
    return [message for message in catalogue(lang) if message.id]


def texts(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def blanks(text: str) -> set[str]:
    return {match.group(1) or match.group() for match in BLANK.finditer(text)}


def test_the_extraction_sees_code_templates_mails_and_plurals():
    assert {
        "Fixed",
        "Report a fault",
        "Hello %(name)s,",
        "Write the answer.",
        "Write a reason for the service desk.",
    } <= used().keys()
    assert ("%(n)s day overdue", "%(n)s days overdue") in used()
    assert "a closed report has a closing time, and an open one has none" not in used()


@pytest.mark.parametrize("lang", CATALOGUES)
def test_every_sentence_is_translated(lang):
    known = {message.id: message for message in messages(lang)}
    singulars = {texts(msgid)[0] for msgid in known}
    missing = [
        f"{place}: {msgid!r}"
        for msgid, place in used().items()
        if msgid not in known and not (isinstance(msgid, str) and msgid in singulars)
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("lang", CATALOGUES)
def test_no_translation_is_empty_or_a_guess(lang):
    bad = [message.id for message in messages(lang) if message.fuzzy or not all(texts(message.string or ""))]
    assert not bad


@pytest.mark.parametrize("lang", CATALOGUES)
def test_no_translation_is_left_over(lang):
    singulars = {texts(msgid)[0] for msgid in used()}
    unused = [
        message.id for message in messages(lang) if message.id not in used() and texts(message.id)[0] not in singulars
    ]
    unused += list(catalogue(lang).obsolete)
    assert not unused, "\n".join(map(repr, unused))


@pytest.mark.parametrize("lang", CATALOGUES)
def test_every_translation_has_the_blanks_of_its_sentence(lang):
    wrong = []
    for message in messages(lang):
        wanted = set.union(*(blanks(text) for text in texts(message.id)))
        # "One day" may leave the number out; all else must stand in every form.
        optional = {"n", "num"} if not isinstance(message.id, str) else set()
        wrong += [
            (message.id, text) for text in texts(message.string) if not wanted - optional <= blanks(text) <= wanted
        ]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("lang", CATALOGUES)
def test_every_plural_has_all_its_forms(lang):
    forms = catalogue(lang).num_plurals
    wrong = [message.id for message in messages(lang) if message.pluralizable and len(texts(message.string)) != forms]
    assert not wrong
