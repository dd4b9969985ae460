"""What another category or another place changes about a report, in codes and dates for its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from app.errors import Invalid
from app.services.drafts import NOT_ANSWERED, check_answers, keep_answers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.models import Report
    from app.routing import Category


class Proposed(NamedTuple):
    """What the rules and the registers made of a report."""

    unit: str | None
    due: datetime | None
    road_owner: str
    asset: int | None


def changes(before: Proposed, after: Proposed) -> dict[str, Any]:
    """Only what is another: `unit_before` and `unit`, `due_before` and `due`, and so on; ready for JSON."""
    changed: dict[str, Any] = {}
    for name, was, now in zip(Proposed._fields, before, after, strict=True):
        if was != now:
            changed[f"{name}_before"], changed[name] = _plain(was), _plain(now)
    return changed


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def answer_again(report: Report, category: Category, answers: Mapping[str, object], *, lang: str) -> list[str]:
    """Keep the answers that fit the category's questions, put `answers` on top, and give what did not fit in words.

    Raises Invalid where one of `answers` is none of its question's; a question that is not answered is none.
    """
    kept = [dict(answer) for answer in report.answers]
    old = {str(answer["code"]): answer["value"] for answer in kept}
    fitting = {code: value for code, value in old.items() if not check_answers(category, {code: value}).get(_key(code))}
    problems = {
        name: sentence for name, sentence in check_answers(category, answers).items() if sentence != NOT_ANSWERED
    }
    if problems:
        raise Invalid(next(iter(problems.values())), fields=problems)
    given = {code: value for code, value in answers.items() if value not in ("", [], None)}
    report.answers = keep_answers(category, {**fitting, **given}, lang=lang)
    stay = {str(answer["code"]) for answer in report.answers}
    return [f"{answer['question']} {answer['text']}" for answer in kept if answer["code"] not in stay]


def open_questions(category: Category, answers: list[dict[str, object]]) -> list[str]:
    """The codes of the category's questions to which there is no answer that fits."""
    old = {str(answer["code"]): answer["value"] for answer in answers}
    fitting = {code for code, value in old.items() if not check_answers(category, {code: value}).get(_key(code))}
    return [question.code for question in category.questions if question.code not in fitting]


def _key(code: str) -> str:
    return f"answers.{code}"
