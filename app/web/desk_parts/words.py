"""What is said to the reporter: ready words in their language (desk/_decide_words.html)."""

from __future__ import annotations

from typing import Any

from app.services.standard_words import ANSWERS, REJECTIONS
from app.text import translate
from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:
    """Ready words for an end with and without mending."""
    return {
        "rejections": _ready(REJECTIONS, seen.lang, seen.their_language),
        "answers": _ready(ANSWERS, seen.lang, seen.their_language),
    }


def _ready(sentences: dict[str, tuple[str, str]], lang: str, theirs: str) -> list[tuple[str, str, str]]:
    """(code, what the desk chooses, what the reporter reads in their language)."""
    return [(code, translate(label, lang), translate(words, theirs)) for code, (label, words) in sentences.items()]
