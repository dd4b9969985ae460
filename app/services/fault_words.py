"""Why a fault has its rank, in words: what a planner reads beside it, and a crew on its list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from app.errors import N_
from app.languages import translations
from app.text import show_road, translate

if TYPE_CHECKING:
    from app.planning.fault import Why

KIND_WORDS: dict[str, str] = {
    "stretch": N_("Whole stretch dark"),
    "danger": N_("Dangerous to traffic"),
    "row": N_("Several in a row"),
    "area": N_("Single lamps near each other"),
    "single": N_("Single lamp"),
    "other": N_("Something else than lamps"),
}
_SENTENCES: dict[str, str] = {
    "whole_road": N_("All %(lamps)s lamps of the road are dark here"),
    "row": N_("%(lamps)s dark lamps in a row"),
    "one_side": N_("%(lamps)s dark lamps in a row on one side of the road"),
    "beside": N_("%(lamps)s dark lamps beside each other"),
    "dark_area": N_("%(lamps)s of %(of)s lamps within %(metres)s metres are dark"),
    "dark_cable": N_("%(lamps)s of %(of)s lamps on the cable %(cable)s are dark"),
    "crossing": N_("Dark at a crossing"),
    "school_way": N_("Dark on a way to school"),
    "other_danger": N_("Dark where traffic is dangerous"),
    "gathered": N_("%(faults)s single lamps within %(metres)s metres: one trip mends them all"),
    "single": N_("One dark lamp"),
    "lamp": N_("A lamp that is not dark"),
    "hazard": N_("Somebody can get hurt, says the report"),
    "other": N_("Nothing hurries"),
    "on_round": N_("Lies on the fixed round"),
    "needs_lift": N_("The crew that was there needs a lift"),
    "needs_cable": N_("The crew that was there needs the cable crew"),
}
Many = Callable[[str, str, int], str]
# code -> which number, what is said where it is 0, and the sentence.
_MANY: dict[str, tuple[str, str, Callable[[Many, int], str]]] = {
    "overdue": (
        "days", N_("Due today"),
        lambda say_many, n: say_many("%(n)s day over its due date", "%(n)s days over its due date", n),
    ),
    "due_soon": ("days", N_("Due today"), lambda say_many, n: say_many("Due in %(n)s day", "Due in %(n)s days", n)),
    "age": (
        "days", N_("Reported today"),
        lambda say_many, n: say_many("Reported %(n)s day ago", "Reported %(n)s days ago", n),
    ),
    "people": (
        "people", N_("Somebody has told of it"),
        lambda say_many, n: say_many("Reported %(n)s time", "Reported %(n)s times", n),
    ),
    "also": (
        "lamps", N_("Somebody has told of it"),
        lambda say_many, n: say_many(
            "%(n)s of the lamps is in another report that is not yours to plan",
            "%(n)s of the lamps are in other reports that are not yours to plan", n,
        ),
    ),
    "said": (
        "lamps", N_("Reported as several dark lamps"),
        lambda say_many, n: say_many("Reported as %(n)s dark lamp", "Reported as %(n)s dark lamps", n),
    ),
}  # fmt: skip
_NAMED = N_("%(words)s: %(name)s")


def kind_in_words(kind: str, lang: str) -> str:
    """A kind of fault as people read it."""
    return translate(KIND_WORDS[kind], lang) if kind in KIND_WORDS else kind


def reason_in_words(why: Why, lang: str) -> str:
    """One reason, as it stands in `stop.why`, in the reader's language; a code of a later time is shown as it is."""
    code = str(why.get("code", ""))
    counted = _counted(code, why, lang)
    if counted is not None:
        return counted
    if code == "other" and "metres" in why:
        code = "other_danger"
    if code not in _SENTENCES:
        return code
    words = translate(_SENTENCES[code], lang, **{key: value for key, value in why.items() if key != "code"})
    name = road_in_words(str(why["road"]), lang) if why.get("road") else why.get("name")
    return translate(_NAMED, lang, words=words, name=name) if name else words


def road_in_words(road: str, lang: str) -> str:
    """A street by its name; a road of the register by what stands on its signs: FV862 is County road 862."""
    return show_road(road, lang) or road


def reasons_in_words(why: Iterable[dict[str, Any]], lang: str) -> list[str]:
    """All of a fault's reasons, the weightiest first."""
    return [reason_in_words(one, lang) for one in why]


def _counted(code: str, why: Why, lang: str) -> str | None:
    """Sentences with one or many; None where the code has no number."""
    if code not in _MANY:
        return None
    key, none, words = _MANY[code]
    number = int(why.get(key, 0))
    if number == 0:
        return translate(none, lang)
    return words(translations(lang).ngettext, number) % {"n": number}
