"""Words for people: how long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.text import show_ago, show_clock_on, translate

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "1 minutt"), (64, "1 minutt"), (150, "2 minutter"), (3 * 86_400, "3 døgn")]
)
def test_how_long_ago_is_never_counted_in_seconds(seconds: int, said: str) -> None:
    assert show_ago(NOW - timedelta(seconds=seconds), "nb", now=NOW) == said


def test_a_time_of_another_day_says_which_day() -> None:
    """Midnight is where people live: 23:30 UTC is half past midnight the next day."""
    assert show_clock_on(NOW, "nb", day=NOW.date()) == "13:00"
    late = NOW.replace(hour=23, minute=30)
    assert show_clock_on(late, "nb", day=NOW.date()) == "fre. 16. jan. 00:30"
    assert show_clock_on(late, "en", day=NOW.date()) == "Fri 16 Jan 00:30"


@pytest.mark.parametrize("lang", ["nb", "nn"])
def test_sending_a_round_out_has_one_word(lang: str) -> None:
    assert translate("Release", lang) == "Send ut"
    assert translate("Take the release back", lang) == "Trekk tilbake"
    said = translate("The round is released. The crew has it, and people hear on which day somebody comes.", lang)
    assert "send" in said.lower()
