"""What pydantic refuses, as sentences; what was sent is never repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import N_
from app.text import translate

_SENTENCES: dict[str, str] = {
    "missing": N_("This is missing."),
    "extra_forbidden": N_("There is no such field. Check the spelling, or leave it out."),
    "string_type": N_("Write a text here."),
    "string_unicode": N_("The text holds characters that are none."),
    "string_too_long": N_("The text is too long. Use at most %(max_length)s characters."),
    "string_too_short": N_("The text is too short."),
    "string_pattern_mismatch": N_("The text has the wrong form."),
    "float_type": N_("Write a number here."),
    "float_parsing": N_("Write a number here."),
    "finite_number": N_("Write an ordinary number here."),
    "int_type": N_("Write a whole number here."),
    "int_parsing": N_("Write a whole number here."),
    "greater_than_equal": N_("The number is too small. It must be at least %(ge)s."),
    "less_than_equal": N_("The number is too large. It may be at most %(le)s."),
    "uuid_type": N_("Write the id that you got for the photo."),
    "uuid_parsing": N_("Write the id that you got for the photo."),
    "list_type": N_("Write a list here."),
    "too_long": N_("There are too many. Send at most %(max_length)s."),
    "dict_type": N_("Write an object with names and values here."),
    "model_attributes_type": N_("Write an object with names and values here."),
    "model_type": N_("Write an object with names and values here."),
    "literal_error": N_("Choose one of the values that are described."),
    "control_character": N_("The text holds control characters. Leave them out."),
}
_ANYTHING_ELSE = N_("This cannot be used. See the description of the API.")


def is_no_json(mistakes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the body was not even JSON."""
    return any(mistake["type"] == "json_invalid" for mistake in mistakes)


def sentences(mistakes: Sequence[Mapping[str, Any]], lang: str) -> dict[str, str]:
    """A sentence for each field, at most fifty; names that nobody gave us a name for are shown shortened."""
    return {_field(mistake["loc"]): _sentence(mistake, lang) for mistake in mistakes[:50]}


def _field(path: Sequence[object]) -> str:
    parts = path[1:] or path
    name = ".".join(str(part)[:60] for part in parts)
    return name.encode("utf-8", "replace").decode()


def _sentence(mistake: Mapping[str, Any], lang: str) -> str:
    return translate(_SENTENCES.get(mistake["type"], _ANYTHING_ELSE), lang, **(mistake.get("ctx") or {"": ""}))
