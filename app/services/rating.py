"""The one question when a report is closed: how satisfied its reporter is. Nobody is asked twice, nobody reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert

from app.errors import N_, Conflict, Invalid
from app.models import Rating, Report, ReportStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# A number for who reads out, words for who reads.
SCORE_WORDS: dict[int, str] = {
    1: N_("1 – Very dissatisfied"),
    2: N_("2 – Dissatisfied"),
    3: N_("3 – Neither"),
    4: N_("4 – Satisfied"),
    5: N_("5 – Very satisfied"),
}
SCORES = tuple(SCORE_WORDS)
MOST_WORDS = 1000
# Whoever withdrew a report, or was second with it, has not had it handled.
ASKED_AFTER = {ReportStatus.FIXED, ReportStatus.ANSWERED, ReportStatus.REFERRED, ReportStatus.REJECTED}
CHOOSE = N_("Choose a number from 1 to 5.")
TOO_LONG = N_("The text is too long. Use at most 1000 characters.")
IS_OPEN = N_("The report is open again. You can answer when it is closed.")
NOT_ASKED = N_("This report was withdrawn, or somebody had told us the same before, so there is nothing to answer.")


def can_rate(report: Report) -> bool:
    """Whether it was brought to an end by somebody here."""
    return report.status in ASKED_AFTER


def why_not(report: Report) -> str:
    """The sentence for a report that cannot be rated now."""
    return IS_OPEN if report.is_open else NOT_ASKED


def rate(session: Session, report: Report, *, score: int | None, words: str, at: datetime) -> None:
    """Keep the answer; a later one takes its place. Raises Conflict (not closed) and Invalid."""
    if not can_rate(report):
        raise Conflict(why_not(report))
    if score not in SCORES:
        raise Invalid(CHOOSE, fields={"score": CHOOSE})
    if len(words) > MOST_WORDS:
        raise Invalid(TOO_LONG, fields={"words": TOO_LONG})
    given = {"score": score, "words": words.strip() or None, "at": at}
    statement = insert(Rating).values(report_id=report.id, **given)
    session.execute(statement.on_conflict_do_update(index_elements=["report_id"], set_=given))
