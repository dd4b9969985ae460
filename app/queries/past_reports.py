"""Reports of the past with the facts that rules are made of, read one after the other however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import case, select

from app.models import Report, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from sqlalchemy.orm import Session

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class PastReport:
    """`unit` is who has it or had it last; None where nobody has decided that. Degrees WGS84."""

    reference: str
    category: str
    lat: float | None
    lon: float | None
    road_owner: str
    asset_owner: str
    answers: list[dict[str, Any]]
    at: datetime
    unit: str | None


def past_reports(session: Session, *, since: datetime, most: int) -> Generator[PastReport, None, None]:
    """At most `most` that came since then, the newest first; only some of them are in memory at a time."""
    columns = (
        Report.reference,
        Report.category_code,
        Report.lat,
        Report.lon,
        Report.road_owner,
        Report.asset_owner,
        Report.answers,
        Report.created_at,
        case((Report.status != ReportStatus.NEW.value, Report.unit_code)),
    )
    query = (
        select(*columns)
        .where(Report.created_at >= since)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(most)
    )
    # Whoever stops early closes the cursor with it.
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for row in rows:
            yield PastReport(*cast("Any", row))
