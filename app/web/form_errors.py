"""What is wrong in the report form, in words that say what is meant, and in the order of the page."""

from __future__ import annotations

from collections.abc import Mapping

from app.errors import N_
from app.routing import Category
from app.services.drafts import NOT_ANSWERED
from app.text import translate

ANSWER_THIS = N_("Answer: %(question)s")
_ANSWER = "answers."
_ORDER = ("position", "address", "lat", "lon", "category", _ANSWER, "description", "photo_files", "photos", "email")


def in_words(mistakes: Mapping[str, str], category: Category | None, *, lang: str) -> dict[str, str]:
    """Sentences in the language, by field; a question that was not answered is named."""
    found = {}
    for name, sentence in mistakes.items():
        question = category.question(name.removeprefix(_ANSWER)) if category and sentence == NOT_ANSWERED else None
        found[name] = (
            translate(ANSWER_THIS, lang, question=question.name(lang)) if question else translate(sentence, lang)
        )
    return found


def in_page_order(errors: Mapping[str, str]) -> dict[str, str]:
    """By field, from the top of the page to its end; questions stay in their own order."""

    def place(name: str) -> int:
        field = _ANSWER if name.startswith(_ANSWER) else name
        return _ORDER.index(field) if field in _ORDER else len(_ORDER)

    return {name: errors[name] for name in sorted(errors, key=place)}
