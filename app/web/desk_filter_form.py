"""What the form of the desk's filters shows: its choices, what is chosen in words, and the names that are saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.errors import N_
from app.models import ReportStatus
from app.queries.staff_reports import SORTS
from app.queries.waiting import KINDS, kind_of
from app.text import OWNER_WORDS, show_date, status_word, translate
from app.web.desk_filters import as_query, read_desk_filter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.queries.desk_filter import DeskFilter
    from app.queries.saved_filters import Saved
    from app.queries.staff_reports import Sort
    from app.routing import Rules

CHANNEL_NAMES = {
    "web": N_("Web"),
    "api": N_("App"),
    "phone": N_("Phone"),
    "counter": N_("At the counter"),
    "email": N_("E-mail"),
    "import": N_("Another system"),
}
STATUS_GROUPS = {"open": N_("All open"), "at_unit": N_("At a unit"), "closed": N_("All closed")}
DUE_NAMES = {
    "overdue": N_("Overdue"),
    "today": N_("Due today"),
    "week": N_("Due within 7 days"),
    "none": N_("No due date"),
}
SORT_NAMES = {
    "newest": N_("Newest first"),
    "oldest": N_("Oldest first"),
    "urgent": N_("Most urgent first (open)"),
}
# The fields that stand open; the others are behind "More filters".
ALWAYS_SHOWN = frozenset({"text", "status", "waiting_for", "unit"})
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FilterForm:
    """Choices as (value, words); `chips` are what is chosen, each with the query of the address without it."""

    kinds: Options
    statuses: Options
    units: Options
    groups: Options
    areas: Options
    owners: Options
    channels: Options
    dues: Options
    sorts: Options
    chips: list[tuple[str, dict[str, str]]]
    more: bool


def sort_of(text: str) -> Sort:
    """The order asked for; the newest first where it is none."""
    return next((sort for sort in SORTS if sort == text), "newest")


def filter_form(wanted: DeskFilter, rules: Rules, *, lang: str) -> FilterForm:
    """The form for this filter."""
    every = ("", translate(N_("All"), lang))
    query = as_query(wanted)
    return FilterForm(
        kinds=[("", translate(N_("Everything"), lang)), *((kind.code, translate(kind.words, lang)) for kind in KINDS)],
        statuses=[every, *_said(STATUS_GROUPS, lang), *((one.value, status_word(one, lang)) for one in ReportStatus)],
        units=[every, *((unit.code, unit.name(lang)) for unit in rules.units.values())],
        groups=[every, *((group.code, group.name(lang)) for group in rules.groups.values())],
        areas=[every, *((area.code, area.name(lang)) for area in rules.areas.values())],
        owners=[every, *_said(OWNER_WORDS, lang)],
        channels=[every, *_said(CHANNEL_NAMES, lang)],
        dues=[every, *_said(DUE_NAMES, lang)],
        sorts=_said(SORT_NAMES, lang),
        chips=[
            (words, {other: value for other, value in query.items() if other != name})
            for name, words in _chosen(wanted, rules, lang)
        ],
        more=bool(query.keys() - ALWAYS_SHOWN),
    )


def in_words(query: dict[str, str], rules: Rules, *, lang: str) -> str:
    """What a saved filter holds, for people."""
    return ", ".join(words for _, words in _chosen(read_desk_filter(query, rules), rules, lang))


def names_of(saved: list[Saved], query: dict[str, str]) -> str:
    """The name under which the filter in the address is saved, if it is."""
    return next((one.name for one in saved if one.query == query), "")


def _said(words: dict[str, str], lang: str) -> Options:
    return [(code, translate(text, lang)) for code, text in words.items()]


def _chosen(wanted: DeskFilter, rules: Rules, lang: str) -> Iterator[tuple[str, str]]:
    """Each filter that is set, as (its name in the address, words)."""
    kind = kind_of(wanted.waiting_for)
    if wanted.text:
        yield "text", translate(N_("“%(words)s”"), lang, words=wanted.text)
    if kind is not None:
        yield "waiting_for", translate(kind.words, lang)
    if wanted.status:
        group = STATUS_GROUPS.get(wanted.status)
        yield "status", translate(group, lang) if group else status_word(wanted.status, lang)
    yield from _of_rules(wanted, rules, lang)
    yield from _fixed(wanted, lang)
    yield from _of_time(wanted, lang)


def _of_rules(wanted: DeskFilter, rules: Rules, lang: str) -> Iterator[tuple[str, str]]:
    tables = (("unit", rules.units), ("group", rules.groups), ("category", rules.categories), ("area", rules.areas))
    for name, table in tables:
        code = getattr(wanted, name)
        if code:
            known = table.get(code)
            yield name, known.name(lang) if known is not None else code


def _fixed(wanted: DeskFilter, lang: str) -> Iterator[tuple[str, str]]:
    if wanted.road_owner:
        owner = translate(OWNER_WORDS[wanted.road_owner], lang)
        yield "road_owner", translate(N_("Road: %(owner)s"), lang, owner=owner)
    if wanted.channel:
        yield "channel", translate(CHANNEL_NAMES[wanted.channel], lang)
    if wanted.photo:
        yield "photo", translate(N_("With a photo"), lang)
    if wanted.mine:
        yield "mine", translate(N_("I am on it"), lang)


def _of_time(wanted: DeskFilter, lang: str) -> Iterator[tuple[str, str]]:
    if wanted.due:
        yield "due", translate(DUE_NAMES[wanted.due], lang)
    if wanted.age is not None:
        yield "age", translate(N_("At least %(days)s days old"), lang, days=wanted.age)
    if wanted.since is not None:
        yield "since", translate(N_("From %(date)s"), lang, date=show_date(wanted.since, lang))
    if wanted.until is not None:
        yield "until", translate(N_("To %(date)s"), lang, date=show_date(wanted.until, lang))
