"""What of a report's words goes to a unit outside the municipality: nothing that says who wrote them or about whom.

The desk's masks go first. Then what is likely to be personal data, and what is known of the reporter, is masked too:
nobody need have looked at the words before they go. Words that the reporter withheld do not go at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.models.masking import likely_personal, mask
from app.text import MARK

if TYPE_CHECKING:
    from app.models import Report, Reporter

# Shorter ones are words of the language as well.
_SHORTEST_NAME = 3


def is_chosen(answer: dict[str, Any]) -> bool:
    """A chosen answer is kept with its option's code, which differs from what people read; a typed one is the same."""
    value = answer.get("value")
    return isinstance(value, list | int | float | bool) or value != answer.get("text")


def without_people(words: str, reporter: Reporter | None) -> str:
    """The words without the reporter's own name and contact data, and without what is likely to be personal data."""
    known = without_reporter(words, reporter)
    return mask(known, likely_personal(known)) or known


def without_reporter(words: str, reporter: Reporter | None) -> str:
    """The words without what is known of the reporter; all else stays."""
    patterns = _known(reporter)
    return re.sub("|".join(patterns), MARK, words) if patterns else words


def words_outside(report: Report) -> str | None:
    """The reporter's words as a unit outside reads them."""
    words = report.words_for_others
    return without_people(words, report.reporter) if words and report.words_withheld_at is None else None


def address_outside(report: Report) -> str | None:
    """The place in words: what was typed, as far as it is a place; the register's where the words are withheld."""
    if report.words_withheld_at is not None or not report.address:
        return report.public_address
    return without_people(report.address, report.reporter)


def answers_outside(report: Report) -> list[dict[str, Any]]:
    """The answers as they are kept; typed ones masked, or left out where the words are withheld."""
    chosen = [one for one in report.answers if is_chosen(one) or report.words_withheld_at is None]
    return [one if is_chosen(one) else _masked(one, report.reporter) for one in chosen]


def _masked(answer: dict[str, Any], reporter: Reporter | None) -> dict[str, Any]:
    said = without_people(str(answer.get("text") or ""), reporter)
    return {**answer, "value": said, "text": said}


def _known(reporter: Reporter | None) -> list[str]:
    """Patterns of what is known: the address in any letters, the number in any groups, the names as names."""
    if reporter is None:
        return []
    found = [rf"(?i:{re.escape(reporter.email)})"] if reporter.email else []
    digits = re.sub(r"\D", "", reporter.phone or "")[-8:]
    if len(digits) >= 5:
        found.append(r"(?:(?:\+|00)\d{1,3}[ ()-]*)?" + r"[ ().-]*".join(digits))
    name = (reporter.name or "").strip()
    if name:
        found.append(rf"(?i:\b{re.escape(name)}\b)")
    # A first name can be a word as well (per, stein), so parts count with a capital only.
    parts = [part for part in name.split() if len(part) >= _SHORTEST_NAME]
    return found + [rf"\b(?:{re.escape(part.capitalize())}|{re.escape(part.upper())})s?\b" for part in parts]
