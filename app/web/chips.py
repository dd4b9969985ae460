"""What is filtered, piece by piece, each with the address that leaves it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.errors import N_
from app.text import STATUS_WORDS, show_date, show_metres, status_word, translate
from app.web.filters import USUAL_RADIUS
from app.web.list_form import WHOLE_GROUP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from app.routing import Rules
    from app.web.list_form import ListForm

STATES = {"open": N_("Not done yet"), "closed": N_("Closed")}


@dataclass(frozen=True, slots=True)
class Chip:
    """Words for one filter, and where the list without it stands."""

    words: str
    href: str


def chips(form: ListForm, rules: Rules, lang: str, *, wrong: Collection[str]) -> list[Chip]:
    """In the form's order; a filter that could not be understood (`wrong`) filters nothing, so it has none."""
    found = ((name, words, without) for name, words, without in _all(form, rules, lang) if name not in wrong)
    return [Chip(words, without.address()) for _, words, without in found]


def _all(form: ListForm, rules: Rules, lang: str) -> Iterator[tuple[str, str, ListForm]]:
    if form.text:
        yield "text", translate(N_("“%(words)s”"), lang, words=form.text), form.without(text="")
    for kind in form.category:
        rest = tuple(other for other in form.category if other != kind)
        yield "category", kind_words(kind, rules, lang), form.without(category=rest)
    for status in form.status:
        others = tuple(other for other in form.status if other != status)
        yield "status", state_words(status, lang), form.without(status=others)
    if form.near:
        yield "where", _around(form, lang), form.without(near="", radius="", near_name="")
    if form.area in rules.areas:
        yield "area", rules.areas[form.area].name(lang), form.without(area="")
    if form.first:
        yield "from", translate(N_("From %(date)s"), lang, date=_day(form.first, lang)), form.without(first="")
    if form.last:
        yield "to", translate(N_("To %(date)s"), lang, date=_day(form.last, lang)), form.without(last="")
    if form.photo:
        yield "photo", translate(N_("With a photo"), lang), form.without(photo="")
    if form.bbox:
        yield "bbox", translate(N_("Only what the map shows"), lang), form.without(bbox="")


def kind_words(kind: str, rules: Rules, lang: str) -> str:
    """A category's or a group's name; the code itself for what left the rules file."""
    if kind.endswith(WHOLE_GROUP):
        group = rules.groups.get(kind.removesuffix(WHOLE_GROUP))
        return group.name(lang) if group else kind
    category = rules.categories.get(kind)
    return category.name(lang) if category else kind


def state_words(status: str, lang: str) -> str:
    """A status, or open or closed, as people read it."""
    if status in STATES:
        return translate(STATES[status], lang)
    return status_word(status, lang) if status in STATUS_WORDS else status


def _around(form: ListForm, lang: str) -> str:
    radius = int(form.radius) if re.fullmatch(r"[0-9]{1,6}", form.radius) else USUAL_RADIUS
    place = form.near_name or form.near
    return translate(N_("Within %(distance)s of %(place)s"), lang, distance=show_metres(radius, lang), place=place)


def _day(text: str, lang: str) -> str:
    try:
        return show_date(date.fromisoformat(text), lang)
    except ValueError:
        return text
