"""The map's maintained counts: after any change, the same as a recount; and folding them changes nothing."""

from __future__ import annotations

import random
import threading

import pytest
from sqlalchemy import text

from app.models import REPORTER
from app.queries.map import Cells, cells_of, level_for, map_totals, map_version, read_map
from app.queries.public import Box, ReportFilter
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from app.services.upkeep import FOLD
from tests.application import NOON, STORGATA

WORLD = Box(-180, -85, 180, 85)
RECOUNT = text("""
    SELECT level, map_cell_x(r.lon, level), map_cell_y(r.lat, level), r.category_code, report_is_open(r), count(*),
           sum(e6(r.lon)), sum(e6(r.lat))
    FROM report r, unnest(ARRAY[4, 6, 8, 10, 12, 14]) level WHERE report_is_on_map(r) GROUP BY 1, 2, 3, 4, 5
""")
TALLIES = text("""
    SELECT level, cx, cy, category_code, is_open, sum(n), sum(lon_e6), sum(lat_e6) FROM map_tally
    WHERE level > 0 AND category_code <> '' GROUP BY 1, 2, 3, 4, 5
    HAVING sum(n) <> 0 OR sum(lon_e6) <> 0 OR sum(lat_e6) <> 0
""")
WHOLE = text("""
    SELECT level, cx, cy, is_open, sum(n), sum(lon_e6), sum(lat_e6) FROM map_tally
    WHERE category_code = '' AND level > 0 GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
""")
SUMMED = text("""
    SELECT level, cx, cy, is_open, sum(n), sum(lon_e6), sum(lat_e6) FROM map_tally
    WHERE category_code <> '' AND level > 0 GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
""")


def rows(session, query) -> set[tuple]:
    return {tuple(row) for row in session.execute(query)}


@pytest.mark.parametrize("seed", range(6))
def test_counts_equal_a_recount_after_any_changes(session, make_report, seed):
    dice = random.Random(seed)
    reports = []
    for _ in range(60):
        match dice.choice(
            ["new", "new", "close", "reopen", "hide", "show", "move", "category", "delete", "many", "fold"]
        ):
            case "new":
                reports.append(make_report(category=dice.choice(["ice", "snow", "complaint"]), **near(dice)))
            case "fold":
                session.execute(FOLD)
            case "many":
                session.execute(text("UPDATE report SET status = 'fixed' WHERE id % 3 = 0 AND status = 'new'"))
                session.expire_all()
            case action if reports:
                change(dice.choice(reports), action, dice, session, reports)
        session.flush()
        assert rows(session, TALLIES) == rows(session, RECOUNT)
    session.execute(FOLD)
    assert rows(session, TALLIES) == rows(session, RECOUNT)
    assert rows(session, WHOLE) == rows(session, SUMMED)


def near(dice: random.Random) -> dict[str, float]:
    return {"lat": STORGATA[0] + dice.uniform(-0.02, 0.02), "lon": STORGATA[1] + dice.uniform(-0.04, 0.04)}


def change(report, action: str, dice: random.Random, session, reports: list) -> None:
    match action:
        case "close" if report.is_open:
            report.fix(actor=REPORTER, at=NOON)
        case "reopen" if not report.is_open:
            report.reopen(actor=REPORTER, at=NOON)
        case "hide":
            report.hidden_at = NOON
        case "show":
            report.hidden_at = None
        case "move":
            report.lat, report.lon = near(dice).values()
        case "category":
            report.category_code = dice.choice(["ice", "snow", "sweeping"])
        case "delete":
            reports.remove(report)
            session.flush()
            session.execute(text("DELETE FROM report WHERE id = :id"), {"id": report.id})
            session.expunge(report)


def test_folding_changes_no_answer(session, make_report):
    for lat in (69.64, 69.65, 69.66):
        make_report(category="ice", lat=lat, lon=18.95)
        make_report(category="snow", lat=lat, lon=18.95)

    def everything() -> list:
        filters = [ReportFilter(), ReportFilter(categories=frozenset({"ice"})), ReportFilter(categories=frozenset())]
        answers = [read_map(session, WORLD, zoom=zoom, wanted=one) for zoom in range(15) for one in filters]
        return [*answers, map_version(session), map_totals(session, None), map_totals(session, frozenset({"ice"}))]

    before = everything()
    session.execute(FOLD)
    assert everything() == before
    session.execute(FOLD)
    assert everything() == before
    assert map_totals(session, None) == (6, 6)
    assert map_totals(session, frozenset({"ice"})) == (3, 3)


def test_the_cells_are_the_database_s_own(session):
    dice = random.Random(3)
    for _ in range(200):
        lon, lat, level = dice.uniform(-180, 180), dice.uniform(-90, 90), dice.choice([4, 6, 8, 10, 12, 14])
        x, y = session.execute(
            text("SELECT map_cell_x(:lon, :level), map_cell_y(:lat, :level)"), {"lon": lon, "lat": lat, "level": level}
        ).one()
        assert cells_of(Box(lon, lat, lon, lat), level) == Cells(x, y, x, y)


def test_a_box_that_is_too_large_for_its_zoom_is_looked_at_from_higher_up():
    assert level_for(Box(18.9, 69.6, 19.0, 69.7), 15) is None
    assert level_for(Box(18.9, 69.6, 19.0, 69.7), 14) == 14
    assert level_for(Box(18, 69, 20, 70), 15) == 10
    assert level_for(WORLD, 22) == 4
    assert level_for(WORLD, 0) == 4


@pytest.mark.realdb
def test_reports_that_arrive_together_do_not_wait_for_each_other_and_are_all_counted(real_session_factory, rules):
    """Everybody has written before anybody commits: a row for each cell would keep the second one waiting."""
    everybody = threading.Barrier(4, timeout=20)
    problems: list[BaseException] = []

    def send() -> None:
        try:
            with real_session_factory() as session:
                draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
                submit_report(session, draft, rules=rules, at=NOON)
                session.flush()
                everybody.wait()
                session.commit()
        except BaseException as problem:  # noqa: BLE001 - a thread's failure is told by the test.
            problems.append(problem)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with real_session_factory() as session:
        assert map_totals(session, None) == (4, 4)
