"""What a plan drives to: the unit's faults, each a must or a maybe, with its work, lift and material."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from app.models import Report
from app.routing import Rules
from app.services.faults import FaultSeen, waits_for_light, worth_driving_to
from app.services.plan_wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Target:
    """One place worth driving to. Degrees WGS84, seconds of work; rank 1 comes first, more weight is left out later."""

    reports: Sequence[Report]
    lat: float
    lon: float
    must: bool
    service: int
    lift: bool
    needs: Mapping[str, float] = field(default_factory=dict)
    kind: str | None = None
    rank: int | None = None
    weight: float = 1.0
    why: Sequence[dict[str, Any]] = ()
    asset_id: int | None = None

    @property
    def categories(self) -> set[str]:
        """The categories of its reports."""
        return {report.category_code for report in self.reports}

    @property
    def since(self) -> datetime:
        """When its first report came."""
        return min(report.created_at for report in self.reports)


def targets(session: Session, wanted: Wanted, *, rules: Rules, at: datetime) -> list[Target]:
    """The musts first, then what may be taken along; both with the most urgent first, and no more than asked for.

    On a day when lamps are off, dark ones are no must, unless the planner named them or their category.
    """
    narrow = wanted.category_codes if not (wanted.take_along or wanted.references) else ()
    found = worth_driving_to(
        session, unit_code=wanted.unit_code, rules=rules, at=at, category_codes=narrow, area=wanted.area
    )
    noon = datetime.combine(wanted.day, time(12), rules.timezone)
    made = [_target(fault, wanted, gathered=waits_for_light(fault, rules, at=noon) is not None) for fault in found]
    kept = [one for one in made if one.must or wanted.take_along]
    return sorted(kept, key=_order)[: wanted.most_stops]


def _order(one: Target) -> tuple[bool, int, float, datetime]:
    return (not one.must, one.rank or 99, -one.weight, one.since)


def _target(seen: FaultSeen, wanted: Wanted, *, gathered: bool) -> Target:
    asked_for = bool(wanted.category_codes) or any(report.reference in wanted.references for report in seen.reports)
    return Target(
        reports=seen.reports,
        lat=seen.fault.lat,
        lon=seen.fault.lon,
        must=(asked_for or not gathered) and is_must(seen.reports, wanted, rank=seen.fault.rank),
        service=60 * seen.service_minutes,
        lift=seen.lift,
        needs=seen.needs,
        kind=seen.fault.kind,
        rank=seen.fault.rank,
        weight=seen.fault.weight,
        why=seen.why,
        asset_id=seen.fault.lamp,
    )


def is_must(reports: Iterable[Report], wanted: Wanted, *, rank: int | None) -> bool:
    """Whether one of the reports is named, or its category is chosen and the fault's rank is good enough."""
    reports = list(reports)
    if any(report.reference in wanted.references for report in reports):
        return True
    if wanted.references and not wanted.category_codes:
        return False
    chosen = not wanted.category_codes or any(report.category_code in wanted.category_codes for report in reports)
    return chosen and (wanted.must_rank is None or (rank is not None and rank <= wanted.must_rank))
