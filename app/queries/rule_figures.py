"""What became of the rules' proposals: how often the desk sent a report where they said, and where else it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.models import Forwarding, Report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

# The newest decisions tell what corrections have in common; more would say the same, later.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """How many reports were sent on that a rule had proposed a unit for, and how many of them to that unit."""

    rule: str
    decided: int
    right: int

    @property
    def corrected(self) -> int:
        """Those that went elsewhere."""
        return self.decided - self.right

    @property
    def percent_right(self) -> int:
        """Rounded down, so that 100 means all of them."""
        return self.right * 100 // self.decided if self.decided else 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a report went that a rule had proposed `proposed` for, and the facts that rules are made of."""

    rule: str
    proposed: str | None
    unit: str
    category: str
    road_owner: str
    asset_owner: str
    lat: float | None
    lon: float | None


def figures(session: Session, *, since: datetime) -> list[RuleFigure]:
    """For each rule, most corrected first. What counts is where a report is now, not where it was on its way."""
    right = func.count().filter(~Forwarding.corrected)
    query = select(Forwarding.rule, func.count(), right).where(*_last_ones(since), Forwarding.rule.is_not(None))
    rows = session.execute(query.group_by(Forwarding.rule)).all()
    found = [RuleFigure(str(rule), int(decided), int(good)) for rule, decided, good in rows]
    return sorted(found, key=lambda one: (-one.corrected, -one.decided, one.rule))


def decisions(session: Session, rules: Iterable[str], *, since: datetime) -> list[Decision]:
    """The newest decisions about what these rules proposed, with what was known of the reports."""
    query = (
        select(
            Forwarding.rule,
            Forwarding.proposed_unit_code,
            Forwarding.unit_code,
            Report.category_code,
            Report.road_owner,
            Report.asset_owner,
            Report.lat,
            Report.lon,
        )
        .join(Report, Report.id == Forwarding.report_id)
        .where(*_last_ones(since), Forwarding.rule.in_(list(rules)))
        .order_by(Forwarding.at.desc(), Forwarding.id.desc())
        .limit(MOST)
    )
    return [Decision(*cast("Any", row)) for row in session.execute(query)]


def _last_ones(since: datetime) -> tuple[ColumnElement[bool], ...]:
    later = aliased(Forwarding)
    newer = exists().where(
        later.report_id == Forwarding.report_id,
        later.id > Forwarding.id,
        ~later.for_information,
        later.undone_at.is_(None),
    )
    return (Forwarding.at >= since, ~Forwarding.for_information, Forwarding.undone_at.is_(None), ~newer)
