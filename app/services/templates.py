"""Ready words for the reporter: filled in, in the reporter's language, and free to be changed before they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.languages import DEFAULT_LANGUAGE, FALLBACKS, LANGUAGES
from app.models.reply import ReplyFor, fill
from app.queries import replies
from app.services.standard_words import SHIPPED
from app.text import show_date, translate

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import ReplyTemplate, Report
    from app.routing import Rules

# Which unit is meant is known when it is chosen.
_LATER = {ReplyFor.REFER: frozenset({"unit"}), ReplyFor.INTERIM: frozenset({"due"})}


@dataclass(frozen=True)
class ReadyWords:
    """`title` is for the desk, in its language; `body` for the reporter, with every placeholder filled in.

    `lang` is that of the body, which is another than the reporter's where nobody has written the words in it.
    """

    code: str
    title: str
    body: str
    lang: str


def ready_words(
    session: Session, report: Report, rules: Rules, *, for_what: ReplyFor | str, lang: str = DEFAULT_LANGUAGE
) -> list[ReadyWords]:
    """What can be said at this decision, best first. Expects `report.reporter` to be loaded; one statement."""
    return all_ready_words(session, report, rules, lang=lang)[ReplyFor(for_what)]


def fitting(session: Session, report: Report, rules: Rules) -> Sequence[ReplyTemplate]:
    """The municipality's own templates that fit the report or any report, in one statement."""
    category = rules.categories.get(report.category_code)
    group = category.group if category else None
    return replies.templates_for(session, category_code=report.category_code, group_code=group)


def all_ready_words(
    session: Session,
    report: Report,
    rules: Rules,
    *,
    lang: str = DEFAULT_LANGUAGE,
    among: Sequence[ReplyTemplate] | None = None,
) -> dict[ReplyFor, list[ReadyWords]]:
    """The same for every decision, still in one statement, or in none with those that were read (`fitting`)."""
    changed = fitting(session, report, rules) if among is None else among
    theirs = language_of(report, rules)
    values = values_of(report, rules, lang=theirs)
    found: dict[ReplyFor, list[ReadyWords]] = {one: [] for one in ReplyFor}
    for code, for_what, texts in _offered(changed, report, rules):
        found[for_what].append(_in_words(code, for_what, texts, values, lang=lang, theirs=theirs))
    return found


def titles_for_any(
    session: Session, *, for_what: ReplyFor, lang: str, among: Sequence[ReplyTemplate] | None = None
) -> list[tuple[str, str]]:
    """(code, title for the desk) of what can be said about any report; the municipality's own come first.

    `among` are the templates that were read for one report (`fitting`): those for any report are there too.
    """
    changed = replies.every_template(session) if among is None else among
    own = [
        (one.code, best_text(texts_of(one), lang)[1][0])
        for one in changed
        if one.active and one.for_what == for_what and one.category_code is None and one.group_code is None
    ]
    known = {one.code for one in changed}
    shipped = [
        (code, best_text(shipped_texts(code), lang)[1][0])
        for code, one in SHIPPED.items()
        if one.for_what == for_what and code not in known
    ]
    return own + shipped


def language_of(report: Report, rules: Rules) -> str:
    """The language that the reporter chose, else the municipality's first."""
    return report.reporter.language if report.reporter is not None else rules.default_language


def values_of(report: Report, rules: Rules, *, lang: str, unit_code: str | None = None) -> dict[str, str | None]:
    """placeholder -> what stands there for this report; None for what it does not have."""
    category = rules.categories.get(report.category_code)
    unit = rules.units.get(unit_code or report.unit_code or report.proposed_unit_code or "")
    return {
        "reference": report.shown_reference,
        "category": category.name(lang) if category else None,
        # What is said can become public with the decision.
        "place": report.public_address,
        "unit": unit.name(lang) if unit else None,
        "due": show_date(report.due_at, lang) if report.due_at else None,
        "phone": desk_phone(rules),
    }


def desk_phone(rules: Rules) -> str | None:
    """The number of the phone with the code "desk", else of the last one that is not for emergencies."""
    usual = [phone for phone in rules.municipality.phones if not phone.emergency]
    found = [phone.number for phone in usual if phone.code == "desk"] or [phone.number for phone in usual]
    return found[-1] if found else None


def words_to_send(
    session: Session, report: Report, rules: Rules, *, typed: str, code: str = "", unit_code: str | None = None
) -> str:
    """What the reporter reads: what was typed, else the ready words that were chosen; with placeholders filled in."""
    words = typed.strip() or chosen_words(session, report, rules, code=code)
    return fill_in(words, report, rules, unit_code=unit_code)


def chosen_words(session: Session, report: Report, rules: Rules, *, code: str) -> str:
    """The ready words with this code, for the reporter; empty where there are none."""
    if not code:
        return ""
    every = all_ready_words(session, report, rules)
    return next((one.body for ready in every.values() for one in ready if one.code == code), "")


def fill_in(words: str, report: Report, rules: Rules, *, unit_code: str | None = None) -> str:
    """What somebody typed or chose, with its placeholders filled in; other braces stay as they are."""
    return fill(words, values_of(report, rules, lang=language_of(report, rules), unit_code=unit_code))


def shipped_texts(code: str) -> dict[str, tuple[str, str]]:
    """language -> (title, body) of words that came with the program; empty for others."""
    shipped = SHIPPED.get(code)
    if shipped is None:
        return {}
    return {lang: (translate(shipped.title, lang), translate(shipped.body, lang)) for lang in LANGUAGES}


def best_text(texts: Mapping[str, tuple[str, str]], lang: str) -> tuple[str, tuple[str, str]]:
    """(language, (title, body)): in the language that was asked for, else in the nearest that there is."""
    for near in (lang, *FALLBACKS.get(lang, ()), DEFAULT_LANGUAGE, *LANGUAGES, *texts):
        if near in texts:
            return near, texts[near]
    return lang, ("", "")


def texts_of(template: ReplyTemplate) -> dict[str, tuple[str, str]]:
    """language -> (title, body)."""
    return {text.lang: (text.title, text.body) for text in template.texts}


def _offered(
    changed: Sequence[ReplyTemplate], report: Report, rules: Rules
) -> Iterator[tuple[str, ReplyFor, Mapping[str, tuple[str, str]]]]:
    """(code, for what, texts): the municipality's own in their order, then what came with the program unchanged."""
    category = rules.categories.get(report.category_code)
    group = category.group if category else None
    for template in changed:
        if template.active and _fits(template, report.category_code, group):
            yield template.code, ReplyFor(template.for_what), texts_of(template)
    known = {template.code for template in changed}
    for code, shipped in SHIPPED.items():
        if code not in known:
            yield code, shipped.for_what, shipped_texts(code)


def _fits(template: ReplyTemplate, category: str, group: str | None) -> bool:
    if template.category_code is not None:
        return template.category_code == category
    return template.group_code is None or template.group_code == group


def _in_words(
    code: str,
    for_what: ReplyFor,
    texts: Mapping[str, tuple[str, str]],
    values: dict[str, str | None],
    *,
    lang: str,
    theirs: str,
) -> ReadyWords:
    found, (_, body) = best_text(texts, theirs)
    title = best_text(texts, lang)[1][0]
    return ReadyWords(code, title, fill(body, values, keep=_LATER.get(for_what, frozenset())), found)
