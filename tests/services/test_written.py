"""When a report was written: what is believed of a phone's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app.models import Report
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from app.services.written import LONGEST_WAIT, WRONG_CLOCK, believed, read_moment
from tests.application import NOON, STORGATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.routing import Rules
    from tests.application import Clock


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05T21:10:00.123Z", datetime(2026, 1, 5, 21, 10, 0, 123000, UTC)),
        ("2026-01-05T22:10:00+01:00", datetime(2026, 1, 5, 21, 10, tzinfo=UTC)),
        (" 2026-01-05T21:10:00Z ", datetime(2026, 1, 5, 21, 10, tzinfo=UTC)),
        ("2026-01-05T21:10:00", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_only_a_moment_that_says_where_its_clock_stood_is_read(text: str, moment: datetime | None) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("before", "stored", "wrong"),
    [
        (None, None, False),
        (timedelta(hours=10), timedelta(hours=10), False),
        (timedelta(days=29), timedelta(days=29), False),
        (timedelta(days=90), LONGEST_WAIT, True),
        (-timedelta(minutes=2), None, False),
        (-timedelta(days=400), None, True),
    ],
    ids=["not given", "last night", "weeks ago", "too long ago", "a little fast", "a year ahead"],
)
def test_a_time_is_at_most_30_days_back_and_never_ahead(
    before: timedelta | None, stored: timedelta | None, wrong: bool
) -> None:
    given = None if before is None else NOON - before
    expected = None if stored is None else NOON - stored
    assert believed(given, at=NOON) == (expected, wrong)


@pytest.fixture
def send(session: Session, rules: Rules, clock: Clock) -> Callable[..., Report]:
    def submit(key: str | None = None, **given: object) -> Report:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1], **given)  # type: ignore[arg-type]
        return submit_report(session, draft, rules=rules, at=clock(), idempotency_key=key)

    return submit


def test_the_due_date_counts_from_receipt(send: Callable[..., Report], clock: Clock) -> None:
    late, now = send(written_at=clock() - timedelta(days=10)), send()
    assert late.due_at == now.due_at
    assert late.created_at == clock()
    assert late.written_at == clock() - timedelta(days=10)


def test_the_desk_is_told_that_a_clock_was_wrong(send: Callable[..., Report], clock: Clock) -> None:
    assert send(written_at=clock() + timedelta(days=2)).flags == [WRONG_CLOCK]
    assert send(written_at=clock() - timedelta(days=2)).flags == []


def test_the_same_report_with_the_time_it_was_written_is_the_same_report(
    send: Callable[..., Report], clock: Clock
) -> None:
    first = send("form:abc")
    clock.pass_(days=3)
    assert send("form:abc", written_at=clock() - timedelta(days=3)) is first
