"""The search for staff: over text, places, references, names, numbers and notes of what the person may see.

As app/queries/search.py reads everybody's words: span after span of time, the newest first, until there is enough. So
it takes the same time whatever the number of reports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.queries.search import split_words

if TYPE_CHECKING:
    from collections.abc import Callable

# So many digits in a row, whatever stands between them, are a number of their own.
_NUMBERS = re.compile(r"(?:\+|\b)[0-9](?:[\s.()\-–/]*[0-9])+")
_PHONE_DIGITS = 8
_COUNTRY = re.compile(r"^(?:\+|00)47")


def asked_for(typed: str, *, named: Callable[[str], frozenset[str]] = lambda _word: frozenset()) -> tuple[str, ...]:
    """What the reports must have, as the database's staff_question reads it; empty when there are no words.

    `named` gives the codes of the categories that a word names. Numbers are met however they were written: a phone
    number by its last eight digits or by how it begins, a reference by any of its parts.
    """
    runs = [found.group() for found in _NUMBERS.finditer(typed)]
    words = split_words(_NUMBERS.sub(" ", typed))
    plain = ["|".join([word, *(f"={code}" for code in sorted(named(word)))]) for word in words]
    return tuple(dict.fromkeys([*plain, *(_number(run) for run in runs)]))


def _number(run: str) -> str:
    """One number, or several beside each other: nobody can tell, so either will do."""
    parts = re.findall(r"[0-9]+", run)
    digits = "".join(parts)
    home = re.sub(r"[^0-9]", "", _COUNTRY.sub("", re.sub(r"[^0-9+]", "", run)))
    found = [digits, home, digits[-_PHONE_DIGITS:] if len(digits) > _PHONE_DIGITS else "", "&".join(parts)]
    return "|".join(dict.fromkeys(one[:40] for one in found if one))
