"""What residents are told of fixed rounds: by when plough, sweeper or inspector has been at a place today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.errors import N_
from app.models import RoutineKind
from app.queries.routine import Drive, comes_today
from app.text import translate

if TYPE_CHECKING:
    from app.models import Report
    from app.routing import Rules

_COMES = {
    RoutineKind.SNOW: N_("The snow plough comes here by %(time)s today."),
    RoutineKind.SWEEPING: N_("The street is swept here by %(time)s today."),
    RoutineKind.PLAYGROUND: N_("The playground is inspected by %(time)s today."),
    RoutineKind.OTHER: N_("%(name)s comes here by %(time)s today."),
}


def passing_here(
    session: Session, *, lat: float | None, lon: float | None, category: str, at: datetime, rules: Rules, lang: str
) -> list[str]:
    """A sentence for each round that still comes today and does this category; none once its time is over."""
    if lat is None or lon is None:
        return []
    drives = comes_today(session, lat=lat, lon=lon, at=at, rules=rules)
    return sentences([drive for drive in drives if category in drive.round.category_codes], rules=rules, lang=lang)


def passing_report(session: Session, report: Report, *, at: datetime, rules: Rules, lang: str) -> list[str]:
    """The same for an open report."""
    if not report.is_open:
        return []
    return passing_here(
        session, lat=report.lat, lon=report.lon, category=report.category_code, at=at, rules=rules, lang=lang
    )


def sentences(drives: Sequence[Drive], *, rules: Rules, lang: str) -> list[str]:
    """Each sentence once, the first one first."""
    said = [
        translate(
            _COMES[RoutineKind(drive.round.kind)],
            lang,
            time=f"{drive.ends_at.astimezone(rules.timezone):%H:%M}",
            name=drive.round.name,
        )
        for drive in sorted(drives, key=lambda drive: drive.ends_at)
    ]
    return list(dict.fromkeys(said))
