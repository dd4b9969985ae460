"""What templates/rating/_question.html needs, wherever it stands."""

from __future__ import annotations

from typing import Any

from app.models import Report
from app.models.links import rating_path
from app.services import rating


def question(report: Report, *, secret: bytes, chosen: int | None = None) -> dict[str, Any]:
    """`rating_url` is empty where nothing is asked. Expects `report.rating` to be loaded."""
    given = report.rating
    return {
        "rating_url": rating_path(report, secret=secret) if rating.can_rate(report) else "",
        "rating_given": given is not None,
        "rating_score": chosen or (given.score if given else None),
        "rating_words": (given.words if given else None) or "",
        "score_words": rating.SCORE_WORDS,
    }
