"""How much one sender may send: a bucket of tokens for each, kept in the database, so that all processes agree.

A bucket holds `burst` tokens and gets `per_hour` new ones; whoever finds it empty is told when to come back.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.db import SessionFactory, driver, short_work
from app.errors import N_, TooMany
from app.models.address import ascii_address
from app.settings import Settings

TOO_MANY = N_("Too much has come from your network in a short time. Please try again at %(time)s.")
TOO_MANY_REPORTS = N_(
    "Many reports have come from your network in a short time. Please try again at %(time)s. "
    "Is it urgent? Then phone us."
)
TOO_MANY_OF_ADDRESS = N_(
    "Many reports have come with this e-mail address. Try again at %(time)s, or send the report without the address."
)

# Of one report and from one network: more "mine too" than a household and its visitors send are not counted.
SUPPORT_HERE = "support_here"
MOST_HERE = 5

# One statement, so that of two requests at once each takes a token of its own: the second waits for the first's row.
# It gives a row when a token was there, and none otherwise.
TAKE = """
INSERT INTO limit_bucket AS bucket (key, tokens, at) VALUES (%(key)s, %(burst)s - %(n)s, %(at)s)
ON CONFLICT (key) DO UPDATE SET
    tokens = least(%(burst)s, bucket.tokens + greatest(0, extract(epoch FROM excluded.at - bucket.at)) * %(rate)s)
        - %(n)s,
    at = greatest(bucket.at, excluded.at)
WHERE least(%(burst)s, bucket.tokens + greatest(0, extract(epoch FROM excluded.at - bucket.at)) * %(rate)s) >= %(n)s
RETURNING 1
"""
LEFT = """
SELECT tokens + greatest(0, extract(epoch FROM %(at)s - at)) * %(rate)s FROM limit_bucket WHERE key = %(key)s
"""


@dataclass(frozen=True)
class Limit:
    """`burst` at once and `per_hour` in the long run; a refused sender reads `sentence`, which names the %(time)s."""

    burst: float
    per_hour: float
    sentence: str = TOO_MANY


@dataclass(frozen=True)
class Count:
    """Tokens to be taken: of which kind, from whom (a network, an e-mail address), and how many."""

    kind: str
    who: str
    tokens: int = 1


def limits_of(settings: Settings) -> dict[str, tuple[Limit, ...]]:
    """The table of limits by kind; a setting of 0 switches one off.

    They are for a school or a town hall behind one address, where a class of thirty reports in the same lesson.
    """
    reports, email = settings.limit_reports_per_hour, settings.limit_reports_per_email
    table = {
        "report": (Limit(reports / 2, reports, TOO_MANY_REPORTS),),
        "report_email": (
            Limit(email, email, TOO_MANY_OF_ADDRESS),
            Limit(email * 3, email * 3 / 24, TOO_MANY_OF_ADDRESS),
        ),
        "photo": (Limit(settings.limit_photos_per_hour / 2, settings.limit_photos_per_hour),),
        "support": (Limit(settings.limit_support_per_hour / 2, settings.limit_support_per_hour),),
        "sign_in": (Limit(settings.limit_sign_in_per_hour / 2, settings.limit_sign_in_per_hour),),
        "search": (Limit(settings.limit_searches_per_hour / 6, settings.limit_searches_per_hour),),
    }
    return {kind: tuple(one for one in found if one.per_hour > 0) for kind, found in table.items()}


def check_limits(
    factory: SessionFactory,
    counts: Iterable[Count],
    *,
    settings: Settings,
    secret: bytes,
    zone: ZoneInfo,
    at: datetime,
) -> None:
    """Take the tokens from all buckets, or none. Raises TooMany, with `retry_after` in seconds and `kind` in params.

    The time to come back is said by the clocks of `zone`.
    Beside the request's own transaction: what was counted stays counted when the request itself is rolled back, and
    nobody waits for the bucket until somebody else's report is stored. The table is not logged, so that its commit
    waits for no disk.
    """
    table = limits_of(settings)
    # In the order of the keys, so that two requests never wait for each other's second bucket.
    wanted = sorted(
        (
            (_key(count, number, secret=secret), limit, count)
            for count in counts
            for number, limit in enumerate(table[count.kind])
        ),
        key=lambda one: one[0],
    )
    if not wanted:
        return
    with short_work(factory) as connection, connection.transaction() if len(wanted) > 1 else nullcontext():
        for key, limit, count in wanted:
            most = max(float(count.tokens), limit.burst)
            asked = {"key": key, "burst": most, "rate": limit.per_hour / 3600, "at": at, "n": count.tokens}
            if connection.execute(TAKE, asked).fetchone() is None:
                left = connection.execute(LEFT, asked).fetchone()
                raise _too_many(limit, count, left=left[0] if left else 0.0, zone=zone, at=at)


def take_now(session: Session, key: str, *, burst: float, per_hour: float, at: datetime) -> bool:
    """Take one token in the caller's own transaction: whoever wants one of the same bucket waits for its end."""
    asked = {"key": key, "burst": burst, "rate": per_hour / 3600, "at": at, "n": 1}
    return driver(session).execute(TAKE, asked).fetchone() is not None


def counts_here(session: Session, network: str, report_id: int, *, secret: bytes, at: datetime) -> bool:
    """Whether one more "mine too" from this network counts for the report: five at once, and five a day after that.

    In the caller's transaction, as `take_now`.
    """
    key = _key(Count(SUPPORT_HERE, f"{network}\x00{report_id}"), 0, secret=secret)
    return take_now(session, key, burst=MOST_HERE, per_hour=MOST_HERE / 24, at=at)


def counted_address(email: str) -> str:
    """Whose mailbox an address is: spelling and what stands behind a plus make no other one."""
    name, _, domain = ascii_address(email).lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _key(count: Count, number: int, *, secret: bytes) -> str:
    """A keyed hash: neither network nor e-mail address can be read from the table, or found by trying all of them."""
    mac = hmac.new(secret, f"limit\x00{count.who}".encode(), hashlib.sha256).hexdigest()
    return f"{count.kind}:{number}:{mac[:40]}"


def _too_many(limit: Limit, count: Count, *, left: float, zone: ZoneInfo, at: datetime) -> TooMany:
    wait = max(1, math.ceil((count.tokens - left) * 3600 / limit.per_hour))
    # The next full minute: nobody waits for a second that a clock on the wall does not show.
    ready = (at + timedelta(seconds=wait + 59)).astimezone(zone).replace(second=0)
    return TooMany(limit.sentence, retry_after=wait, time=f"{ready:%H:%M}", kind=count.kind)
