"""Why a rule matched or did not, as data and in words.

The words stand here and not in the translation catalogues, because this layer lies below them and the command
line says them too. Another language is another block in WORDS; a language that is not here reads the nearest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.languages import FALLBACKS

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "category": "the category is {value}",
        "group": "the category belongs to {value}",
        "area": "the place is in {value}",
        "road_owner": "the road is owned by {value}",
        "asset_owner": "the lamp or other object is owned by {value}",
        "answers": "the answer to {question} is {value}",
        "dates": "the date is {value}",
        "weekdays": "the day is {value}",
        "hours": "the time is {value}",
        "fallback": "no routing rule matched",
        "and": "and",
        "or": "or",
        "yes": "yes",
        "no, it is": "no, it is {value}",
        "not known": "no, this is not known",
        "between": "from {first} to {last}",
        "state": "the state",
        "county": "the county",
        "municipality": "the municipality",
        "private": "a private owner",
        "nowhere": "outside all areas",
        "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday",
        "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
    },
    "nb": {
        "category": "kategorien er {value}",
        "group": "kategorien hører til {value}",
        "area": "stedet ligger i {value}",
        "road_owner": "vegen eies av {value}",
        "asset_owner": "lyspunktet eies av {value}",
        "answers": "svaret på {question} er {value}",
        "dates": "datoen er {value}",
        "weekdays": "dagen er {value}",
        "hours": "klokkeslettet er {value}",
        "fallback": "ingen fordelingsregel passet",
        "and": "og",
        "or": "eller",
        "yes": "ja",
        "no, it is": "nei, her er det {value}",
        "not known": "nei, dette er ikke kjent",
        "between": "fra {first} til {last}",
        "state": "staten",
        "county": "fylkeskommunen",
        "municipality": "kommunen",
        "private": "en privat eier",
        "nowhere": "utenfor alle områder",
        "mon": "mandag", "tue": "tirsdag", "wed": "onsdag", "thu": "torsdag",
        "fri": "fredag", "sat": "lørdag", "sun": "søndag",
    },
    "nn": {
        "category": "kategorien er {value}",
        "group": "kategorien høyrer til {value}",
        "area": "staden ligg i {value}",
        "road_owner": "vegen er eigd av {value}",
        "asset_owner": "lyspunktet er eigd av {value}",
        "answers": "svaret på {question} er {value}",
        "dates": "datoen er {value}",
        "weekdays": "dagen er {value}",
        "hours": "klokkeslettet er {value}",
        "fallback": "ingen fordelingsregel passa",
        "and": "og",
        "or": "eller",
        "yes": "ja",
        "no, it is": "nei, her er det {value}",
        "not known": "nei, dette er ikkje kjent",
        "between": "frå {first} til {last}",
        "state": "staten",
        "county": "fylkeskommunen",
        "municipality": "kommunen",
        "private": "ein privat eigar",
        "nowhere": "utanfor alle område",
        "mon": "måndag", "tue": "tysdag", "wed": "onsdag", "thu": "torsdag",
        "fri": "fredag", "sat": "laurdag", "sun": "søndag",
    },
}  # fmt: skip
QUOTES = {"nb": ("«", "»"), "nn": ("«", "»"), "se": ("«", "»"), "en": ("“", "”"), "de": ("„", "“")}

# A value as it is said in each language; the key "" serves every language that is not named.
Value = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Because:
    """One condition that held: its code, and what it was, by language."""

    code: str
    values: tuple[Value, ...] = ()
    question: Value | None = None

    def text(self, lang: str) -> str:
        """Half a sentence, such as "the road is owned by the county"."""
        return _say(self.code, lang, values=self.values, question=self.question)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a unit was proposed: the conditions of the rule that matched."""

    conditions: tuple[Because, ...]

    def text(self, lang: str) -> str:
        """One sentence in the language."""
        parts = [condition.text(lang) for condition in self.conditions]
        sentence = _joined(parts, word(lang, "and"))
        return sentence[:1].upper() + sentence[1:] + "."

    def as_data(self) -> list[dict[str, Any]]:
        """JSON-ready, to be kept beside the report."""
        return [
            {
                "code": condition.code,
                "values": [dict(value) for value in condition.values],
                **({"question": dict(condition.question)} if condition.question else {}),
            }
            for condition in self.conditions
        ]

    @classmethod
    def from_data(cls, data: Sequence[Mapping[str, Any]]) -> Reason:
        """What `as_data` gave."""
        return cls(tuple(Because(d["code"], tuple(d.get("values", ())), d.get("question")) for d in data))


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a rule that was tried: what it wants, whether it held, and what was there instead."""

    code: str
    matched: bool
    wanted: tuple[Value, ...]
    found: tuple[Value, ...] | None
    question: Value | None = None

    def text(self, lang: str) -> str:
        """A line such as "the road is owned by the state: no, it is the county"."""
        condition = _say(self.code, lang, values=self.wanted, question=self.question)
        if self.matched:
            return f"{condition}: {word(lang, 'yes')}"
        if self.found is None:
            return f"{condition}: {word(lang, 'not known')}"
        return f"{condition}: {word(lang, 'no, it is').format(value=_values(self.found, lang, joint='and'))}"


def word(lang: str, key: str) -> str:
    """A word or template of the table; that of the nearest language, or English, where the language is not in it."""
    near = next((one for one in (lang, *FALLBACKS.get(lang, ())) if one in WORDS), "en")
    return WORDS[near][key]


def owner_value(owner: str) -> Value:
    """An owner's code in every language of the table."""
    return _from_table(owner)


def weekday_value(weekday: str) -> Value:
    """A weekday's code in every language of the table."""
    return _from_table(weekday)


def nowhere_value() -> Value:
    """What is said of a place in none of the areas."""
    return _from_table("nowhere")


def span_value(first: str, last: str) -> Value:
    """From one to another, in every language of the table."""
    return {lang: word(lang, "between").format(first=first, last=last) for lang in _languages()}


def plain_value(text: str) -> Value:
    """The same in every language."""
    return {"": text}


def quoted_value(texts: Mapping[str, str]) -> Value:
    """A name from the file, in each language's quotes."""
    return {
        lang: "{}{}{}".format(QUOTES.get(lang, ('"', '"'))[0], text, QUOTES.get(lang, ('"', '"'))[1])
        for lang, text in texts.items()
    }


def _from_table(key: str) -> Value:
    return {lang: words[key] for lang, words in WORDS.items()} | {"": WORDS["en"][key]}


def _languages() -> tuple[str, ...]:
    return (*WORDS, "")


def _say(code: str, lang: str, *, values: Sequence[Value], question: Value | None) -> str:
    template = word(lang, code)
    return template.format(value=_values(values, lang, joint="or"), question=_value(question, lang) if question else "")


def _values(values: Sequence[Value], lang: str, *, joint: str) -> str:
    return _joined([_value(value, lang) for value in values], word(lang, joint))


def _value(value: Value, lang: str) -> str:
    for wanted in (lang, *FALLBACKS.get(lang, ()), ""):
        if wanted in value:
            return value[wanted]
    return next(iter(value.values()), "")


def _joined(parts: Sequence[str], joint: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joint} {parts[-1]}"
