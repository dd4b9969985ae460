"""Plain language: marks long sentences and heavy words in what the desk writes. It proposes; it never forbids.

The rules are those of the municipality's service plan: short sentences, plain words of our own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.models.plain_words import WORDS

MOST_WORDS = 20
MOST_HINTS = 12
LONGEST_TEXT = 10_000
# Two of them in one sentence are a sentence in which nobody does anything: "skal vurderes og prioriteres".
MOST_PASSIVES = 2

_BETWEEN = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅÁČĐŊŠŦŽ\"“«{])|\n+")
_WORD = re.compile(r"[\w{}-]+(?:[.'’]\w+)*")
_PASSIVE = re.compile(
    r"\b(?:skal|skulle|må|måtte|kan|kunne|vil|ville|bør|burde|og|eller|,)\s+((?!finnes|synes|trives|møtes)\w{2,}[eå]s)\b",
    re.IGNORECASE,
)


class HintKind(StrEnum):
    """What could be plainer."""

    LONG = "long"
    HEAVY = "heavy"
    PASSIVE = "passive"


@dataclass(frozen=True)
class Hint:
    """One place in a text: the words as they stand, and what could stand there; `count` words of a long sentence."""

    kind: HintKind
    words: str
    plainer: str = ""
    count: int = 0


def hints(text: str, lang: str) -> list[Hint]:
    """What could be plainer in a text in this language, in the text's order; at most twelve, each once."""
    found = dict.fromkeys(hint for sentence in sentences(text[:LONGEST_TEXT]) for hint in _in_sentence(sentence, lang))
    return list(found)[:MOST_HINTS]


def sentences(text: str) -> list[str]:
    """The sentences of a text. A date such as 3. mai, and kl. 15, end none: what follows has no capital."""
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def _in_sentence(sentence: str, lang: str) -> Iterator[Hint]:
    words = _WORD.findall(sentence)
    if len(words) > MOST_WORDS:
        yield Hint(HintKind.LONG, " ".join(sentence.split()[:6]) + " …", count=len(words))
    pattern = _pattern(lang)
    for match in pattern.finditer(sentence) if pattern else ():
        yield Hint(HintKind.HEAVY, match[0], plainer=_plainer(match[0].lower(), lang))
    passives = _PASSIVE.findall(sentence) if lang in {"nb", "nn"} else []
    if len(passives) >= MOST_PASSIVES:
        yield Hint(HintKind.PASSIVE, ", ".join(passives))


@lru_cache
def _pattern(lang: str) -> re.Pattern[str] | None:
    """All heavy words of a language in one, the longest first, so that "i henhold til" is one and not a part."""
    known = sorted(WORDS.get(lang, {}), key=len, reverse=True)
    each = (re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in known)
    return re.compile(rf"\b(?:{'|'.join(each)})\b", re.IGNORECASE) if known else None


def _plainer(found: str, lang: str) -> str:
    known = WORDS[lang]
    if found in known:
        return known[found]
    return next(known[key] for key in sorted(known, key=len, reverse=True) if _is(found, key))


def _is(found: str, key: str) -> bool:
    return key.endswith("*") and found.startswith(key[:-1])
