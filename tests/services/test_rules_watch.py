"""A changed rules file and the reports that are there already: what becomes private is private at once, for good."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text

from app import main
from app.db import PROJECT
from app.models import REPORTER, Report, ReportWords
from app.queries.archive import week_counts
from app.queries.map import map_totals
from app.routing import RulesFile
from app.services import rules_watch
from app.services.areas import AreaWatch
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import NOON, STORGATA

SHIPPED = PROJECT / "routing_rules.yaml"


@pytest.fixture
def rules_path(tmp_path):
    """A copy of the rules, to be changed."""
    content = SHIPPED.read_text(encoding="utf-8").replace(" areas/", f" {SHIPPED.parent}/areas/")
    path = tmp_path / "rules.yaml"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture
def running(state, real_session_factory, rules_path):
    """A web process with rules and database of its own."""
    return replace(state, session_factory=real_session_factory, rules_file=RulesFile(rules_path))


@pytest.fixture
def reports(running):
    """An open and a mended report of one category, and an open one of another."""
    with running.session_factory() as session:
        drafts = [ReportDraft(category=code, lat=STORGATA[0], lon=STORGATA[1]) for code in ("ice", "ice", "snow")]
        made = [submit_report(session, draft, rules=running.rules_file.current, at=NOON) for draft in drafts]
        made[1].fix(actor=REPORTER, at=NOON, words="Strødd")
        session.commit()
        return [report.id for report in made]


def set_private(path, *, private: bool) -> None:
    private_one, public_one = "  ice:\n    private: true\n    group: road", "  ice:\n    group: road"
    content = path.read_text(encoding="utf-8")
    before, after = (public_one, private_one) if private else (private_one, public_one)
    assert content.count(before) == 1
    path.write_text(content.replace(before, after), encoding="utf-8")


def private_ones(state) -> list[int]:
    with state.session_factory() as session:
        return list(session.scalars(select(Report.id).where(Report.private).order_by(Report.id)))


def wait_for(there) -> None:
    until = time.monotonic() + 30
    while not there() and time.monotonic() < until:
        time.sleep(0.02)


async def watch_until(state, there) -> None:
    """As in a web process, which looks at the file again and again."""
    watcher = asyncio.create_task(main._watch_rules(state, AreaWatch()))
    await asyncio.to_thread(wait_for, there)
    watcher.cancel()
    with suppress(asyncio.CancelledError):
        await watcher


@pytest.mark.realdb
def test_a_category_that_becomes_private_takes_its_older_reports_along(running, reports, rules_path, monkeypatch):
    monkeypatch.setattr(main, "RULES_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(rules_watch, "BATCH", 1)
    set_private(rules_path, private=True)
    asyncio.run(watch_until(running, lambda: len(private_ones(running)) == 2))
    assert private_ones(running) == reports[:2]
    with running.session_factory() as session:
        assert map_totals(session, None).open == 1
        assert session.scalars(select(ReportWords)).all() == []
        assert not session.scalars(select(Report.id).where(Report.private, Report.text_public)).all()
        (week,) = week_counts(session, date(2026, 11, 30), date(2026, 12, 7)).values()
        assert (week.received, week.ended) == (1, 0)
    set_private(rules_path, private=False)
    asyncio.run(watch_until(running, lambda: not running.rules_file.current.categories["ice"].private))
    assert private_ones(running) == reports[:2], "nobody who wrote in private is made public by a line in a file"


@pytest.mark.realdb
def test_a_file_that_changed_while_nothing_ran_is_followed_at_the_start(running, reports, rules_path):
    set_private(rules_path, private=True)
    restarted = replace(running, rules_file=RulesFile(rules_path))
    main._take_over(restarted, AreaWatch(), announce=True)
    assert private_ones(running) == reports[:2]
    assert rules_watch.close_private(running.session_factory, restarted.rules_file.current) == 0


@pytest.mark.realdb
def test_a_database_that_is_away_when_the_file_changes_is_told_later(running, reports, rules_path, monkeypatch):
    monkeypatch.setattr(main, "RULES_EVERY_SECONDS", 0.02)
    announce, tries = rules_watch.announce, []

    def lost_at_first(*args, **given) -> None:
        tries.append(args)
        if len(tries) == 1:
            raise ConnectionError
        announce(*args, **given)

    monkeypatch.setattr(rules_watch, "announce", lost_at_first)
    set_private(rules_path, private=True)
    asyncio.run(watch_until(running, lambda: len(private_ones(running)) == 2))
    assert private_ones(running) == reports[:2]


def test_words_that_were_withheld_cannot_be_public(session, make_report):
    """The database holds it, so that a reader who asks only whether they are public is right."""
    report = make_report(description="Mine alone")
    report.text_public = True
    session.flush()
    with pytest.raises(Exception, match="ck_report_withheld_words"):
        session.execute(text("UPDATE report SET words_withheld_at = now()"))
