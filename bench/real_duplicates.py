"""How well likely duplicates are found: against the notes of a city that writes down which report repeats another.

Each report is looked at as on the day it came: with those before it that were still open. The weights were chosen by
July and August, of which the second is shown; what counts is September. The notes are far from complete: most of the
city's departments never write one, so what is found beyond them is not known to be wrong, and the precision is a lower
bound.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.table import Table
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db import SessionFactory, transaction
from app.models import Report, Role, Staff
from app.models.likeness import LIKELY
from app.queries.duplicates import candidates
from app.routing import Rules, load_rules
from app.settings import PROJECT

CHOSEN_BY, REPORTED = (datetime(2011, 8, 1, tzinfo=UTC), datetime(2011, 9, 1, tzinfo=UTC)), (
    datetime(2011, 9, 1, tzinfo=UTC), datetime(2011, 10, 2, tzinfo=UTC)
)  # fmt: skip
# Said, not promised: a busy machine makes it slower, not wrong.
MOST_SECONDS = 20
FIRST, AMONG_FIVE, BY_MARK = 0.8, 0.85, 0.7


@dataclass
class Found:
    """How many reports were looked at, how many of them repeat an earlier one by the notes, and what was proposed."""

    reports: int = 0
    repeats: int = 0
    among: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    marked: int = 0
    marked_rightly: int = 0
    beside_notes: list[int] = field(default_factory=lambda: [0, 0])
    seconds: float = 0.0


def duplicates_table(sessions: SessionFactory, check: Callable[[bool, str], None]) -> Table:
    """Of a database into which the city's reports were imported; changes their statuses."""
    rules = load_rules(PROJECT / "examples" / "boston" / "rules.yaml")
    heads = ("reports of", "reports", "repeat an earlier", "first", "among 3", "among 5", "marked as likely",
             "precision", "recall", "precision, kinds with notes", "ms each")  # fmt: skip
    table = Table(*heads, title=f"Likely duplicates against the city's own notes (marked from {LIKELY})")
    table.title_justify = "left"
    begun = time.perf_counter()
    with transaction(sessions) as session:
        first_of, ended = _as_on_the_day(session)
        for name, (since, until) in {"August": CHOSEN_BY, "September": REPORTED}.items():
            found = _look(session, rules, first_of, ended, since=since, until=until)
            table.add_row(name, *_figures(found))
        session.rollback()
    seconds = time.perf_counter() - begun
    check(found.among[1] >= FIRST * found.repeats, f"the first proposal is right for {FIRST:.0%} of what repeats")
    check(found.among[5] >= AMONG_FIVE * found.repeats, f"one of five proposals is right for {AMONG_FIVE:.0%} of it")
    check(found.marked_rightly >= BY_MARK * found.repeats, f"{BY_MARK:.0%} of what repeats is marked as likely")
    table.caption = f"{seconds:.0f} s (goal {MOST_SECONDS})"
    return table


def _figures(found: Found) -> tuple[str, ...]:
    among = [f"{found.among[n]} ({found.among[n] / found.repeats:.1%})" for n in (1, 3, 5)]
    right, marked = found.beside_notes
    return (
        str(found.reports), str(found.repeats), *among, f"{found.marked_rightly} of {found.marked}",
        f"{found.marked_rightly / found.marked:.1%}", f"{found.marked_rightly / found.repeats:.1%}",
        f"{right / marked:.1%}", f"{1000 * found.seconds / found.reports:.2f}",
    )  # fmt: skip


def _as_on_the_day(session: Session) -> tuple[dict[int, int], dict[int, datetime | None]]:
    """(report -> the first of what it repeats by the notes, report -> when it was closed); all are open from here."""
    rows = session.execute(text("SELECT id, duplicate_of_id, closed_at FROM report")).all()
    first_of = {row.id: row.duplicate_of_id or row.id for row in rows}
    ended = {row.id: row.closed_at for row in rows}
    session.execute(text("ALTER TABLE report DISABLE TRIGGER USER"))
    session.execute(text("UPDATE report SET status = 'new', duplicate_of_id = NULL"))
    session.execute(text("ANALYZE report"))
    return first_of, ended


def _look(
    session: Session,
    rules: Rules,
    first_of: dict[int, int],
    ended: dict[int, datetime | None],
    *,
    since: datetime,
    until: datetime,
) -> Found:
    placed = select(Report).where(Report.lat.is_not(None), ~Report.flags.contains(["default_point"]))
    everything = session.execute(placed.with_only_columns(Report.id, Report.created_at).order_by(Report.created_at))
    came = {row.id: row.created_at for row in everything}
    seen: set[int] = set()
    repeats = {report_id for report_id in came if first_of[report_id] in seen or seen.add(first_of[report_id])}
    noted_kinds = set(session.scalars(select(Report.category_code).where(Report.id.in_(repeats)).distinct()))
    desk, found = Staff(role=Role.DESK.value), Found()
    for report in session.scalars(placed.where(Report.created_at >= since, Report.created_at < until)).all():
        begun = time.perf_counter()
        proposed = candidates(session, report, rules=rules, staff=desk, limit=60)
        found.seconds += time.perf_counter() - begun
        there = [
            one for one in proposed
            if came.get(one.id, report.created_at) < report.created_at
            and (ended[one.id] is None or ended[one.id] > report.created_at)
        ]  # fmt: skip
        _count(found, report, there, first_of, repeats, noted_kinds)
    return found


def _count(found: Found, report: Report, there: list, first_of, repeats: set[int], noted_kinds: set[str]) -> None:
    found.reports += 1
    found.repeats += report.id in repeats
    right = [first_of[one.id] == first_of[report.id] for one in there]
    if report.id in repeats:
        for most in (1, 3, 5):
            found.among[most] += any(right[:most])
    if there and there[0].is_likely:
        found.marked += 1
        found.marked_rightly += right[0]
        if report.category_code in noted_kinds:
            found.beside_notes[0] += right[0]
            found.beside_notes[1] += 1
