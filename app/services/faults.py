"""What is worth driving to for a unit: its open reports as faults, ranked, with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from app.models import Report
from app.planning.fault import Fault, FaultReport, Limits, Weights
from app.planning.faults import find_faults
from app.queries import crews as crew_queries
from app.queries import faults as fault_queries
from app.queries.faults import DarkLamp
from app.routing import areas_at
from app.routing.summer import gathered_until
from app.services.fault_words import kind_in_words, reason_in_words, reasons_in_words

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from app.routing import RoundRules, Rules

__all__ = [
    "FaultSeen", "kind_in_words", "reason_in_words", "reasons_in_words", "seen_as_faults", "waits_for_light",
    "worth_driving_to",
]  # fmt: skip
COUNT_QUESTIONS = ("how_many",)


@dataclass(frozen=True, kw_only=True)
class FaultSeen:
    """A fault with its reports, and what mending it takes.

    Minutes at the stop, whether one must be lifted, material by code. `lamp` is the one to drive to, `lamps` all that
    are dark there, as far as the register knows them.
    """

    fault: Fault
    reports: tuple[Report, ...]
    service_minutes: int
    lift: bool
    needs: dict[str, float]
    lamp: DarkLamp | None = None
    lamps: tuple[DarkLamp, ...] = ()

    @property
    def number(self) -> str | None:
        """On the mast."""
        return self.lamp.number if self.lamp else None

    @property
    def street(self) -> str | None:
        """Beside the lamp, as the register has it."""
        return self.lamp.street if self.lamp else None

    @property
    def place(self) -> str | None:
        """The address that the register or a reporter has for it."""
        return next((words for one in self.reports if (words := one.nearest_address or one.address)), self.street)

    @property
    def why(self) -> list[dict[str, Any]]:
        """The reasons as a stop keeps them."""
        said = {flag for report in self.reports for flag in report.needs}
        return [*self.fault.why, *({"code": flag} for flag in sorted(said))]

    @property
    def reference(self) -> str:
        """The report that names it."""
        return self.reports[0].reference

    @property
    def category_codes(self) -> list[str]:
        """Of its reports, each once."""
        return list(dict.fromkeys(report.category_code for report in self.reports))


def waits_for_light(seen: FaultSeen, rules: Rules, *, at: datetime) -> date | None:
    """From when lamps are lit again, where all that is reported there are dark lamps in summer light."""
    return gathered_until(rules, [(report.category_code, report.answers) for report in seen.reports], at=at)


def worth_driving_to(
    session: Session,
    *,
    unit_code: str,
    rules: Rules,
    at: datetime,
    category_codes: Sequence[str] = (),
    area: str = "",
) -> list[FaultSeen]:
    """The unit's faults, the first to drive to first; at most 400 reports are looked at, the most urgent ones."""
    reports = [
        report
        for report in crew_queries.plannable(session, unit_code=unit_code, category_codes=category_codes)
        if not area or area in areas_at(rules, report.lat, report.lon)
    ]
    return seen_as_faults(session, reports, rules=rules, at=at)


def seen_as_faults(session: Session, reports: Sequence[Report], *, rules: Rules, at: datetime) -> list[FaultSeen]:
    """These placed reports as faults. What others have reported dark beside them counts, but is in no fault."""
    rounds = rules.rounds
    limits = Limits(**rounds.limits.model_dump())
    free = [_as_read(report, rounds, at=at, free=True) for report in reports]
    others = _witnesses(session, reports, rounds, at=at)
    about = [one for one in free if one.work == "lamp"]
    points = sorted({(one.lat, one.lon) for one in about})
    ids = {one.lamp for one in about if one.lamp is not None}
    lamps = fault_queries.lamps_around(session, points, ids=ids, metres=limits.dark_area_metres + limits.gap_metres)
    near = [(lamp.lat, lamp.lon) for lamp in lamps if lamp.id in ids]
    dangers = fault_queries.dangers_around(
        session, sorted({*points, *near}), metres=limits.danger_metres + limits.dark_area_metres
    )
    weights = Weights(**rounds.weights.model_dump())
    found = find_faults([*free, *others], lamps, dangers, weights=weights, limits=limits)
    named = {lamp for fault in found for lamp in (*fault.lamps, fault.lamp) if lamp is not None}
    known_lamps = fault_queries.dark_lamps(session, named)
    return [_seen(fault, reports, rounds, known_lamps) for fault in found]


def _witnesses(session: Session, reports: Sequence[Report], rounds: RoundRules, *, at: datetime) -> list[FaultReport]:
    dark = rounds.dark_categories | rounds.stretch_categories
    if not any(report.category_code in rounds.lamp_categories for report in reports):
        return []
    found = fault_queries.lamp_witnesses(session, category_codes=dark, besides={report.id for report in reports})
    return [one for report in found if (one := _as_read(report, rounds, at=at, free=False)).dark]


def _as_read(report: Report | Row[Any], rounds: RoundRules, *, at: datetime, free: bool) -> FaultReport:
    category, answers = report.category_code, report.answers
    over = None
    if report.due_at is not None and report.waiting_since is None:
        over = (at - report.due_at).total_seconds() / 86_400
    return FaultReport(
        lat=report.lat or 0.0,
        lon=report.lon or 0.0,
        work="lamp" if category in rounds.lamp_categories else category,
        lamp=report.asset_id,
        dark=rounds.is_dark(category, answers),
        stretch=category in rounds.stretch_categories,
        lamps=_how_many(answers),
        people=1 + report.support_count,
        days=max(0.0, (at - report.created_at).total_seconds() / 86_400),
        days_over=over,
        hazard=rounds.is_hazard(category, answers),
        free=free,
    )


def _how_many(answers: Sequence[dict[str, Any]]) -> int | None:
    """A number that somebody typed; nobody counts more than a thousand lamps."""
    for answer in answers:
        if answer.get("code") in COUNT_QUESTIONS:
            try:
                return min(1000, max(1, int(float(str(answer.get("value"))))))
            except (ValueError, OverflowError):
                return None
    return None


def _seen(
    fault: Fault,
    reports: Sequence[Report],
    rounds: RoundRules,
    lamps: dict[int, DarkLamp],
) -> FaultSeen:
    own = tuple(reports[n] for n in fault.reports)
    codes = {report.category_code for report in own}
    return FaultSeen(
        fault=fault,
        reports=own,
        service_minutes=_minutes(fault, codes, rounds),
        lift=any(rounds.lift(code) for code in codes) or any("needs_lift" in report.needs for report in own),
        needs=_needs(fault, codes, rounds),
        lamp=lamps.get(fault.lamp or 0),
        lamps=tuple(lamps[one] for one in fault.lamps if one in lamps),
    )


def _minutes(fault: Fault, codes: Collection[str], rounds: RoundRules) -> int:
    """A stretch is one search for one cause; the lamps of a row are mended one after the other."""
    longest = max(rounds.service_minutes(code) for code in codes)
    if fault.kind == "stretch":
        return max(longest, rounds.file.stretch_minutes)
    return min(480, longest + rounds.file.next_lamp_minutes * max(0, len(fault.lamps) - 1))


def _needs(fault: Fault, codes: Collection[str], rounds: RoundRules) -> dict[str, float]:
    """Of each material what its category needs most, once a dark lamp but for a stretch."""
    needs: Counter[str] = Counter()
    for code in codes:
        for material, pieces in rounds.needs(code).items():
            needs[material] = max(needs[material], pieces)  # type: ignore[assignment]
    times = 1 if fault.kind == "stretch" else max(1, len(fault.lamps))
    return {material: float(pieces) * times for material, pieces in needs.items()}
