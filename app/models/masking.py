"""Words that others must not read: which the desk has taken out of a text, and which are likely to be about people.

A word is what stands between blanks; the original keeps every word, so both texts have equally many.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.text import MARK

_WORD = re.compile(r"\S+")


class Personal(StrEnum):
    """Why a word is likely to say who somebody is."""

    EMAIL = "email"
    NUMBER = "number"
    PHONE = "phone"
    PLATE = "plate"
    NAME = "name"


@dataclass(frozen=True)
class Word:
    """One word with the blanks before it; `masked` by the desk, `likely` to be about a person."""

    number: int
    before: str
    text: str
    masked: bool = False
    likely: Personal | None = None


def words_of(text: str, *, masked: str | None = None) -> list[Word]:
    """The words of the original, with what was masked in the public version and what should be looked at."""
    hidden, likely = masked_in(text, masked), likely_personal(text)
    found, end = [], 0
    for number, match in enumerate(_WORD.finditer(text)):
        found.append(Word(number, text[end : match.start()], match[0], number in hidden, likely.get(number)))
        end = match.end()
    return found


def mask(text: str, which: Collection[int]) -> str | None:
    """The public version: those words replaced by MARK, all else as it was. None where no word is masked."""
    numbers = iter(range(len(text)))
    hidden = _WORD.sub(lambda found: MARK if next(numbers) in which else found[0], text)
    return hidden if hidden != text else None


def masked_in(text: str, masked: str | None) -> set[int]:
    """The numbers of the words that are masked in the public version."""
    if masked is None:
        return set()
    pairs = zip(_WORD.findall(text), _WORD.findall(masked), strict=False)
    return {number for number, (was, shown) in enumerate(pairs) if shown == MARK != was}


# Digits may stand in groups: 77 00 00 01, 770 00 001, +47 77000001; eleven digits 010190 12345.
_LIKELY = (
    (Personal.EMAIL, re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:.]+")),
    (Personal.NUMBER, re.compile(r"(?<!\d)\d{6}[ ]?\d{5}(?!\d)")),
    (Personal.PHONE, re.compile(r"(?<![\d+])(?:(?:\+|00)47[ ]?)?[2-9](?:[ ]?\d){7}(?![ ]?\d)")),
    (Personal.PLATE, re.compile(r"(?<!\w)(?!(?:EV|RV|FV|KV|TR|NR)\b)[A-Z]{2}[ -]?\d{4,5}(?!\w)")),
    (
        Personal.NAME,
        re.compile(
            r"(?:\b(?i:c/o|hos|jeg heter|eg heiter|mitt navn er|namnet mitt er|navn:|namn:|my name is|mu namma lea"
            r"|(?:med )?(?:vennlig |venleg |beste |best |mange )?hils(?:en|ing)|mvh\.?|regards)[,:]?\s+)"
            r"((?:[A-ZÆØÅÁČĐŊŠŦŽ][\w'’-]+)(?:[ ]+(?:[A-ZÆØÅÁČĐŊŠŦŽ][\w'’.-]*)){0,3})"
        ),
    ),
)


def likely_personal(text: str) -> dict[int, Personal]:
    """number of a word -> why it is likely to say who somebody is. A proposal; a person at the desk decides."""
    spans = [match.span() for match in _WORD.finditer(text)]
    found: dict[int, Personal] = {}
    for kind, start, end in _finds(text):
        for number, (first, last) in enumerate(spans):
            if first < end and last > start:
                found.setdefault(number, kind)
    return found


def _finds(text: str) -> Iterator[tuple[Personal, int, int]]:
    for kind, pattern in _LIKELY:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups else 0
            yield kind, match.start(group), match.end(group)
