"""Limits: generous to a school behind one address, right when many come at once, and blind to who they count."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from app.db import transaction
from app.errors import TooMany
from app.models import LimitBucket
from app.services.limits import Count, check_limits, counted_address, limits_of
from app.text import say
from tests.application import SECRET

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def take(state, settings, clock):
    """`take("report", "203.0.113.7")`: True when it was let through, else what was raised."""

    def take(kind: str, who: str) -> bool | TooMany:
        try:
            check_limits(
                state.session_factory, [Count(kind, who)], settings=settings, secret=SECRET, zone=OSLO, at=clock()
            )
        except TooMany as refused:
            return refused
        return True

    return take


def test_a_class_of_sixty_reports_at_once_and_the_next_is_told_when_to_come_back(take, clock):
    assert all(take("report", "203.0.113.7") is True for _ in range(60))
    refused = take("report", "203.0.113.7")
    assert isinstance(refused, TooMany)
    assert refused.retry_after == 30
    # Noon in Tromsø and half a minute, said to the next full minute.
    assert "at 12:01" in say(refused, "en")
    clock.pass_(seconds=29)
    assert isinstance(take("report", "203.0.113.7"), TooMany)
    clock.pass_(seconds=1)
    assert take("report", "203.0.113.7") is True


@pytest.mark.parametrize(("zone", "told"), [("Atlantic/Faroe", "11:01"), ("Europe/Helsinki", "13:01")])
def test_the_time_to_come_back_is_the_municipalitys_own(state, settings, clock, zone, told):
    many = [Count("report", "203.0.113.7", 60)]
    given = {"settings": settings, "secret": SECRET, "zone": ZoneInfo(zone)}
    check_limits(state.session_factory, many, **given, at=clock())
    with pytest.raises(TooMany) as refused:
        check_limits(state.session_factory, [Count("report", "203.0.113.7")], **given, at=clock())
    assert f"at {told}" in say(refused.value, "en")


def test_a_school_that_was_refused_has_its_sixty_again_after_half_an_hour_and_no_more(take, clock):
    for _ in range(61):
        take("report", "203.0.113.7")
    clock.pass_(hours=5)
    assert sum(take("report", "203.0.113.7") is True for _ in range(70)) == 60


def test_neighbours_and_kinds_have_buckets_of_their_own(take):
    for _ in range(61):
        take("report", "203.0.113.7")
    assert take("report", "203.0.113.8") is True
    assert take("photo", "203.0.113.7") is True


def test_an_address_may_be_used_ten_times_an_hour_and_thirty_times_a_day(take, clock):
    sent = 0
    for _ in range(6):
        sent += sum(take("report_email", "nina@example.com") is True for _ in range(12))
        clock.pass_(hours=1)
    assert 30 <= sent <= 37


def test_a_refusal_takes_nothing_from_the_other_bucket(state, settings, clock, take):
    both = [Count("report", "203.0.113.7"), Count("report_email", "nina@example.com")]
    for _ in range(10):
        check_limits(state.session_factory, both, settings=settings, secret=SECRET, zone=OSLO, at=clock())
    for _ in range(100):
        with pytest.raises(TooMany, match="without the address"):
            check_limits(state.session_factory, both, settings=settings, secret=SECRET, zone=OSLO, at=clock())
    assert take("report", "203.0.113.7") is True


def test_a_clock_that_goes_back_gives_nothing_away_and_takes_nothing(take, clock):
    assert all(take("report", "203.0.113.7") is True for _ in range(59))
    clock.pass_(hours=-3)
    assert take("report", "203.0.113.7") is True
    assert isinstance(take("report", "203.0.113.7"), TooMany)


def test_a_limit_of_zero_is_none(state, settings, clock):
    free = settings.model_copy(update={"limit_reports_per_hour": 0})
    for _ in range(300):
        check_limits(
            state.session_factory, [Count("report", "203.0.113.7")], settings=free, secret=SECRET, zone=OSLO, at=clock()
        )
    assert limits_of(free)["report"] == ()


def test_neither_network_nor_address_stands_in_the_table(take, session):
    take("report", "203.0.113.7")
    take("report_email", "nina@example.com")
    kept = " ".join(session.scalars(select(LimitBucket.key)))
    assert "203.0" not in kept
    assert "nina" not in kept
    assert session.scalar(text("SELECT relpersistence FROM pg_class WHERE relname = 'limit_bucket'")) == "u"


@pytest.mark.parametrize(
    ("written", "counted"),
    [(" Nina@Example.com ", "nina@example.com"), ("nina+1@example.com", "nina@example.com"), ("x", "@x")],
)
def test_another_spelling_is_no_other_mailbox(written, counted):
    assert counted_address(written) == counted


@pytest.mark.realdb
def test_of_eighty_at_once_exactly_sixty_are_let_through(real_session_factory, settings, clock):
    together = Barrier(16)

    def send(_: int) -> str:
        found = []
        together.wait()
        for _ in range(5):
            try:
                check_limits(
                    real_session_factory,
                    [Count("report", "::1")],
                    settings=settings,
                    secret=SECRET,
                    zone=OSLO,
                    at=clock(),
                )
                found.append("through")
            except TooMany:
                found.append("refused")
        return found

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(word for words in pool.map(send, range(16)) for word in words)
    assert answers == {"through": 60, "refused": 20}


@pytest.mark.realdb
def test_many_with_several_buckets_never_wait_for_each_other_in_a_circle(real_session_factory, settings, clock):
    free = settings.model_copy(update={"limit_reports_per_hour": 10_000, "limit_reports_per_email": 10_000})
    who = [("a", "one@x.example"), ("b", "one@x.example"), ("b", "two@x.example"), ("a", "two@x.example")]

    def send(number: int) -> None:
        for turn in range(10):
            network, email = who[(number + turn) % 4]
            counts = [Count("report", network), Count("report_email", email)]
            check_limits(real_session_factory, counts, settings=free, secret=SECRET, zone=OSLO, at=clock())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    with transaction(real_session_factory) as session:
        assert (
            session.scalar(text("SELECT sum(10000 - tokens) FROM limit_bucket WHERE key LIKE 'report_email:0%'")) == 80
        )
