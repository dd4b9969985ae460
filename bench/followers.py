"""100,000 people follow places: who is to hear of one new report, and the digest run for all, killed at times."""

from __future__ import annotations

import random
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy.orm import Session

from app.db import PROJECT, make_engine
from app.queries.place_followers import Happening, followers_of, note_news
from bench.harness import Environment, Row, milliseconds, seconds_in_turn

FEW, MANY = 10_000, 100_000
# Sending to all of them takes as long as mail servers do; memory and pace are known after this many seconds, and that
# nothing is lost, from a run to its end for fewer.
SECONDS, TO_THE_END = 25.0, 400
TIMES, MORE_THAN_BARE, MORE_MEMORY, KILLS = 40, 1.3, 1.1, 4
NOW = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
MORNING = NOW + timedelta(days=1)
PLACE = Happening(kind="new", lat=69.6600, lon=18.9500, group="lamps", nearest_address="Storgata 5")

# Circles over the town, most of them small, as people draw them; a tenth of them streets.
_FOLLOWS = """
INSERT INTO place_follow (nonce, email, lat, lon, radius, street, shape, groups, weekday, created_at, asked_at,
    confirmed_at)
SELECT md5(n::text), 'follower' || n || '@example.org', lat, lon, radius,
    CASE WHEN n % {streets} = 0 THEN 'Gate ' || n % 500 END, ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography,
    CASE WHEN n % 3 = 0 THEN ARRAY['lamps', 'road'] END, NULL, '{now}', '{now}', '{now}'
FROM (SELECT n, 69.60 + (abs(hashint4(n)) % 100000) / 1e6 AS lat, 18.80 + (abs(hashint4(n + 7)) % 300000) / 1e6 AS lon,
    CASE WHEN n % {streets} = 0 THEN 30
        ELSE ({least} * (3000.0 / {least}) ^ ((abs(hashint4(n + 13)) % 1000) / 1000.0))::int END AS radius
    FROM generate_series(1, {size}) n) one
"""
_REPORTS = """
INSERT INTO report (reference, nonce, version, category_code, status, private, lat, lon, road_owner, asset_owner,
    description, text_public, answers, proposal_reason, channel, flags, created_at, changed_at)
SELECT '2026' || lpad(n::text, 7, '0'), md5(n::text), 1, 'lamp_dark', 'new', false, lat, lon, 'unknown', 'unknown',
    'The same words in each of them, as long as people write.', true, '[]', '[]', 'web', '{{}}', '{now}', '{now}'
FROM (SELECT n, 69.60 + (abs(hashint4(n + 3)) % 100000) / 1e6 AS lat,
    18.80 + (abs(hashint4(n + 5)) % 300000) / 1e6 AS lon FROM generate_series(1, {reports}) n) one
"""
# Each follower has something to be told: what happened in all of the town.
_EVENTS = """
INSERT INTO place_event (report_id, kind, update_id, at) SELECT id, 'new', 0, '{now}' FROM report ORDER BY id;
INSERT INTO place_news SELECT id, '{due}' FROM place_follow;
INSERT INTO place_watch VALUES (1, 0, 0, '{now}', 0);
"""
# What somebody would write who has only this question.
_BARE = """
SELECT id FROM place_follow
WHERE reach && ST_SetSRID(ST_MakePoint(18.95, 69.66), 4326)
    AND confirmed_at IS NOT NULL AND ended_at IS NULL AND bounced_at IS NULL
    AND (groups IS NULL OR 'lamps' = ANY (groups))
    AND ST_DWithin(shape, ST_SetSRID(ST_MakePoint(18.95, 69.66), 4326)::geography, radius)
"""
# The truth, without any index.
_ALL = """
SELECT id FROM place_follow WHERE (groups IS NULL OR 'lamps' = ANY (groups))
    AND ST_Distance(shape, ST_SetSRID(ST_MakePoint(18.95, 69.66), 4326)::geography) <= radius
"""


@dataclass(frozen=True)
class Ran:
    """Digest runs: seconds for each mail, peak memory in MB, what was sent, and what still waits or nobody knows."""

    each: float
    peak: float
    mails: int
    items: int
    waiting: int
    unknown: int


def rows(environment: Environment) -> list[Row]:
    """Matching at 100,000; then the run for 10,000 and for 100,000, and one to its end, killed at times."""
    url = environment.database("followers")
    _fill(url, MANY, least=50, streets=10)
    found = _matching(url)
    few, many, whole = (_prepared(environment, size) for size in (FEW, MANY, TO_THE_END))
    small = _run(*few, FEW, seconds=SECONDS)
    # Killed while it begins the digests, and then while it sends them.
    large = _run(*many, MANY, seconds=SECONDS, kills=2)
    killed = _run(*many, MANY, seconds=5, kills=2, before=2)
    end = _run(*whole, TO_THE_END, seconds=3600, kills=KILLS, within=TO_THE_END // (KILLS + 2))
    assert end.waiting == 0
    memory = large.peak / small.peak
    return [
        *found,
        Row(
            f"digest run, {MANY:,} followers due: peak memory after {large.mails:,} mails",
            f"{large.peak:.0f} MB", f"{small.peak:.0f} MB at {FEW:,}", memory, f"<= {MORE_MEMORY}",
            memory <= MORE_MEMORY,
        ),
        Row(
            "the same: time for each mail", milliseconds(large.each), f"{milliseconds(small.each)} at {FEW:,}", None,
            "", ok=True,
        ),
        Row(
            f"{MANY:,} followers due, 4 kills -9, {killed.items:,} reports told: twice or lost",
            "0", f"{killed.unknown} mails unknown", None, "0", ok=True,
        ),
        Row(
            f"{TO_THE_END:,} followers to the end, {KILLS} kills -9, {end.items:,} reports told: twice or lost",
            "0", f"{end.unknown} mails unknown", None, "0", ok=True,
        ),
    ]  # fmt: skip


def _prepared(environment: Environment, size: int) -> tuple[Path, str]:
    url = environment.database(f"followers_{size}")
    _fill(url, size, least=1200, streets=size * 2)
    return environment.folder / str(size), url


def _fill(url: str, size: int, *, least: int, streets: int) -> None:
    due = (MORNING - timedelta(hours=1)).isoformat()
    given = {"size": size, "least": least, "streets": streets, "reports": 200, "now": NOW.isoformat(), "due": due}
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for statement in (_FOLLOWS, _REPORTS, _EVENTS):
            connection.execute(statement.format(**given))
        connection.execute("VACUUM ANALYZE")


def _matching(url: str) -> list[Row]:
    due = dict.fromkeys((None, *range(7)), MORNING)
    with Session(make_engine(url)) as session, psycopg.connect(_plain(url)) as bare:
        mine = followers_of(session, PLACE)
        assert sorted(mine) == sorted(_ids(bare, _ALL)), "the index must not hide anybody"
        found = [
            lambda _: followers_of(session, PLACE),
            lambda _: _ids(bare, _BARE),
        ]
        ours, theirs = _timed(found)
        noted, wrote = _timed(
            [
                lambda _: _undone(session, lambda: note_news(session, PLACE, due=due)),
                lambda _: _undone(bare, lambda: bare.execute(_INSERT)),
            ]
        )
    return [
        _row(f"one new report among {MANY:,} followers: {len(mine):,} found", ours, theirs),
        _row("the same, noted for their digests", noted, wrote),
    ]


_INSERT = f"""
INSERT INTO place_news (follow_id, due_at) SELECT id, '{MORNING.isoformat()}' FROM ({_BARE}) found
ON CONFLICT DO NOTHING
"""


def _ids(connection: psycopg.Connection[Any], statement: str) -> list[int]:
    return [row[0] for row in connection.execute(statement.encode())]


def _undone(held: Session | psycopg.Connection[Any], act: Callable[[], object]) -> None:
    """Noted as for the first time, each time."""
    act()
    held.rollback()


def _timed(actions: Sequence[Callable[[int], object]]) -> list[float]:
    seconds_in_turn(list(actions), times=8)
    return seconds_in_turn(list(actions), times=TIMES)


def _row(name: str, ours: float, bare: float) -> Row:
    ratio = ours / bare
    wanted = f"<= {MORE_THAN_BARE}"
    return Row(name, milliseconds(ours), f"{milliseconds(bare)} bare SQL", ratio, wanted, ratio <= MORE_THAN_BARE)


def _run(
    folder: Path, url: str, size: int, *, seconds: float, kills: int = 0, before: int = 0, within: int | None = None
) -> Ran:
    """Run it, killed at random moments and begun again; then look at what the mail server took.

    A run that is to end may be over before any fixed time, so it is killed `within` so many mails of its own.
    """
    folder.mkdir(exist_ok=True)
    sink, peak, left = folder / "sink", 0.0, kills
    chance = random.Random(7)
    while True:
        command = [sys.executable, "-m", "bench.follower_run", url, str(sink), MORNING.isoformat(), str(seconds)]
        with subprocess.Popen(command, cwd=PROJECT) as process:
            enough = _past(chance.uniform(6, 12)) if within is None else _sent(sink, chance.randrange(1, within))
            peak = max(peak, _watch(process, kill_when=enough if left else None))
        if process.returncode == 0:
            assert left == 0, f"{left} kills came too late"
            return _checked(sink, url, size, kills=kills + before, peak=peak)
        assert process.returncode == -signal.SIGKILL, process.returncode
        left -= 1


def _past(seconds: float) -> Callable[[], bool]:
    until = time.perf_counter() + seconds
    return lambda: time.perf_counter() > until


def _sent(sink: Path, mails: int) -> Callable[[], bool]:
    """Whether so many more have gone out than had when this was asked for."""
    wanted = _lines(sink) + mails
    return lambda: _lines(sink) >= wanted


def _lines(sink: Path) -> int:
    return sink.read_bytes().count(b"\n") if sink.exists() else 0


def _watch(process: subprocess.Popen[bytes], *, kill_when: Callable[[], bool] | None) -> float:
    """The most memory that it had, in MB."""
    peak = 0.0
    while process.poll() is None:
        time.sleep(0.01)
        peak = max(peak, _peak_of(process.pid))
        if kill_when is not None and kill_when():
            process.kill()
            process.wait()
    return peak


def _peak_of(pid: int) -> float:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def _checked(sink: Path, url: str, size: int, *, kills: int, peak: float) -> Ran:
    """No mail and no report twice, none lost: but for those of which nobody knows, one for each kill at the most."""
    taken = [orjson.loads(line) for line in sink.read_bytes().splitlines()]
    told = Counter((one["to"], report) for one in taken for report in one["reports"])
    assert max(Counter(one["id"] for one in taken).values()) == 1, "no mail twice"
    assert max(told.values()) == 1, "no report twice"
    with psycopg.connect(_plain(url)) as connection:
        states: Counter[str] = Counter(
            dict(connection.execute("SELECT state, count(*) FROM place_mail GROUP BY 1").fetchall())
        )
        (due,) = connection.execute(_DUE).fetchone() or (0,)
    waiting, unknown = states["pending"], states["unknown"] + states["sending"]
    assert states.total() == size, states
    assert states["sent"] <= len(taken) <= states["sent"] + unknown, (states, len(taken))
    assert unknown <= kills, states
    assert waiting or due - len(taken) <= unknown, (due, len(taken), states)
    each = statistics.median(later["at"] - one["at"] for one, later in pairwise(taken))
    return Ran(each, peak, len(taken), told.total(), waiting, unknown)


# Who is to be told anything at all, counted without our code.
_DUE = """
SELECT count(*) FROM place_follow f WHERE (groups IS NULL OR 'lamps' = ANY (groups)) AND EXISTS (
    SELECT FROM report r WHERE ST_DWithin(r.position, f.shape, f.radius))
"""


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)
