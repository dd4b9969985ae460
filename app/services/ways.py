"""What the driving times of rounds rest on: the imported road network, a router over HTTP, or straight lines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.planning.travel import StraightWays, TravelSource
from app.text import translate as _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Rules
    from app.settings import Settings


def ways(
    session: Session,  # noqa: ARG001
    rules: Rules | None = None,  # noqa: ARG001
    settings: Settings | None = None,  # noqa: ARG001
    *,
    day: date | None = None,  # noqa: ARG001
    unit_code: str | None = None,  # noqa: ARG001
) -> TravelSource:
    """Who knows the ways today; raises nothing."""
    return StraightWays()


def about_ways(source: TravelSource, lang: str) -> str:
    """One sentence for pages: what times and kilometres rest on."""
    return _("The times rest on straight lines, made longer.", lang) if source.by == "straight" else ""


def credit(way_by: str) -> str:
    """Whom to name where times or lines of `way_by` are shown; empty where nobody."""
    return "© OpenStreetMap contributors" if way_by != "straight" else ""
