"""Until which day something is kept: whole days where people live, months of different length, leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.keeping import cutoff, last_day

OSLO = ZoneInfo("Europe/Oslo")


def at(text: str) -> datetime:
    """A time of day in Oslo."""
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize(
    ("closed", "months", "expected"),
    [
        ("2026-11-30T12:00", 12, date(2027, 11, 30)),
        ("2028-02-29T12:00", 12, date(2029, 2, 28)),
        ("2027-02-28T12:00", 12, date(2028, 2, 28)),
        ("2026-08-31T12:00", 6, date(2027, 2, 28)),
        ("2026-12-31T23:59", 1, date(2027, 1, 31)),
        # Half past midnight in Oslo is the evening before in UTC.
        ("2026-07-01T00:30", 1, date(2026, 8, 1)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(closed, months, expected):
    assert last_day(at(closed), zone=OSLO, months=months) == expected


def test_it_goes_when_its_last_day_is_over_where_people_live():
    closed = at("2026-03-31T18:00")
    day = last_day(closed, zone=OSLO, days=30)
    assert day == date(2026, 4, 30)
    evening, midnight = at("2026-04-30T23:59"), at("2026-05-01T00:00")
    assert not closed < cutoff(evening, zone=OSLO, days=30)
    assert closed < cutoff(midnight, zone=OSLO, days=30)


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),
    away=st.integers(-6000, 6000),
    length=st.sampled_from([(1, 0), (6, 0), (12, 0), (24, 0), (0, 1), (0, 30), (0, 90)]),
)
def test_what_the_page_says_and_what_the_sweep_does_are_the_same(now, away, length):
    months, days = length
    before = cutoff(now, zone=OSLO, months=months, days=days)
    since = before + timedelta(minutes=away)
    gone = last_day(since, zone=OSLO, months=months, days=days) < now.astimezone(OSLO).date()
    assert (since < before) == gone
