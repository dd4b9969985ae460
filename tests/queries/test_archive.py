"""Counts by week: after any change the same as a recount, and folding them changes nothing."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from app.models import REPORTER, SYSTEM, Place, Report, ReportStatus
from app.models.history import PastReport
from app.models.status import OPEN
from app.queries.archive import FOLD_WEEKS, WeekCount, first_week, week_counts
from app.queries.visible import is_public
from app.services import forgetting
from app.services.import_writing import allocate, write
from tests.application import NOON, STORGATA

ACTIONS = (
    "new", "new", "fix", "reopen", "hide", "show", "unplace", "move", "delete", "many", "fold",
    "private", "public", "withdraw", "undo", "erase", "import",
)  # fmt: skip
RECOUNT = text("""
    SELECT date_trunc('week', created_at AT TIME ZONE 'Europe/Oslo')::date, status, count(*) FROM report
    WHERE id = ANY(:public) GROUP BY 1, 2
    UNION ALL
    SELECT date_trunc('week', closed_at AT TIME ZONE 'Europe/Oslo')::date, 'ended', count(*) FROM report
    WHERE id = ANY(:public) AND closed_at IS NOT NULL AND status <> ALL(:open) GROUP BY 1
""")


def recounted(session) -> dict[date, WeekCount]:
    found: dict[date, WeekCount] = {}
    public = list(session.scalars(select(Report.id).where(is_public())))
    for week, status, number in session.execute(RECOUNT, {"public": public, "open": sorted(OPEN)}):
        known = found.get(week, WeekCount(week))
        if status == "ended":
            known = WeekCount(week, known.by_status, number)
        else:
            known.by_status[status] += number
        found[week] = known
    return found


def counted(session) -> dict[date, WeekCount]:
    return week_counts(session, date(2000, 1, 3), date(2030, 1, 7))


@pytest.mark.parametrize("seed", range(4))
def test_counts_equal_a_recount_after_any_changes(session, make_report, clock, seed):
    dice = random.Random(seed)
    reports = []
    for _ in range(60):
        clock.pass_(hours=dice.randrange(60))
        action = dice.choice(ACTIONS)
        if action == "new":
            reports.append(make_report(category=dice.choice(["ice", "complaint"])))
        elif action == "fold":
            session.execute(FOLD_WEEKS)
        elif action == "many":
            session.execute(text("UPDATE report SET status = 'fixed', closed_at = now() WHERE id % 3 = 0"))
            session.expire_all()
        elif action == "import":
            import_one(session, at=clock())
        elif reports:
            change(dice.choice(reports), action, session, reports, clock())
        session.flush()
        assert counted(session) == recounted(session)
    session.execute(FOLD_WEEKS)
    assert counted(session) == recounted(session)
    assert session.scalar(text("SELECT count(*) FROM week_tally WHERE NOT folded")) == 0


def import_one(session, *, at: datetime) -> None:
    past = PastReport(
        source="old", source_ref=str(at), category_code="ice", status=ReportStatus.FIXED,
        created_at=at - timedelta(days=30), closed_at=at, lat=STORGATA[0], lon=STORGATA[1],
    )  # fmt: skip
    write(session, allocate(session, [SimpleNamespace(past=past)]), progress=lambda _: None)


def change(report, action: str, session, reports: list, at: datetime) -> None:
    match action:
        case "fix" if report.is_open:
            report.fix(actor=REPORTER, at=at)
        case "reopen" if not report.is_open:
            report.reopen(actor=REPORTER, at=at)
        case "hide":
            report.hidden_at = NOON
        case "show":
            report.hidden_at = None
        case "unplace":
            report.lat = report.lon = None
        case "move":
            report.lat, report.lon = STORGATA
            report.created_at -= timedelta(days=5)
        case "delete":
            reports.remove(report)
            session.flush()
            session.execute(text("DELETE FROM report WHERE id = :id"), {"id": report.id})
            session.expunge(report)
        case _:
            change_unseen(report, action, session, at)


def change_unseen(report, action: str, session, at: datetime) -> None:
    """What its reporter or the rules do with it, and what is taken back."""
    match action:
        case "private" | "public":
            report.private = action == "private"
        case "withdraw" if report.is_open:
            report.withdraw(actor=REPORTER, at=at)
        case "undo" if report.status == ReportStatus.FIXED:
            report.undo(ReportStatus.NEW, unit_code=None, actor=REPORTER, at=at)
        case "erase":
            forgetting.forget(session, [report.id], at_wish=True, actor=SYSTEM, at=at)
            session.expire(report)


def test_intake_writes_no_row_of_words_and_none_of_weeks(session, make_report):
    session.add(Place(kind="address", source_ref="1", label="Prøvegata 5", lat=STORGATA[0], lon=STORGATA[1]))
    session.flush()
    assert make_report(description="Words that nobody has read yet", lat=STORGATA[0], lon=STORGATA[1]).nearest_address
    assert session.scalar(text("SELECT (SELECT count(*) FROM week_tally) + (SELECT count(*) FROM report_words)")) == 0
    assert counted(session)[date(2026, 11, 30)].received == 1


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2026, 11, 29, 22, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 6, 28, 21, 59, 59, tzinfo=UTC), date(2026, 6, 22)),
        (datetime(2026, 6, 28, 22, 0, tzinfo=UTC), date(2026, 6, 29)),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), date(2026, 12, 28)),
    ],
)
def test_a_week_begins_on_monday_where_people_live(session, make_report, moment, monday):
    report = make_report()
    report.created_at = moment
    for status in ("new", "forwarded"):
        report.status = status
        session.flush()
        assert list(counted(session)) == [monday]
        assert first_week(session) == monday


def test_what_was_closed_in_a_week_counts_there_whenever_it_came_in(session, make_report):
    report = make_report()
    report.fix(actor=REPORTER, at=NOON + timedelta(weeks=3))
    session.flush()
    counts = counted(session)
    assert (counts[date(2026, 11, 30)].by_status, counts[date(2026, 11, 30)].ended) == ({"fixed": 1}, 0)
    assert (counts[date(2026, 12, 21)].received, counts[date(2026, 12, 21)].ended) == (0, 1)
    assert first_week(session) == date(2026, 11, 30)


def test_a_service_without_reports_has_no_first_week(session):
    assert first_week(session) is None
    assert counted(session) == {}


def test_what_was_there_before_has_the_same_words_and_counts_as_what_came_since(session, make_report):
    """The migration fills both tables for the reports of a service that runs already."""
    fixed, told = make_report(category="ice"), make_report(category="snow")
    fixed.fix(actor=REPORTER, at=NOON, words="Strødd")
    told.note(actor=REPORTER, at=NOON, words="Vi kommer", public=True)
    make_report(category="complaint")
    session.flush()
    words = text("SELECT report_id, at, ARRAY(SELECT unnest(stems) ORDER BY 1) FROM report_words ORDER BY 1")
    before = session.execute(words).all(), counted(session)
    session.execute(text("TRUNCATE report_words, week_tally"))
    assert session.execute(words).all() == []
    migration = import_module("migrations.versions.0009_public_reading")
    session.execute(text(migration.WHAT_IS_THERE))
    assert len(before[0]) == 2
    assert (session.execute(words).all(), counted(session)) == before
