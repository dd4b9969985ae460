"""`gatami retention`: counted first, then done, and said kind by kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from app.db import make_engine, make_session_factory, transaction
from app.models import SYSTEM
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from tests.application import STORGATA
from tests.cli.test_backup import Place, run


@pytest.fixture
def place(make_database, tmp_path, rules) -> Place:
    """One report that was closed thirteen months ago."""
    place = Place(make_database("retention"), tmp_path)
    engine = make_engine(place.url, pool_size=1)
    closed = datetime.now(UTC) - timedelta(days=400)
    with transaction(make_session_factory(engine)) as session:
        who = ReporterDraft(name="Nina", email="nina@example.org")
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1], reporter=who)
        submit_report(session, draft, rules=rules, at=closed).fix(actor=SYSTEM, at=closed)
    engine.dispose()
    return place


def emails(place: Place) -> list[str | None]:
    with psycopg.connect(place.url.replace("+psycopg", "")) as connection:
        return [email for [email] in connection.execute("SELECT email FROM reporter").fetchall()]


def test_a_dry_run_counts_and_the_run_deletes(place):
    result = run(place, "retention", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "       1  contact           kept 12 months" in result.output
    assert "would go in all." in result.output
    assert emails(place) == ["nina@example.org"]
    result = run(place, "retention")
    assert "went in all." in result.output
    assert emails(place) == [None]
    assert "       0  would go in all." in run(place, "retention", "--dry-run").output
