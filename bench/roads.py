"""Whose road a place is at, from our own lines and kept answers, and who gets the report: at 50,000 lamps beside 500.

Both databases hold the same roads, lamps and kept answers in the street that is asked about; what is more lies around.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import psycopg
from sqlalchemy.orm import Session

from app.db import make_engine, make_session_factory
from app.queries.surroundings import surroundings
from app.services.whose_road import road_at
from bench.filling import NEAR, fill
from bench.harness import Environment, Row, Server, ask, milliseconds, seconds_in_turn
from bench.map import LARGE, SMALL

# As many pieces of road as a municipality has for so many lamps.
FEW_LAMPS, MANY_LAMPS = 500, 50_000
FEW, MANY = 200, 20_000
GROWTH = 1.3
TIMES = 400
_STEPS = itertools.count(1)

_ROADS = f"""
INSERT INTO road (source_ref, name, ref, owner, line)
SELECT 'bench-' || n, 'Storgata', 'FV862', 'county', ST_SetSRID(ST_MakeLine(
    ARRAY[ST_MakePoint(lon, lat), ST_MakePoint(lon + 0.0004, lat + 0.0002), ST_MakePoint(lon + 0.0007, lat)]), 4326)
FROM (SELECT n, CASE WHEN n <= {FEW} THEN {NEAR.south} + (n %% 25) * 0.0002 ELSE 69.2 + x * 0.37 END AS lat,
             CASE WHEN n <= {FEW} THEN {NEAR.west} + (n / 25) * 0.0018 ELSE 17.6 + y * 1.1 END AS lon
      FROM (SELECT n, abs(hashint4(n)) %% 1000000 / 1e6 AS x, abs(hashint4(-n)) %% 1000000 / 1e6 AS y
            FROM generate_series(1, %(size)s) n) one) two
"""
_LAMPS = f"""
INSERT INTO asset (kind, source_ref, lat, lon, owner, road_owner)
SELECT 'lamp', 'bench-' || n,
    CASE WHEN n <= {FEW_LAMPS} THEN {NEAR.south} + (n %% 25) * 0.0002 ELSE 69.2 + abs(hashint4(n)) %% 370000 / 1e6 END,
    CASE WHEN n <= {FEW_LAMPS} THEN {NEAR.west} + (n / 25) * 0.0007
         ELSE 17.6 + abs(hashint4(-n)) %% 1100000 / 1e6 END,
    'municipality', 'unknown'
FROM generate_series(1, %(size)s) n
"""
_ANSWERS = """
INSERT INTO register_answer (kind, key, answer, asked_at)
SELECT 'road', (69.2 + n / 1e6) || ',18.9', '{"owner": "county", "ref": "FV862 S1D1 m1"}', now()
FROM generate_series(1, %(size)s * 5) n
"""


def rows(environment: Environment) -> list[Row]:
    """The facts through our own function; the sentence for the resident through the whole server."""
    small, large = environment.database("small"), environment.database("large")
    for url, reports, roads, lamps in ((small, SMALL, FEW, FEW_LAMPS), (large, LARGE, MANY, MANY_LAMPS)):
        fill(url, reports)
        _fill_roads(url, roads, lamps)
    with _session(small) as few, _session(large) as many:
        found = _row("owner of the nearest road", _looking(few), _looking(many), times=TIMES)
    with environment.gatami(small) as few_server, environment.gatami(large) as many_server:
        asked = _row("who gets it, as the form asks", _asking(few_server), _asking(many_server), times=100)
    return [found, asked]


def _fill_roads(url: str, roads: int, lamps: int) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(_ROADS, {"size": roads})
        # Another measurement may have put up as many.
        if connection.execute("SELECT EXISTS (SELECT FROM asset)").fetchone() == (False,):
            connection.execute(_LAMPS, {"size": lamps})
        connection.execute(_ANSWERS, {"size": roads})
        for table in ("road", "asset", "register_answer"):
            connection.execute(f"VACUUM ANALYZE {table}")


def _session(url: str) -> Session:
    return make_session_factory(make_engine(url, pool_size=1))()


def _looking(session: Session) -> Callable[[int], None]:
    def once(attempt: int) -> None:
        dice = random.Random(attempt)  # The same places in both.
        lat, lon = dice.uniform(NEAR.south, NEAR.south + 0.0048), dice.uniform(NEAR.west, NEAR.west + 0.014)
        road = road_at(surroundings(session, lat=lat, lon=lon), None)
        assert road.owner in {"county", "unknown"}

    return once


def _asking(server: Server) -> Callable[[int], None]:
    connection = server.connect()

    def once(_: int) -> None:
        lat = NEAR.south + 0.0024 + next(_STEPS) / 1e7
        status, body = ask(connection, "GET", f"/here?category=pothole&lat={lat:.7f}&lon={NEAR.west + 0.0072:.4f}")
        assert status == 200
        assert b'id="who"' in body

    return once


def _row(name: str, few: Callable[[int], None], many: Callable[[int], None], *, times: int) -> Row:
    seconds_in_turn([few, many], times=30)
    small, large = seconds_in_turn([few, many], times=times)
    ratio = large / small
    return Row(
        f"{name}, {MANY_LAMPS:,} lamps, {LARGE:,} reports",
        milliseconds(large),
        f"{milliseconds(small)} at {FEW_LAMPS} and {SMALL:,}",
        ratio,
        f"<= {GROWTH}",
        ratio <= GROWTH,
    )
