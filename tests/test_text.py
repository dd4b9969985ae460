"""Words for people: how long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.text import show_ago

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "1 minutt"), (64, "1 minutt"), (150, "2 minutter"), (3 * 86_400, "3 døgn")]
)
def test_how_long_ago_is_never_counted_in_seconds(seconds: int, said: str) -> None:
    assert show_ago(NOW - timedelta(seconds=seconds), "nb", now=NOW) == said
