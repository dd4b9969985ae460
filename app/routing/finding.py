"""Finds kinds of reports by the words people use: misspelt, inflected, in another language, in one word or two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from app.routing.catalogue import Category
from app.routing.rules import Rules
from app.routing.stop_words import STOP, WEAK
from app.text import fold

MAX_WORDS = 14
MAX_CHARACTERS = 300
MOST_KEPT = 5000
# No word that means something is longer, and looking for mistakes in one takes as long as it is, squared.
LONGEST = 40
# The shortest stem that may be misspelt, or be a part of a longer word.
SHORTEST = 4
# What scores less than this says nothing, and so does what is far behind the best.
LEAST_SCORE = 0.25
FAR_BEHIND = 0.34
WHOLE_TERM = 0.6
OTHER_LANGUAGE = 0.9
NAME, SYNONYM, HELP, GROUP = 1.0, 1.0, 0.3, 0.35
# How surely a word stands for one of ours: the same but for its ending, the beginning of it, a part of it ...
SAME, BEGUN, MISSPELT, PART, WEAKLY = 1.0, 0.7, 0.75, 0.55, 0.35

# Longest first. Taken off both what is known and what is asked, so it need not be right, only the same.
ENDINGS = (
    "ingene", "ingen", "inger", "ene", "ane", "ing", "inga", "ende", "ete", "ede", "ast", "est",
    "en", "et", "er", "ar", "an", "es", "ed", "te", "de", "ly", "a", "e", "n", "s", "t", "y",
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class _Index:
    """Stems of words that people use, with the categories each speaks for, and the ways that lead to a stem."""

    weights: dict[str, dict[str, float]] = field(default_factory=dict)
    single: set[str] = field(default_factory=set)
    terms: dict[str, set[frozenset[str]]] = field(default_factory=dict)
    heads: dict[str, list[str]] = field(default_factory=dict)
    tails: dict[str, list[str]] = field(default_factory=dict)
    shorter: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, dict[str, float]] = field(default_factory=dict)

    def learn(self, category: str, text: str, weight: float) -> None:
        """Adds a name, a synonym, a help text or a group's name."""
        words = _words(text)
        stems = [stem(word) for word in words]
        joined = [stem("".join(words))] if len(words) == 2 else []
        for one in [*stems, *joined]:
            of_one = self.weights.setdefault(one, {})
            of_one[category] = max(of_one.get(category, 0.0), weight)
        self.single.update(stems)
        if weight > max(HELP, GROUP) and stems:
            self.terms.setdefault(category, set()).add(frozenset(stems))

    def close(self) -> None:
        """Makes the ways: by how a stem begins, how it ends, and what it is with one letter less."""
        for one, of_one in self.weights.items():
            for less in _one_less(one) if len(one) >= SHORTEST else ():
                self.shorter.setdefault(less, []).append(one)
            # What speaks for many categories decides little between them.
            rarity = max(1.0, sum(of_one.values())) ** -0.5
            self.weights[one] = {category: weight * rarity for category, weight in of_one.items()}
        for one in self.single:
            self.heads.setdefault(one[:3], []).append(one)
            self.tails.setdefault(one[-SHORTEST:], []).append(one)

    def like(self, word: str) -> Mapping[str, float]:
        """Known stems that a word may stand for, and how surely (0 to 1)."""
        found = self.known.get(word)
        if found is None:
            found = {}
            for one, sure in self._ways(stem(word), word):
                found[one] = max(found.get(one, 0.0), sure)
            if len(self.known) < MOST_KEPT:
                self.known[word] = found
        return found

    def _ways(self, asked: str, word: str) -> Iterator[tuple[str, float]]:
        if asked in self.weights:
            yield asked, SAME
        # The stem of a word that is known begins others by chance only: "måse" (gull) is no mast.
        begun = word if asked in self.weights and len(asked) < SHORTEST else (asked, word)
        for one in self.heads.get(asked[:3], ()):
            if one.startswith(begun):
                yield one, BEGUN
        if len(asked) < SHORTEST:
            return
        for one in self.tails.get(asked[-SHORTEST:], ()):
            if one.endswith(asked):
                yield one, PART
        yield from self._parts(asked)
        yield from self._misspelt(asked)

    def _parts(self, asked: str) -> Iterator[tuple[str, float]]:
        """One word made of several: the last of them says what it is, the first of what kind."""
        for cut in range(1, len(asked) - 2):
            if asked[cut:] in self.weights and len(asked) - cut >= 3:
                yield asked[cut:], PART if len(asked) - cut >= SHORTEST else WEAKLY
            first = stem(asked[:cut])
            if cut >= 3 and first in self.weights:
                yield first, PART if cut >= SHORTEST else WEAKLY

    def _misspelt(self, asked: str) -> Iterator[tuple[str, float]]:
        """A letter too many, too few, another one, or two that changed places."""
        found = set(self.shorter.get(asked, ()))
        for less in _one_less(asked):
            if less in self.weights and len(less) >= SHORTEST:
                found.add(less)
            found.update(one for one in self.shorter.get(less, ()) if _one_apart(asked, one))
        for one in found:
            # The first letter is seldom wrong: "flink" is not "blink".
            yield one, MISSPELT if len(asked) > SHORTEST and one[0] == asked[0] else WEAKLY


def find_categories(rules: Rules, text: str, lang: str) -> tuple[Category, ...]:
    """The categories that the words may mean, best first; none where nothing fits.

    Names, synonyms, help and group names count, those of the other languages a little less.
    """
    index = _index_of(rules, lang)
    scores: dict[str, float] = defaultdict(float)
    met: dict[str, set[str]] = defaultdict(set)
    for word, like in _asked(index, text):
        best: dict[str, float] = {}
        for one, sure in like.items():
            for category, weight in index.weights[one].items():
                best[category] = max(best.get(category, 0.0), sure * weight)
                if sure >= MISSPELT:
                    met[category].add(one)
        for category, score in best.items():
            scores[category] += score * (WEAKLY if word in WEAK else 1.0)
    for category, stems in met.items():
        whole = max((len(term) for term in index.terms.get(category, ()) if term <= stems), default=0)
        scores[category] += WHOLE_TERM * whole
    least = max([LEAST_SCORE, *(score * FAR_BEHIND for score in scores.values())])
    order = {code: number for number, code in enumerate(rules.categories)}
    found = sorted((code for code, score in scores.items() if score >= least), key=lambda c: (-scores[c], order[c]))
    return tuple(rules.categories[code] for code in found)


def stem(word: str) -> str:
    """A folded word without its ending: "brøytet" and "brøyting" are one."""
    for ending in ENDINGS:
        # A single consonant often belongs to the word itself ("heis"), and a double one always does ("buss").
        single = ending in {"n", "s", "t"}
        if word.endswith(ending) and len(word) - len(ending) >= (4 if single else 3):
            return word if single and word[-2] == ending else word.removesuffix(ending)
    return word


@lru_cache(maxsize=4)
def _index_of(rules: Rules, lang: str) -> _Index:
    """Made once for each rules file and language."""
    index = _Index()
    for category in rules.categories.values():
        group = rules.groups[category.group]
        for texts, weight in ((category.names, NAME), (category.help, HELP), (group.names, GROUP)):
            for language, words in texts.items():
                index.learn(category.code, words, weight * (1.0 if language == lang else OTHER_LANGUAGE))
        for language, synonyms in category.synonyms.items():
            for words in synonyms:
                index.learn(category.code, words, SYNONYM * (1.0 if language == lang else OTHER_LANGUAGE))
    index.close()
    return index


def _asked(index: _Index, text: str) -> Iterator[tuple[str, Mapping[str, float]]]:
    """The words that count with the stems they stand for, and each two that are one word here ("pot hole")."""
    words = _words(text[:MAX_CHARACTERS])[:MAX_WORDS]
    for word in words:
        yield word, index.like(word)
    for first, second in pairwise(words):
        joined = stem(first + second)
        if joined in index.weights:
            yield joined, {joined: SAME}


def _words(text: str) -> list[str]:
    found = (word[:LONGEST] for word in _WORD.findall(fold(text)))
    return [word for word in found if word not in STOP and (len(word) > 1 or word.isdigit())]


def _one_less(word: str) -> set[str]:
    return {word[:cut] + word[cut + 1 :] for cut in range(len(word))}


def _one_apart(word: str, other: str) -> bool:
    """Whether two words that are alike with a letter less each have one other letter, or two that changed places.

    In a long word one letter too many and another one missing are forgiven as well.
    """
    apart = sum(a != b for a, b in zip(word, other, strict=False))
    return len(word) == len(other) and (apart <= 2 or len(word) > 6)
