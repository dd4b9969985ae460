"""Which categories a word names: by their names, their groups' names and the words that people use for them.

Stricter than app.routing.finding, which guesses what somebody means: a search must not find what was not asked for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from app.routing.finding import stem
from app.text import fold

if TYPE_CHECKING:
    from app.routing.rules import Rules

# Shorter words name a category only as they are, without an ending.
SHORTEST = 3
_WORD = re.compile(r"[^\W_]+")


def categories_named(rules: Rules, word: str) -> frozenset[str]:
    """Codes of the categories with a word that is `word`, or begins with it; private ones are never named."""
    asked = stem(fold(word))
    known = _words_of(rules)
    if len(asked) < SHORTEST:
        return known.get(asked, frozenset())
    return frozenset().union(*(codes for one, codes in known.items() if one.startswith(asked)))


@lru_cache(maxsize=4)
def _words_of(rules: Rules) -> dict[str, frozenset[str]]:
    """Codes by stem, in all languages; made once for each rules file."""
    found: dict[str, set[str]] = {}
    for category in rules.categories.values():
        texts = [*category.names.values(), *rules.groups[category.group].names.values()]
        texts += [words for of_language in category.synonyms.values() for words in of_language]
        for word in _WORD.findall(fold(" ".join(texts))) if not category.private else ():
            found.setdefault(stem(word), set()).add(category.code)
    return {word: frozenset(codes) for word, codes in found.items()}
