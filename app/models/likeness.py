"""How likely it is that two reports are about the same fault: one number between 0 and 1, and why.

Place comes first: nearness counts for less the further apart they are, measured by how exact the pins of that kind of
report are. What is said beside it makes it more or less. The weights are tried on the notes of a city that writes
down which reports repeat another one; `make real-data` says how well they do.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum

from app.errors import N_
from app.languages import translations
from app.text import show_metres, translate

# From here on a candidate is marked as a likely one, and below MENTIONED it is not shown at all.
LIKELY, MENTIONED = 0.7, 0.1
# How much less it is for another kind of report, and for another lamp than the one the report hangs on.
KIN, SAME_GROUP, OTHER_LAMP = 0.9, 0.5, 0.25
# Of what there is on the day, so much is left of it after a long time; it falls with this many days.
OLD, DAYS = 0.5, 14.0
# At this part of the distance at which reports of a kind may be the same, nearness has fallen to 0.37.
NEAR_PART = 0.6
# All words in common make it so much more, none so much less.
WORDS_MORE, WORDS_LESS = 0.15, 0.15
MOST_WORDS = 4
_WORD = re.compile(r"[^\W\d_]{4,}")
# Words that stand in any report, in the languages that people write to us in.
_EMPTY = frozenset(
    """
    about alle also andre av baa bare been begge begynt blir bort denne dere derfor dette disse eller etter fikk
    flere fordi fram from føre gjennom gjør hadde hans have hele heller henger here hvor hvordan ikke ikkje inne
    inntil into kommer kunne lang legge lenge ligger like litt mange meget mellom mens mine mitt mot mye må near
    nesten noen noko også opp over please samme siden skal skulle slik some stor store står svært takk that there
    they this trenger under uten vanskelig veldig very ville være vært what when where which with
    """.split()  # noqa: SIM905  (one word after another is easier to read and to add to)
)


class Kind(Enum):
    """What the two are about, one beside the other."""

    SAME = 1.0
    KIN = KIN
    GROUP = SAME_GROUP


@dataclass(frozen=True, slots=True)
class Beside:
    """Two reports, one beside the other.

    `metres` geodesic, None where one has no place; `reach` the metres within which reports of the kind may be the same.
    `same_lamp` is None where one of them hangs on no lamp. `days`: how long before this one the other came, negative
    for a later one.
    """

    metres: float | None
    reach: float
    same_lamp: bool | None
    kind: Kind
    days: float
    common: tuple[str, ...] = ()
    alike_words: float | None = None


def likeness(pair: Beside) -> float:
    """Between 0 and 1. On the same lamp the place is the same, wherever the pins were put."""
    if pair.same_lamp:
        near = 1.0
    elif pair.metres is None:
        return 0.0
    else:
        near = math.exp(-pair.metres / (NEAR_PART * pair.reach)) * (1.0 if pair.same_lamp is None else OTHER_LAMP)
    fresh = OLD + (1 - OLD) * math.exp(-abs(pair.days) / DAYS)
    return min(1.0, near * pair.kind.value * fresh * _by_words(pair.alike_words))


def _by_words(alike: float | None) -> float:
    return 1.0 if alike is None else 1 - WORDS_LESS + (WORDS_LESS + WORDS_MORE) * alike


def reasons(pair: Beside, lang: str) -> list[str]:
    """Why, in short words: lamp, metres, kind, days, and words that both use."""
    said = []
    if pair.same_lamp is not None:
        said.append(translate(N_("same lamp") if pair.same_lamp else N_("another lamp"), lang))
    if pair.metres is not None:
        near = translate(N_("same place"), lang) if pair.metres < 1 else ""
        said.append(near or translate(N_("%(metres)s away"), lang, metres=show_metres(pair.metres, lang)))
    if pair.kind != Kind.SAME:
        said.append(translate(N_("another kind"), lang))
    said.append(_when(round(pair.days), lang))
    if pair.common:
        said.append(translate(N_("same words: %(words)s"), lang, words=", ".join(pair.common)))
    return said


def _when(days: int, lang: str) -> str:
    if days == 0:
        return translate(N_("the same day"), lang)
    say_many = translations(lang).ngettext
    if days > 0:
        return say_many("%(num)s day before", "%(num)s days before", days) % {"num": days}
    return say_many("%(num)s day after", "%(num)s days after", -days) % {"num": -days}


def words_beside(mine: str | None, theirs: str | None) -> tuple[tuple[str, ...], float | None]:
    """The words that both use, as the first writes them, and which part of the shorter text they are.

    None as the part where one of them says too little to tell.
    """
    ours, others = _words(mine), _words(theirs)
    if min(len(ours), len(others)) < 2:
        return (), None
    common = [word for word in ours if any(_is_same(word, other) for other in others)]
    return tuple(common[:MOST_WORDS]), min(1.0, len(common) / min(len(ours), len(others)))


def _words(text: str | None) -> list[str]:
    found = dict.fromkeys(_WORD.findall((text or "").lower()))
    return [word for word in found if word not in _EMPTY]


def _is_same(one: str, other: str) -> bool:
    """But for its ending: "stolpe" and "stolpen", "lampa" and "lampen"."""
    same = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        same += 1
    return same >= 4 and len(one) - same <= 3 and len(other) - same <= 3
