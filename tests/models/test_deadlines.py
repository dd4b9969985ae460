from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.models.deadlines import due_at

OSLO = "Europe/Oslo"


def due(received: str, days: int, *, country: str = "NO", timezone: str = OSLO, region: str | None = None) -> str:
    moment = datetime.fromisoformat(received).replace(tzinfo=ZoneInfo(timezone))
    answer = due_at(moment.astimezone(UTC), days, country=country, timezone=timezone, region=region)
    assert answer.tzinfo is UTC
    return answer.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("received", "days", "expected"),
    [
        ("2026-01-12T09:00", 1, "2026-01-13T16:00"),
        ("2026-01-12T23:59", 1, "2026-01-13T16:00"),
        ("2026-01-13T00:00", 1, "2026-01-14T16:00"),
        ("2026-01-16T09:00", 1, "2026-01-19T16:00"),  # Friday to Monday.
        ("2026-01-17T09:00", 1, "2026-01-19T16:00"),  # Saturday to Monday.
        ("2026-01-12T09:00", 10, "2026-01-26T16:00"),
        ("2026-04-01T09:00", 1, "2026-04-07T16:00"),  # Over Easter: Thursday to Monday are holidays.
        ("2026-04-30T09:00", 1, "2026-05-04T16:00"),  # The first of May.
        ("2026-05-15T09:00", 1, "2026-05-18T16:00"),  # The seventeenth is a Sunday.
        (
            "2026-12-23T09:00",
            2,
            "2026-12-28T16:00",
        ),  # Christmas Eve is a working day, the two days after are not.
        ("2026-12-31T09:00", 1, "2027-01-04T16:00"),
    ],
)
def test_days_count_from_the_day_after_receipt_and_skip_weekends_and_holidays(received, days, expected):
    assert due(received, days) == expected


def test_the_end_of_the_day_is_local_also_when_the_clocks_change():
    assert due("2026-03-27T09:00", 1) == "2026-03-30T16:00"
    assert due("2026-10-23T09:00", 1) == "2026-10-26T16:00"


def test_a_report_late_in_the_evening_counts_by_the_local_day_and_not_by_utc():
    assert due("2026-07-02T00:30", 1) == "2026-07-03T16:00"


def test_other_countries_have_their_own_holidays():
    assert due("2026-07-02T09:00", 1, country="US", timezone="America/New_York") == "2026-07-06T16:00"
    assert due("2026-07-31T09:00", 1, country="CH", timezone="Europe/Zurich") == "2026-08-03T16:00"
    assert due("2026-05-15T09:00", 1, country="CH", timezone="Europe/Zurich", region="ZH") == "2026-05-18T16:00"
    assert due("2026-04-17T09:00", 1, country="US", timezone="America/New_York", region="MA") == "2026-04-21T16:00"
