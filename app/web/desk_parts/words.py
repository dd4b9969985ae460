"""What is said to the reporter: ready words in their language (desk/_decide_words.html)."""

from __future__ import annotations

from typing import Any

from app.models import ReplyFor
from app.services.templates import all_ready_words
from app.web.desk_parts.seen import Seen


def context(seen: Seen) -> dict[str, Any]:
    """Ready words for each decision, and what of the words and photos others may see."""
    ready = all_ready_words(seen.session, seen.report, seen.rules, lang=seen.lang)
    return {
        "ready": {for_what.value: words for for_what, words in ready.items()},
        "rejections": _offered(ready[ReplyFor.REJECT]),
        "answers": _offered(ready[ReplyFor.ANSWER]),
        "questions": _offered(ready[ReplyFor.ASK]),
        "referrals": _offered(ready[ReplyFor.REFER]),
        "their_language": seen.their_language,
    }


def _offered(ready: list[Any]) -> list[tuple[str, str, str]]:
    """(code, what the desk chooses by, what the reporter reads)."""
    return [(one.code, one.title, one.body) for one in ready]
