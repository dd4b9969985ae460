"""Rounds and materials of a rules file: the codes they name must be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.routing.problems import did_you_mean
from app.routing.yaml_lines import Path as Place

if TYPE_CHECKING:
    from app.routing.loading import Draft

NAMED = ("lamp_categories", "dark_categories", "stretch_categories", "danger_categories")


def check_rounds(draft: Draft) -> None:
    """Notes every code in `rounds` and every material of a category that is not defined."""
    for code, category in draft.categories.items():
        for material in category.needs:
            _known(draft, "materials", material, ("categories", code, "needs", material), what="material")
    if draft.rounds is None:
        return
    for key in NAMED:
        for number, code in enumerate(getattr(draft.rounds, key) or ()):
            _known(draft, "categories", code, ("rounds", key, number), what="category")
    for key in ("lit_answers", "danger_answers"):
        for question, values in (getattr(draft.rounds, key) or {}).items():
            _answer(draft, question, values, ("rounds", key, question))


def _known(draft: Draft, section: str, code: str, place: Place, *, what: str) -> None:
    written = draft.written(section)
    if code not in written:
        draft.problem(place, f"There is no {what} “{code}”. {did_you_mean(code, written)}")


def _answer(draft: Draft, question: str, values: tuple[str, ...], place: Place) -> None:
    asked = [found for category in draft.categories.values() if (found := category.question(question))]
    if not asked and draft.categories:
        known = tuple({q.code: None for category in draft.categories.values() for q in category.questions})
        draft.problem(place, f"No category asks the question “{question}”. {did_you_mean(question, known)}")
    options = tuple({option.code: None for found in asked for option in found.options})
    for value in values:
        if options and value not in options:
            draft.problem(place, f"“{question}” has no option “{value}”. {did_you_mean(value, options)}")
