"""What kind of fault it is, its rank, its points, and why: each in one place, so that a planner can look it up.

The ranks are those that Alta and Senja tell their residents, made exact. What tells 1 from 3: a stretch is a row of
`stretch_lamps` or more; a shorter one, down to `whole_road_lamps`, where the road has no other lamp near; an area or
cable of which most is dark; or what a resident reported as a dark stretch without a smaller number. A crossing or
school way lifts a row to 2, and a stretch stays 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.planning.fault import FaultKind, FaultReport, Limits, Weights, Why

RANKS: dict[FaultKind, int] = {"stretch": 1, "danger": 2, "row": 3, "area": 4, "single": 5}
DUE_SOON_DAYS = 3
OLD_DAYS = 14


@dataclass(slots=True, kw_only=True)
class Found:
    """What is known of one fault before it is ranked. `reports` are those that are mended with it."""

    reports: list[FaultReport]
    lamps: int = 0
    others: int = 0
    reasons: list[Why] = field(default_factory=list)
    is_stretch: bool = False
    is_row: bool = False
    dangers: list[Why] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The answer."""

    kind: FaultKind
    rank: int
    weight: float
    why: tuple[Why, ...]


def rank_lamps(found: Found, *, weights: Weights, limits: Limits) -> Ranked:
    """A fault of lamps."""
    said = _said(found.reports, limits)
    hazard = any(report.hazard for report in found.reports)
    kind: FaultKind = "single"
    if found.is_stretch or said == "stretch":
        kind = "stretch"
    elif found.dangers or hazard:
        kind = "danger"
    elif found.is_row or said == "row":
        kind = "row"
    reasons = [*found.reasons, *_told(found.reports), *found.dangers]
    if not reasons and not hazard:
        reasons = [{"code": "single" if any(report.dark for report in found.reports) else "lamp"}]
    points = _points(found.reports, weights) + weights.lamp * max(0, found.lamps - 1)
    if found.dangers and kind != "danger":
        points += weights.hazard
    why = [*reasons, *_common(found.reports), *_also(found)]
    return Ranked(kind, RANKS[kind], round(getattr(weights, kind) + points, 2), tuple(why))


def rank_other(reports: Sequence[FaultReport], *, weights: Weights) -> Ranked:
    """What is no lamp: danger, over its due date, due soon, the rest."""
    left = [-report.days_over for report in reports if report.days_over is not None]
    rank = 5
    if left and min(left) <= DUE_SOON_DAYS:
        rank = 4
    if left and min(left) < 0:
        rank = 3
    if any(report.hazard for report in reports):
        rank = 2
    why = _common(reports) or [{"code": "other"}]
    return Ranked("other", rank, round(weights.other + _points(reports, weights), 2), tuple(why))


def _said(reports: Sequence[FaultReport], limits: Limits) -> FaultKind:
    """What the reporters of several dark lamps make of it; who gives no number saw a stretch."""
    stretches = [report for report in reports if report.stretch and report.dark]
    if not stretches:
        return "single"
    numbers = [report.lamps for report in stretches if report.lamps is not None]
    if len(numbers) < len(stretches):
        return "stretch"
    most = max(numbers)
    if most >= limits.stretch_lamps:
        return "stretch"
    return "row" if most >= limits.row_lamps else "single"


def _told(reports: Sequence[FaultReport]) -> list[Why]:
    stretches = [report for report in reports if report.stretch and report.dark]
    numbers = [report.lamps for report in stretches if report.lamps is not None]
    return [{"code": "said", "lamps": max(numbers, default=0)}] if stretches else []


def _points(reports: Sequence[FaultReport], weights: Weights) -> float:
    """For people, age, the due date, and danger."""
    over = max((report.days_over for report in reports if report.days_over is not None), default=0.0)
    return (
        weights.person * (sum(report.people for report in reports) - 1)
        + weights.day * min(max(report.days for report in reports), weights.most_days)
        + (weights.overdue + weights.overdue_day * min(over, weights.most_days) if over > 0 else 0.0)
        + (weights.hazard if any(report.hazard for report in reports) else 0.0)
    )


def _common(reports: Sequence[FaultReport]) -> list[Why]:
    why: list[Why] = []
    people = sum(report.people for report in reports)
    over = max((report.days_over for report in reports if report.days_over is not None), default=None)
    age = max(report.days for report in reports)
    if any(report.hazard for report in reports):
        why.append({"code": "hazard"})
    if over is not None and over > 0:
        why.append({"code": "overdue", "days": max(1, int(over))})
    elif over is not None and over >= -DUE_SOON_DAYS:
        why.append({"code": "due_soon", "days": int(-over)})
    if people > 1:
        why.append({"code": "people", "people": people})
    if age >= OLD_DAYS:
        why.append({"code": "age", "days": int(age)})
    return why


def _also(found: Found) -> list[Why]:
    return [{"code": "also", "lamps": found.others}] if found.others else []
