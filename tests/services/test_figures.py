"""How the service was lately: counted from real reports, shown only where there are enough of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.models import ServiceFigure
from app.queries.figures import all_figures, figure_of
from app.services import upkeep
from app.services.figures import count_figures


@pytest.fixture
def close(session, clock):
    """`close("pothole", days=3)`: a report that was closed an hour ago, so many days after it came."""

    def close(category, *, days, ago=timedelta(hours=1), due_after=None, status="fixed", number=[0]):  # noqa: B006
        number[0] += 1
        closed = clock() - ago
        created = closed - timedelta(days=days)
        session.execute(
            text("""INSERT INTO report (reference, nonce, version, category_code, status, private, road_owner,
                asset_owner, text_public, answers, proposal_reason, channel, flags, created_at, changed_at,
                closed_at, due_at)
                VALUES (:ref, 'n', 1, :category, :status, false, 'unknown', 'unknown', false, '[]', '[]', 'web', '{}',
                :created, :closed, :closed, :due)"""),
            {
                "ref": f"T{number[0]:06}", "category": category, "status": status, "created": created, "closed": closed,
                "due": created + timedelta(days=due_after) if due_after else None,
            },
        )  # fmt: skip

    return close


def test_nine_of_ten_were_done_within_the_days_that_are_shown(session, clock, close):
    for days in range(1, 21):
        close("pothole", days=days, due_after=15)
    count_figures(session, at=clock())
    figure = figure_of(session, "pothole")
    assert (figure.closed, figure.days) == (20, 18)
    assert figure.in_time == pytest.approx(15 / 20)


def test_below_ten_closed_reports_no_figure_is_shown(session, clock, close):
    for _ in range(9):
        close("pothole", days=2)
    count_figures(session, at=clock())
    assert session.get(ServiceFigure, "pothole").closed == 9
    assert figure_of(session, "pothole") is None
    close("pothole", days=2)
    count_figures(session, at=clock())
    session.expire_all()
    assert figure_of(session, "pothole").days == 2
    assert figure_of(session, "snow") is None


def test_only_what_was_done_in_the_last_ninety_days_counts(session, clock, close):
    for _ in range(10):
        close("sign", days=1)
        close("sign", days=80, ago=timedelta(days=91))
        close("sign", days=40, status="rejected")
        close("tree", days=1, ago=timedelta(days=91))
    count_figures(session, at=clock())
    assert figure_of(session, "sign").days == 1
    assert set(all_figures(session)) == {"sign"}


def test_answers_count_as_done_and_without_a_due_date_nothing_is_in_time_or_late(session, clock, close):
    for _ in range(10):
        close("praise", days=0.2, status="answered")
    count_figures(session, at=clock())
    figure = figure_of(session, "praise")
    assert (figure.days, figure.in_time) == (1, None)


def test_a_figure_goes_when_nothing_was_closed_any_more(session, clock, close):
    for _ in range(10):
        close("sign", days=1)
    count_figures(session, at=clock())
    clock.pass_(days=100)
    count_figures(session, at=clock())
    assert session.scalars(select(ServiceFigure)).all() == []


def test_the_hourly_sweep_counts_them(session, office, close):
    for _ in range(10):
        close("sign", days=1)
    session.commit()
    upkeep.sweep(office)
    assert figure_of(session, "sign").closed == 10


def test_counting_reads_what_was_closed_lately_by_its_index(session, clock):
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.execute(
        text("""EXPLAIN (FORMAT JSON) SELECT category_code, count(*) FROM report
            WHERE status IN ('fixed', 'answered') AND closed_at > :since AND closed_at <= :at GROUP BY 1"""),
        {"since": clock() - timedelta(days=90), "at": clock()},
    ).scalar_one()
    assert "ix_report_closed" in json.dumps(plan)
