"""Kinds of reports by words: the button beside the search field, and what the description lets guess."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.routing import Category, Rules, find_categories
from app.web.report_form import ReportForm
from app.web.state import AppState

MOST_FOUND = 8
MOST_PROPOSED = 3


@dataclass(frozen=True, slots=True)
class KindsFound:
    """Best first. `proposed` are guessed from the description, which nobody wrote to search with."""

    words: str
    kinds: tuple[Category, ...]
    proposed: bool = False


def search_kinds(rules: Rules, words: str, lang: str) -> KindsFound:
    """What a search shows."""
    return KindsFound(words.strip(), find_categories(rules, words, lang)[:MOST_FOUND])


def propose_kinds(rules: Rules, description: str, lang: str) -> KindsFound:
    """What a description may be about: few, and only what can be chosen."""
    return KindsFound(description.strip(), find_categories(rules, description, lang)[:MOST_PROPOSED], proposed=True)


def kinds_for(rules: Rules, form: ReportForm, *, lang: str) -> KindsFound | None:
    """What the page shows when it comes back: hits of the search, else guesses while no kind is chosen."""
    if form.kind.strip():
        return search_kinds(rules, form.kind, lang)
    if form.category_in(rules) is None and form.description.strip():
        return propose_kinds(rules, form.description, lang)
    return None


def find_kinds(
    session: Session,  # noqa: ARG001  (as every step)
    state: AppState,
    form: ReportForm,
    posted: FormData,  # noqa: ARG001
    *,
    lang: str,
    at: datetime,  # noqa: ARG001
) -> dict[str, Any]:
    """The button beside the search field; what is found shows whenever words stand in the field."""
    return {"kinds_found": kinds_for(state.rules_file.current, form, lang=lang)}
