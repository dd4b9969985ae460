"""Texts in the municipality's own languages, as they stand in the rules file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from app.languages import FALLBACKS

LANGUAGE_NAMES = {
    "nb": "bokmål",
    "nn": "nynorsk",
    "se": "Northern Sámi",
    "en": "English",
    "de": "German",
    "fr": "French",
}


def _complete(texts: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    languages: tuple[str, ...] = (info.context or {}).get("languages", ())
    missing = [language for language in languages if not texts.get(language, "").strip()]
    if missing:
        raise PydanticCustomError("translation_missing", "{languages}", {"languages": ", ".join(missing)})
    unknown = [language for language in texts if languages and language not in languages]
    if unknown:
        raise PydanticCustomError("translation_unknown", "{languages}", {"languages": ", ".join(unknown)})
    return texts


Texts = Annotated[dict[str, str], AfterValidator(_complete)]


def pick(texts: Mapping[str, str], language: str, *, default: str | None = None) -> str:
    """The text in the language, else in the nearest to it, in the default language, or in the first one in the file."""
    base = language.split("-", maxsplit=1)[0].split("_", maxsplit=1)[0]
    for wanted in (language, base, *FALLBACKS.get(base, ()), default):
        if wanted and texts.get(wanted):
            return texts[wanted]
    return next(iter(texts.values()), "")
