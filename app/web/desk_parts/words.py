"""What is said to the reporter, and what of the reporter's words others may read (desk/_words.html, _decide_words)."""

from __future__ import annotations

from typing import Any

from app.errors import N_
from app.models import ReplyFor
from app.models.masking import Personal, words_of
from app.queries.mentions import acknowledge
from app.services.templates import ReadyWords
from app.text import translate
from app.web.desk_parts.seen import Seen

LIKELY: dict[Personal, str] = {
    Personal.EMAIL: N_("e-mail address"),
    Personal.NUMBER: N_("national identity number"),
    Personal.PHONE: N_("phone number"),
    Personal.PLATE: N_("number plate"),
    Personal.NAME: N_("name"),
}


def context(seen: Seen) -> dict[str, Any]:
    """Ready words for each decision, and the reporter's words with what is masked and what should be."""
    ready = seen.ready
    if seen.alone:
        acknowledge(seen.session, seen.report, seen.staff, at=seen.at)
    return {
        "ready": {for_what.value: words for for_what, words in ready.items()},
        "rejections": offered(ready[ReplyFor.REJECT], seen.their_language),
        "answers": offered(ready[ReplyFor.ANSWER], seen.their_language),
        "questions": offered(ready[ReplyFor.ASK], seen.their_language),
        "referrals": offered(ready[ReplyFor.REFER], seen.their_language),
        "their_language": seen.their_language,
        **_masking(seen),
    }


def _masking(seen: Seen) -> dict[str, Any]:
    report = seen.report
    words = words_of(report.description or "", masked=report.masked_words)
    # What the desk has decided once is not proposed anew.
    decided = report.masked_words is not None or report.text_public
    proposed = [word for word in words if word.likely is not None and not decided]
    kinds = dict.fromkeys(translate(LIKELY[word.likely], seen.lang) for word in proposed if word.likely)
    return {
        "words_shown": words,
        "proposed_masks": [word.number for word in proposed],
        "likely_kinds": ", ".join(kinds),
        "likely_word": lambda kind: translate(LIKELY[kind], seen.lang),
    }


def offered(ready: list[ReadyWords], theirs: str) -> list[tuple[str, str, str]]:
    """For a form: (code, what the desk chooses by, what the reporter reads); words in another language say in which."""
    return [(one.code, one.title if one.lang == theirs else f"{one.title} ({one.lang})", one.body) for one in ready]
