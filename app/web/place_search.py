"""What a search for a place found, in words: for the list under the field, for screen readers, and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import N_
from app.languages import translations
from app.models.reference import completed_reference, show_reference
from app.routing import Rules
from app.services.coordinates import NO_PLACE
from app.services.finding_places import Found, Hit
from app.text import translate

NOTHING = N_(
    "We found nothing for “%(text)s”. We looked among addresses, streets, place names, numbers on lamps and reports."
)
NOTHING_TYPED = N_("Write an address, a place name, the number on the lamp, or coordinates.")
ALIKE = N_("We found nothing called “%(text)s”, but something like it. Choose it if it is right.")
NO_REPORT = N_("We found no report with the number %(text)s. Look at the number once more.")
ELSEWHERE = N_("That place is outside our area.")
SILENT = N_("The address register does not answer just now. Use the map or coordinates.")
SILENT_PLAIN = N_("The address register does not answer just now. Write the address in the field below.")
ONE_DIGIT_MORE = N_("The reference has one digit more, as in %(reference)s.")
STILL = N_("The place is still %(place)s.")


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the list. `label` goes into the field when it is chosen, `shown` and `detail` are what is read."""

    kind: str
    label: str
    shown: str
    detail: str
    lat: float
    lon: float
    href: str = ""

    @property
    def address(self) -> str:
        """The address, where it is one; for other places the nearest is looked for."""
        return self.label if self.kind == "address" else ""

    @property
    def value(self) -> str:
        """The value of the button that chooses it without script."""
        return f"{'around' if self.vague else 'place'}:{self.lat!r},{self.lon!r}:{self.label}"

    @property
    def vague(self) -> bool:
        """A street or a part of town is no spot: it is shown, and the spot on it still to be told."""
        return self.kind in {"street", "name"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines, and the sentence that goes with them; `only` is the place that was meant without doubt."""

    choices: tuple[Choice, ...]
    said: str
    only: Choice | None

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "hits": [
                {
                    "kind": one.kind, "label": one.label, "shown": one.shown, "detail": one.detail,
                    "lat": one.lat, "lon": one.lon, "href": one.href, "address": one.address,
                }
                for one in self.choices
            ],
            "only": self.only is not None,
            "said": self.said,
        }  # fmt: skip


def in_words(found: Found, rules: Rules, lang: str, *, plain: bool = False, still: str = "") -> Answer:
    """The answer in the person's language; the place that was meant without doubt comes first.

    `plain`: for a page without script, which has no map. `still`: the place that holds until another is chosen.
    """
    meant = found.only
    hits = found.hits if meant is None else (meant, *(hit for hit in found.hits if hit is not meant))
    choices = tuple(_choice(hit, rules, lang) for hit in hits)
    only = choices[0] if meant else None
    if not choices:
        sentences = [_nothing(found, lang)]
    elif found.fits:
        sentences = [_counted(len(choices), lang)]
    else:
        sentences = [translate(ALIKE, lang, text=found.asked)]
    if found.silent and not (choices and found.fits):
        sentences.append(translate(SILENT_PLAIN if plain else SILENT, lang))
    if still and only is None:
        sentences.append(translate(STILL, lang, place=still))
    return Answer(choices, " ".join(sentences), only)


def taken(label: str, lang: str, *, vague: bool = False) -> Answer:
    """What is said when a place was chosen without script."""
    said = N_("The place is now %(place)s.")
    if vague:
        said = N_("We show %(place)s. Write the house number, or what is nearby, in the field below.")
    return Answer((), translate(said, lang, place=label), None)


def _counted(number: int, lang: str) -> str:
    say_many = translations(lang).ngettext
    return say_many("%(n)s place found.", "%(n)s places found. Choose one.", number) % {"n": number}


def _nothing(found: Found, lang: str) -> str:
    if not found.asked:
        return translate(NOTHING_TYPED, lang)
    if found.nowhere:
        return translate(NO_PLACE, lang)
    whole = completed_reference(found.asked.removeprefix("#"))
    if whole is not None:
        return translate(ONE_DIGIT_MORE, lang, reference=whole)
    if found.no_report:
        return translate(NO_REPORT, lang, text=found.asked.removeprefix("#"))
    if found.elsewhere:
        return translate(ELSEWHERE, lang)
    return translate(NOTHING, lang, text=found.asked)


def _choice(hit: Hit, rules: Rules, lang: str) -> Choice:
    label, shown, detail, href = hit.label, hit.label, hit.detail, ""
    if hit.kind == "swapped":
        shown = translate(N_("Did you mean %(place)s?"), lang, place=hit.label)
        detail = translate(N_("Latitude comes first."), lang)
    elif hit.kind == "coordinates":
        detail = translate(N_("Coordinates"), lang)
    elif hit.kind == "lamp":
        shown = translate(N_("Lamp %(number)s"), lang, number=hit.label)
    elif hit.kind == "report":
        label = show_reference(hit.label)
        shown = translate(N_("Report %(reference)s"), lang, reference=label)
        category = rules.categories.get(hit.category)
        detail, href = category.name(lang) if category else "", f"/reports/{hit.label}"
    elif hit.kind == "street":
        detail = translate(N_("Street in %(town)s"), lang, town=detail) if detail else translate(N_("Street"), lang)
    return Choice(hit.kind, label, shown, detail, hit.lat, hit.lon, href)
