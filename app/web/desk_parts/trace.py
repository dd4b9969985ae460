"""What happened to the report and who saw it (desk/_history.html)."""

from __future__ import annotations

from typing import Any

from app.models import Seen as Look
from app.queries.sights import sights_of
from app.services import sight
from app.text import translate
from app.web.desk_parts.seen import Seen
from app.web.report_file_pdf import SIGHTS


def context(seen: Seen) -> dict[str, Any]:
    """Who has seen it, on the report's own page only: the queue is no place to look that up."""
    if not seen.alone:
        return {"sights": []}
    sight.seen(seen.session, seen.report, seen.staff, at=seen.at, what=Look.PAGE)

    def sight_word(code: str) -> str:
        return translate(SIGHTS.get(code) or code, seen.lang)

    return {"sights": sights_of(seen.session, seen.report), "sight_word": sight_word}
