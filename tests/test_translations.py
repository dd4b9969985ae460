"""Every sentence for people is there in every language, with the same blanks to fill in, and none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
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
    "app/services/danger_import.py",
    "app/services/areas.py",
    "app/services/demo",
)

# What only the municipality's own people read, and what programs are told. In Northern Sámi these may still be bokmål;
# whatever else a resident can meet, on a page or in a mail, has to be there.
STAFF_AND_PROGRAMS = (
    "templates/staff/",
    "templates/staff_base.html",
    "templates/crew/",
    "templates/api/",
    "templates/emails/addition/",
    "templates/emails/call_back/",
    "templates/emails/forward/",
    "templates/emails/invitation/",
    "app/delivery/",
    "app/models/route_list.py",
    "app/models/sending.py",
    "app/queries/danger.py",
    "app/services/plan",
    "app/services/releasing.py",
    "app/services/crew_keeping.py",
    "app/queries/crew_keeping.py",
    "app/queries/route_plans.py",
    "app/web/crew_forms.py",
    "app/web/plan_form.py",
    "app/web/plan_words.py",
    "app/web/pages/crews.py",
    "app/web/pages/vehicles.py",
    "app/web/pages/plans.py",
    "app/services/ways.py",
    "app/services/road_closing.py",
    "app/web/pages/road_closures.py",
    "app/services/routine.py",
    "app/services/routine_drives.py",
    "app/queries/routine.py",
    "app/web/pages/routine",
    "app/web/routine_form.py",
    "app/planning/calendar.py",
    "templates/routine/",
    "app/services/round_",
    "app/queries/rounds.py",
    "app/services/field",
    "app/web/field_answers.py",
    "app/web/round_cards.py",
    "app/web/pages/round_figures.py",
    "app/planning/",
    "app/services/decisions.py",
    "app/services/forwarding.py",
    "app/services/moderation.py",
    "app/services/passwords.py",
    "app/services/signing_in.py",
    "app/services/staff.py",
    "app/services/right_unit.py",
    "app/services/triage.py",
    "app/services/undelivered.py",
    "app/services/undoing.py",
    "app/web/api/",
    "app/web/bodies.py",
    "app/web/malformed.py",
    "app/web/pages/deliveries.py",
    "app/web/pages/desk",
    "app/web/pages/inbox.py",
    "app/web/pages/staff",
    "app/services/round_links.py",
    "app/web/round_",
    "app/web/pages/round_",
)
BOKMAL_MAY_STAND_IN = {"se": STAFF_AND_PROGRAMS}

MsgId = str | tuple[str, ...]


@cache
def used() -> dict[MsgId, list[str]]:
    """Every msgid of code and templates, and the places where it stands."""
    found: dict[MsgId, list[str]] = {}
    for path in sorted((PROJECT / "app").rglob("*.py")):
        if not short(path).startswith(ENGLISH_ONLY):
            for msgid, line in sentences(ast.parse(path.read_text())):
                found.setdefault(msgid, []).append(f"{short(path)}:{line}")
    for path in sorted((PROJECT / "templates").rglob("*")):
        if path.is_file():
            for line, message, _comments, _context in extract_from_file("jinja2", path, options=JINJA):
                msgid = tuple(message) if isinstance(message, list | tuple) else message
                found.setdefault(msgid, []).append(f"{short(path)}:{line}")
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
        f"{places[0]}: {msgid!r}"
        for msgid, places in used().items()
        if msgid not in known
        and not (isinstance(msgid, str) and msgid in singulars)
        # Words of staff's are not asked for in a language where bokmål may stand in.
        and not all(place.startswith(BOKMAL_MAY_STAND_IN.get(lang, ())) for place in places)
    ]
    assert not missing, "\n".join(missing)


def test_every_place_where_bokmal_may_stand_in_is_there():
    places = {place for of_one in used().values() for place in of_one}
    empty = [prefix for prefix in STAFF_AND_PROGRAMS if not any(place.startswith(prefix) for place in places)]
    assert not empty


@pytest.mark.parametrize("kind", ["names", "help", "texts", "synonyms"])
def test_every_text_of_the_shipped_rules_is_there_in_every_language(kind):
    written = yaml.load((PROJECT / "routing_rules.yaml").read_text(), Loader=yaml.CSafeLoader)
    assert written["municipality"]["languages"] == list(LANGUAGES)
    found = list(of_kind(written, kind))
    assert len(found) >= {"names": 150, "help": 42, "texts": 7, "synonyms": 42}[kind]
    assert [texts for texts in found if set(texts) != set(LANGUAGES) or not all(texts.values())] == []


def of_kind(node: object, kind: str) -> Iterator[dict[str, object]]:
    """Every value by this name, however deep."""
    for name, value in node.items() if isinstance(node, dict) else ():
        if name == kind and isinstance(value, dict):
            yield value
        else:
            yield from of_kind(value, kind)
    for one in node if isinstance(node, list) else ():
        yield from of_kind(one, kind)


# Words that are the same in every language: names, signs, what programs read.
SAME_EVERYWHERE = re.compile(
    r"GataMi|Google(?: Maps)?|Apple(?: Maps)?|[A-Z]{2,5}|https?://\S+|[a-z0-9.]+@[a-z.]+|&[a-z]+;|(www\.)?[a-z]+\.no"
)
# Blocks that fill attributes, and what is written for programmers.
NOT_SHOWN = re.compile(
    r"\{#.*?#\}|<style.*?</style>|<!--.*?-->|<(pre|code)\b.*?</\1>"
    r"|\{% block (?:\w+_class|home|(?:meta_)?color_scheme|body_attributes) %\}.*?\{% endblock %\}",
    re.DOTALL,
)


@pytest.mark.parametrize("path", sorted((PROJECT / "templates").rglob("*.html")), ids=short)
def test_no_template_says_something_without_gettext(path):
    words = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", NOT_SHOWN.sub("", path.read_text()), flags=re.DOTALL)
    shown = re.findall(r'(?:alt|title|aria-label|placeholder|data-say-[a-z-]+)="([^"]*)"', words)
    shown += re.sub(r"<[^>]*>", "\n", words).split("\n")
    # A macro that writes attributes leaves them here without their element.
    shown = [text for text in shown if not re.match(r"\s*[a-z-]+=", text)]
    said = [text for text in shown if re.search(r"[^\W\d_]{2}", SAME_EVERYWHERE.sub("", text))]
    assert said == []


# Text for people in a script is two words or more in quotes that begin with a capital; it belongs into data-say-*.
SENTENCE = re.compile(r"""["'`]([A-ZÆØÅ][a-zæøå]+(?: [\w',.%{}$-]+)+[.!?]?)["'`]""")


@pytest.mark.parametrize(
    "path", [p for p in sorted((PROJECT / "static/js").rglob("*.js")) if "vendor" not in p.parent.parts], ids=short
)
def test_no_script_says_something_by_itself(path):
    code = re.sub(r"^\s*(//|\*|/\*).*$|new Error\(.*\)|console\.\w+\(.*\)", "", path.read_text(), flags=re.MULTILINE)
    assert SENTENCE.findall(code) == []


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
