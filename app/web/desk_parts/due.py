"""When it is due and what must be said by then (desk/_due.html, desk/_decide_due.html)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.languages import LANGUAGES
from app.models import ReplyFor, Report
from app.queries.deadlines import needs_words
from app.services.due import expected_day
from app.services.templates import chosen_words, fill_in, language_of, ready_words
from app.text import show_date
from app.web.desk_parts.words import offered

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Rules
    from app.services.templates import ReadyWords
    from app.web.desk_parts.seen import Seen


@dataclass(frozen=True)
class Proposed:
    """An interim reply as it could be sent: words in the reporter's language, which promise the day `expected`."""

    words: str
    language: str
    expected: date
    today: date


def context(seen: Seen) -> dict[str, Any]:
    """What the forms about dates show."""
    interim = seen.ready[ReplyFor.INTERIM]
    return about_dates(seen.session, seen.report, seen.rules, at=seen.at, always=seen.alone, interim=interim)


def about_dates(
    session: Session,
    report: Report,
    rules: Rules,
    *,
    at: datetime,
    always: bool,
    interim: list[ReadyWords] | None = None,
) -> dict[str, Any]:
    """The same for the desk and for units. Expects `report.reporter` to be loaded.

    The ready words are asked for, in one statement, when they are due, or `always`; unless they are there as `interim`.
    """
    needed = needs_words(report, at=at)
    ready = interim or []
    if interim is None and (needed or always):
        ready = ready_words(session, report, rules, for_what=ReplyFor.INTERIM)
    body, lang = (ready[0].body, ready[0].lang) if ready else ("", language_of(report, rules))
    expected, theirs = expected_day(report, at=at), language_of(report, rules)
    for_date = offered(ready, theirs)
    return {
        "their_language": theirs,
        "for_date": for_date,
        "for_interim": [(code, title, with_day(words, expected, theirs)) for code, title, words in for_date],
        "words_needed": needed,
        "told": report.reporter is not None and report.reporter.hears,
        "interim": Proposed(
            words=with_day(body, expected, lang),
            language=LANGUAGES[lang],
            expected=expected,
            today=report.calendar.day_of(at),
        ),
    }


def with_day(words: str, day: date, lang: str) -> str:
    """The ready words, which promise this day."""
    return words.replace("{due}", show_date(day, lang))


def words_with_day(
    session: Session,
    report: Report,
    rules: Rules,
    *,
    typed: str,
    code: str,
    day: date | None,
    expected: date | None = None,
) -> str:
    """What the reporter reads: what was typed, else the ready words that were chosen, promising `day`.

    `expected`: the day that the proposed words promise.
    """
    theirs = language_of(report, rules)
    words = typed.strip() or chosen_words(session, report, rules, code=code)
    words = with_other_day(words, expected, day, theirs)
    return fill_in(with_day(words, day, theirs) if day else words, report, rules)


def with_other_day(words: str, expected: date | None, day: date | None, lang: str) -> str:
    """Where another day was chosen than the words promise, they promise that one; as it works without script."""
    if expected is None or day is None or day == expected:
        return words
    return words.replace(show_date(expected, lang), show_date(day, lang))
