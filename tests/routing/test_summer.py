"""Dark lamps while all lamps are off."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.models.deadlines import due_at
from app.routing.summer import counted_from, gathered_until, lit_again

JUNE = datetime(2027, 6, 15, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 30, 12, tzinfo=UTC)
BY_DAY = [{"code": "what", "value": "by_day"}]


def test_a_dark_lamp_in_june_waits_until_lamps_are_lit_again(rules):
    assert lit_again(rules, "lamp_dark", [], at=JUNE) == date(2027, 7, 21)


@pytest.mark.parametrize(
    ("category", "at"),
    [("lamp_dark", NOVEMBER), ("pothole", JUNE), ("lamp_dark", datetime(2027, 7, 21, 12, tzinfo=UTC))],
)
def test_nothing_else_waits(rules, category, at):
    assert lit_again(rules, category, [], at=at) is None
    assert counted_from(rules, category, [], at=at) == at


def test_the_night_of_the_first_day_counts_where_people_live(rules):
    """23 h UTC on 19 May is already the 20th in Tromsø."""
    assert lit_again(rules, "lamp_dark", [], at=datetime(2027, 5, 19, 23, tzinfo=UTC)) == date(2027, 7, 21)


def test_a_fault_waits_where_all_that_is_said_of_it_waits(rules):
    assert gathered_until(rules, [("lamp_dark", []), ("lamp_dark", [])], at=JUNE) == date(2027, 7, 21)
    assert gathered_until(rules, [("lamp_dark", []), ("lamp_danger", [])], at=JUNE) is None
    assert gathered_until(rules, [("lamp_dark", [])], at=NOVEMBER) is None


def test_its_days_are_counted_from_then(rules, make_report, clock):
    clock.now = JUNE
    report = make_report(category="lamp_dark")
    home, category = rules.municipality, rules.categories["lamp_dark"]
    from_july = datetime(2027, 7, 21, 10, tzinfo=UTC)
    assert report.due_at == due_at(
        from_july, category.days_to_due, country=home.country, region=home.region, timezone=home.timezone
    )
    assert report.first_answer_due_at < from_july


def test_its_reporter_reads_it_with_the_day(make_report, clock, client, state):
    from app.models.links import follow_path

    clock.now = JUNE
    report = make_report(category="lamp_dark")
    page = client.get(follow_path(report, secret=state.secret), headers={"accept-language": "nb"}).text
    assert "Vi samler opp de mørke" in page
    assert "21. juli 2027" in page
    clock.now = datetime(2027, 8, 1, 12, tzinfo=UTC)
    assert "Vi samler opp" not in client.get(follow_path(report, secret=state.secret)).text
