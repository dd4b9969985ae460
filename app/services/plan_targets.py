"""What a plan drives to: the unit's faults, each a must or a maybe, with its work, lift and material."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import Report
from app.planning.stops import gather
from app.queries import crews as crew_queries
from app.routing import Rules, areas_at
from app.services.plan_wanted import Wanted

# Reports this near each other, in metres, are one stop.
STOP_RADIUS = 30.0


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
    """The musts first, then what may be taken along; both with the most urgent first, and no more than asked for."""
    narrow = wanted.category_codes if not (wanted.take_along or wanted.references) else ()
    found = crew_queries.plannable(session, unit_code=wanted.unit_code, category_codes=narrow)
    here = [one for one in found if not wanted.area or wanted.area in areas_at(rules, one.lat, one.lon)]
    made = [_target(group, wanted, rules) for group in _gather(here)]
    kept = [one for one in made if one.must or wanted.take_along]
    return sorted(kept, key=_order)[: wanted.most_stops]


def _order(one: Target) -> tuple[bool, int, float, datetime]:
    return (not one.must, one.rank or 99, -one.weight, one.since)


def _target(reports: Sequence[Report], wanted: Wanted, rules: Rules) -> Target:
    first = reports[0]
    return Target(
        reports=reports,
        lat=first.lat or 0.0,
        lon=first.lon or 0.0,
        must=is_must(reports, wanted, rank=None),
        service=60 * max(rules.rounds.service_minutes(report.category_code) for report in reports),
        lift=any(rules.rounds.lift(report.category_code) for report in reports),
        needs=material(reports, rules),
        asset_id=first.asset_id,
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


def material(reports: Iterable[Report], rules: Rules) -> dict[str, float]:
    """What a stop needs: two reports of the same lamp are one bulb, so the most that any of them needs."""
    needs: dict[str, float] = {}
    for report in reports:
        for code, pieces in rules.rounds.needs(report.category_code).items():
            needs[code] = max(needs.get(code, 0.0), pieces)
    return needs


def _gather(reports: Sequence[Report]) -> list[list[Report]]:
    groups = gather([(report.lat or 0.0, report.lon or 0.0) for report in reports], radius=STOP_RADIUS)
    return [[reports[index] for index in group] for group in groups]
