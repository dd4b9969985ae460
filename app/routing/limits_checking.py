"""Notices and stoppers of a rules file: what they name must be there, and each must be able to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.routing.catalogue import Category
from app.routing.limited import ForAnswers, Limited, Stopper
from app.routing.problems import did_you_mean
from app.routing.yaml_lines import Path as Place

if TYPE_CHECKING:
    from app.routing.loading import Draft


def check_limits(draft: Draft) -> None:
    """Notes every mistake in the notices and stoppers of categories, and in those of the whole site."""
    for number, notice in draft.notices.items():
        _areas(draft, notice, ("notices", number))
    for code, category in draft.categories.items():
        place: Place = ("categories", code)
        for number, limited in enumerate(category.notices):
            _one(draft, category, limited, (*place, "notice", number))
        for number, stopper in enumerate(category.stoppers):
            _one(draft, category, stopper, (*place, "stoppers", number))
            _can_show(draft, category, stopper, (*place, "stoppers", number))


def _one(draft: Draft, category: Category, limited: ForAnswers, place: Place) -> None:
    _areas(draft, limited, place)
    questions = {question.code: question for question in category.questions}
    for code, values in (limited.answers or {}).items():
        if code not in questions:
            sentence = f"The category asks no question “{code}”. {did_you_mean(code, tuple(questions))}"
            draft.problem((*place, "answers", code), sentence)
            continue
        options = tuple(option.code for option in questions[code].options)
        for value in values:
            if options and value not in options:
                sentence = f"“{code}” has no option “{value}”. {did_you_mean(value, options)}"
                draft.problem((*place, "answers", code), sentence)


def _areas(draft: Draft, limited: Limited, place: Place) -> None:
    areas = draft.written("areas")
    for code in limited.area or ():
        if code not in areas:
            draft.problem((*place, "area"), f"There is no area “{code}”. {did_you_mean(code, areas)}")


def _can_show(draft: Draft, category: Category, stopper: Stopper, place: Place) -> None:
    if category.phone_instead is not None:
        sentence = "This stopper never shows, because “phone_instead” stops the whole category; remove one of them."
        draft.problem(place, sentence)
        return
    above = category.stoppers[: category.stoppers.index(stopper)]
    taker = next((number for number, other in enumerate(above) if _covers(other, stopper)), None)
    if taker is not None:
        line = draft.document.line((*place[:-1], taker))
        sentence = f"This stopper never shows, because the one on line {line} does wherever it would; move it up."
        draft.problem(place, sentence)


def _covers(above: Stopper, below: Stopper) -> bool:
    """Whether the one above holds wherever the one below does, as far as that is certain."""
    return (
        (above.area is None or (below.area is not None and set(below.area) <= set(above.area)))
        and (above.dates is None or above.dates == below.dates)
        and (above.hours is None or above.hours == below.hours)
        and all(
            code in (below.answers or {}) and set((below.answers or {})[code]) <= set(values)
            for code, values in (above.answers or {}).items()
        )
    )
