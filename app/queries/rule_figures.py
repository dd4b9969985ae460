"""What became of the rules' proposals: how often the desk sent a report where they said, and where else it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from app.models import Forwarding, Report, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

# The newest decisions tell what corrections have in common; more would say the same, later.
MOST = 10_000
_FACTS = (Report.category_code, Report.road_owner, Report.asset_owner, Report.lat, Report.lon)


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
    counted: dict[str, RuleFigure] = {}
    for rows in (query.group_by(Forwarding.rule), _referred(since)):
        for rule, decided, good in session.execute(rows):
            was = counted.get(rule, RuleFigure(rule, 0, 0))
            counted[rule] = RuleFigure(rule, was.decided + decided, was.right + good)
    found = list(counted.values())
    return sorted(found, key=lambda one: (-one.corrected, -one.decided, one.rule))


def decisions(session: Session, rules: Iterable[str], *, since: datetime) -> list[Decision]:
    """The newest decisions about what these rules proposed, with what was known of the reports."""
    query = (
        select(
            Forwarding.rule,
            Forwarding.proposed_unit_code,
            Forwarding.unit_code,
            *_FACTS,
        )
        .join(Report, Report.id == Forwarding.report_id)
        .where(*_last_ones(since), Forwarding.rule.in_(list(rules)))
        .order_by(Forwarding.at.desc(), Forwarding.id.desc())
        .limit(MOST)
    )
    without = (
        select(Report.proposed_rule, Report.proposed_unit_code, Report.unit_code, *_FACTS)
        .where(*_only_referred(since), Report.proposed_rule.in_(list(rules)))
        .order_by(Report.closed_at.desc(), Report.id.desc())
        .limit(MOST)
    )
    return [Decision(*cast("Any", row)) for rows in (query, without) for row in session.execute(rows)]


def _referred(since: datetime) -> Select[*tuple[Any, ...]]:
    """Rule, how many of its reports others have without a letter of ours, and how many of them it had said so of."""
    right = func.count().filter(Report.unit_code == Report.proposed_unit_code)
    query = select(Report.proposed_rule, func.count(), right).where(*_only_referred(since))
    return query.where(Report.proposed_rule.is_not(None)).group_by(Report.proposed_rule)


def _only_referred(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Closed because others have it, and nothing was sent to them: there is no Forwarding to count."""
    sent = exists().where(
        Forwarding.report_id == Report.id,
        Forwarding.unit_code == Report.unit_code,
        ~Forwarding.for_information,
        Forwarding.undone_at.is_(None),
    )
    return (Report.status == ReportStatus.REFERRED.value, Report.closed_at >= since, ~sent)


def _last_ones(since: datetime) -> tuple[ColumnElement[bool], ...]:
    later = aliased(Forwarding)
    newer = exists().where(
        later.report_id == Forwarding.report_id,
        later.id > Forwarding.id,
        ~later.for_information,
        later.undone_at.is_(None),
    )
    now = aliased(Report)
    elsewhere = exists().where(
        now.id == Forwarding.report_id,
        now.status == ReportStatus.REFERRED.value,
        now.unit_code != Forwarding.unit_code,
    )
    return (Forwarding.at >= since, ~Forwarding.for_information, Forwarding.undone_at.is_(None), ~newer, ~elsewhere)
