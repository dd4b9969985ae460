"""What another rules file would have proposed for the reports of the past; nothing comes into force by asking."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.queries.past_reports import PastReport, past_reports
from app.routing import Facts, Rules, propose_unit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

MOST_REPORTS = 50_000
MOST_EXAMPLES = 50
MOST_SECONDS = 20.0
# From here on a file sends practically everything to one unit, which is hardly meant.
NEARLY_ALL = 0.9
# Fewer reports than these say nothing about a file.
A_HANDFUL = 20


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A report that would have gone to `then` instead of `now`; `decided` is what the desk made of it."""

    reference: str
    category: str
    now: str
    then: str
    decided: str | None


@dataclass
class WhatIf:
    """What would have been otherwise. Counters are of reports, by (unit now, unit then)."""

    total: int = 0
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_category: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    then: Counter[str] = field(default_factory=Counter)
    examples: list[Elsewhere] = field(default_factory=list)
    decided: int = 0
    right_now: int = 0
    right_then: int = 0
    better: int = 0
    worse: int = 0
    # Not all were looked at: only the newest, or as far as the time went.
    sampled: bool = False
    out_of_time: bool = False

    @property
    def elsewhere(self) -> int:
        """How many would have gone to another unit."""
        return self.moved.total()

    @property
    def nearly_all_to(self) -> str | None:
        """The one unit that more than nine of ten reports would go to, if any; a handful of reports say nothing."""
        unit, times = max(self.then.items(), key=lambda item: item[1], default=("", 0))
        return unit if self.total >= A_HANDFUL and times > NEARLY_ALL * self.total else None

    def add(self, report: PastReport, *, now: str, then: str) -> None:
        """Count one report."""
        self.total += 1
        self.then[then] += 1
        if report.unit is not None:
            self.decided += 1
            self.right_now += now == report.unit
            self.right_then += then == report.unit
        if now == then:
            return
        self.better += then == report.unit
        self.worse += now == report.unit
        self.moved[now, then] += 1
        self.by_category[report.category, now, then] += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(Elsewhere(report.reference, report.category, now, then, report.unit))


def what_if(
    session: Session,
    rules: Rules,
    others: Rules,
    *,
    since: datetime,
    most: int = MOST_REPORTS,
    seconds: float = MOST_SECONDS,
) -> WhatIf:
    """Ask both rules about every report since then with the facts that it has: at most the newest `most`."""
    found, until = WhatIf(), time.monotonic() + seconds
    with closing(past_reports(session, since=since, most=most + 1)) as reports:
        for report in reports:
            found.out_of_time = time.monotonic() > until
            found.sampled = found.out_of_time or found.total == most
            if found.sampled:
                break
            facts = _facts(report)
            found.add(report, now=propose_unit(rules, facts).unit.code, then=propose_unit(others, facts).unit.code)
    return found


def _facts(report: PastReport) -> Facts:
    return Facts.model_validate(
        {
            "category": report.category,
            "lat": report.lat,
            "lon": report.lon,
            "road_owner": report.road_owner,
            "asset_owner": report.asset_owner,
            "answers": {str(answer["code"]): answer["value"] for answer in report.answers},
            "at": report.at,
        }
    )
