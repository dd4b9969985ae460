"""What the migration writes into reports that were there before: open ones get dates, closed and imported ones none."""

from __future__ import annotations

from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.models import Actor
from app.settings import PROJECT

OSLO = ZoneInfo("Europe/Oslo")
DATES = ("first_answer_due_at", "first_answered_at", "interim_due_at", "interim_sent_at")


@pytest.fixture
def fill(session):
    """Take all dates away and let the migration write them."""
    spec = spec_from_file_location("m0016", PROJECT / "migrations/versions/0016_answer_deadlines.py")
    migration = module_from_spec(spec)
    spec.loader.exec_module(migration)

    def run() -> None:
        session.execute(text("UPDATE report SET " + ", ".join(f"{name} = NULL" for name in DATES)))
        session.execute(text(migration.FILL))
        session.commit()
        session.expire_all()

    return run


def dates(report) -> list[str | None]:
    moments = [getattr(report, name) for name in DATES]
    return [moment and moment.astimezone(OSLO).strftime("%Y-%m-%dT%H:%M") for moment in moments]


def test_an_open_report_gets_its_dates_from_the_day_it_came(make_report, fill):
    report = make_report()  # Monday 30 November 2026.
    fill()
    assert dates(report) == ["2026-12-03T16:00", None, "2026-12-30T16:00", None]


def test_weekends_do_not_count_and_a_month_that_ends_on_one_ends_before_it(make_report, fill, clock):
    clock.now = datetime(2026, 12, 3, 23, 30, tzinfo=ZoneInfo("UTC"))  # Friday the 4th in Tromsø.
    report = make_report()
    fill()
    assert dates(report) == ["2026-12-09T16:00", None, "2027-01-04T16:00", None]
    clock.now = datetime(2026, 12, 10, 11, 0, tzinfo=ZoneInfo("UTC"))
    report = make_report()
    fill()
    assert dates(report) == ["2026-12-15T16:00", None, "2027-01-08T16:00", None], "10 January is a Sunday"


def test_what_staff_have_done_and_said_since_counts(make_report, fill, kari, clock, session):
    report = make_report()
    clock.pass_(days=1)
    report.forward("bydrift", actor=Actor.of(kari), at=clock(), words="For the unit.")
    clock.pass_(days=9)
    report.note(actor=Actor.of(kari), at=clock(), words="The part is ordered.", public=True)
    session.commit()
    fill()
    assert dates(report) == ["2026-12-03T16:00", "2026-12-01T12:00", "2027-01-08T16:00", "2026-12-10T12:00"]


def test_closed_and_imported_reports_are_left_alone(make_report, fill, kari, clock, session):
    closed, imported = make_report(), make_report()
    closed.reject(actor=Actor.of(kari), at=clock(), words="No.")
    imported.channel = "import"
    session.commit()
    fill()
    assert dates(closed) == dates(imported) == [None] * 4
