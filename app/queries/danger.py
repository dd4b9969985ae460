"""Words of danger: what a report's text may hold that should be looked at first."""

from __future__ import annotations

import re
from functools import lru_cache

from sqlalchemy import ColumnElement, func

from app.errors import N_
from app.languages import LANGUAGES
from app.models import Report
from app.text import translate

# One line, so that a translator gives the words of the language; beginnings of words are enough.
DANGER_WORDS = N_(
    "danger, hazard, injur, hurt, on fire, burning, smoke, gas leak, electric shock, live wire, explos, collapse, "
    "fell down"
)


@lru_cache
def danger_pattern() -> str:
    """A PostgreSQL regular expression for a word that begins like a danger word of any of our languages."""
    words = {word.strip() for lang in LANGUAGES for word in translate(DANGER_WORDS, lang).split(",")}
    return r"\m(" + "|".join(re.escape(word) for word in sorted(words) if word) + ")"


def may_be_dangerous() -> ColumnElement[bool]:
    """Whether the resident's words hold a danger word; asked of new reports only, of which there are few."""
    return func.coalesce(Report.description, "").op("~*", is_comparison=True)(danger_pattern())
