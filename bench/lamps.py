"""The lamp a pin snaps to, by place and by number, and the lamps of the map: at 50,000 lamps beside 500.

Both databases hold the same 500 lamps, addresses and roads in the street that is asked about; what is more lies around.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import psycopg
from sqlalchemy.orm import Session

from app.db import make_engine, make_session_factory
from app.queries.surroundings import surroundings
from bench.filling import NEAR, fill
from bench.harness import Environment, Row, Server, ask, milliseconds, seconds_in_turn
from bench.map import LARGE, SMALL

FEW, MANY = 500, 50_000
GROWTH = 1.3
TIMES = 400
_STEPS = itertools.count(1)

# The first 500 stand in the street, 25 m apart; the others all over the municipality.
_PLACES = f"""
SELECT n, n <= {FEW} AS near,
    CASE WHEN n <= {FEW} THEN {NEAR.south} + (n %% 25) * 0.0002 ELSE 69.2 + abs(hashint4(n)) %% 370000 / 1e6 END AS lat,
    CASE WHEN n <= {FEW} THEN {NEAR.west} + (n / 25) * 0.00075 ELSE 17.6 + abs(hashint4(-n)) %% 1100000 / 1e6 END AS lon
FROM generate_series(1, %(size)s) n
"""
_LAMPS = f"""
INSERT INTO asset (kind, source_ref, number, lat, lon, owner, road_owner, road_ref, street)
SELECT 'lamp', n::text, 'L-' || n, lat, lon, 'municipality', 'county', 'FV862', 'Storgata' FROM ({_PLACES}) p
"""
_ADDRESSES = f"""
INSERT INTO place (kind, source_ref, label, folded, words, lat, lon)
SELECT 'address', n::text, 'Storgata ' || n, 'storgata ' || n, 'storgata', lat, lon FROM ({_PLACES}) p
"""
_ROADS = f"""
INSERT INTO road (source_ref, name, ref, owner, line)
SELECT n::text, 'Storgata', 'FV862', 'county',
    ST_SetSRID(ST_MakeLine(ST_MakePoint(lon, lat), ST_MakePoint(lon + 0.0007, lat + 0.0001)), 4326)::geography
FROM ({_PLACES}) p WHERE n %% 5 = 0
"""
# One lamp in ten of the street is reported.
_REPORTED = """
UPDATE report SET asset_id = lamp.id
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM asset WHERE number ~ '^L-[1-5]?[0-9]?0$') lamp
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM report WHERE status = 'forwarded' LIMIT 50) open USING (n)
WHERE report.id = open.id
"""


def rows(environment: Environment) -> list[Row]:
    """Snapping through our own function; the map's lamps through the whole server."""
    small, large = environment.database("small"), environment.database("large")
    for url, reports, lamps in ((small, SMALL, FEW), (large, LARGE, MANY)):
        fill(url, reports)
        _fill_lamps(url, lamps)
    with _session(small) as few, _session(large) as many:
        found = [_snap("lamp, road and address at a place", few, many, lambda _: "")]
        found.append(_snap("the same with a number from the mast", few, many, lambda dice: f"l {dice.randint(1, FEW)}"))
    with environment.gatami(small) as few_server, environment.gatami(large) as many_server:
        return [*found, _map(few_server, many_server)]


def _fill_lamps(url: str, size: int) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        if connection.execute("SELECT EXISTS (SELECT FROM asset)").fetchone() == (True,):
            return
        for statement in (_LAMPS, _ADDRESSES, _ROADS):
            connection.execute(statement, {"size": size})
        connection.execute(_REPORTED)
        for table in ("asset", "place", "road", "report"):
            connection.execute(f"VACUUM ANALYZE {table}")


def _session(url: str) -> Session:
    return make_session_factory(make_engine(url, pool_size=1))()


def _snap(name: str, few: Session, many: Session, number: Callable[[random.Random], str]) -> Row:
    def look(session: Session) -> Callable[[int], None]:
        def once(attempt: int) -> None:
            dice = random.Random(attempt)  # The same places in both.
            lat, lon = dice.uniform(NEAR.south, NEAR.north - 0.0003), dice.uniform(NEAR.west, NEAR.east - 0.0005)
            around = surroundings(session, lat=lat, lon=lon, asset_kind="lamp", number=number(dice))
            assert around.address is not None

        return once

    actions = [look(few), look(many)]
    seconds_in_turn(actions, times=30)
    return _row(name, *seconds_in_turn(actions, times=TIMES))


def _map(few: Server, many: Server) -> Row:
    connections = [few.connect(), many.connect()]

    def look(connection) -> Callable[[int], None]:
        def once(_: int) -> None:
            west = NEAR.west - next(_STEPS) / 1e6
            status, body = ask(
                connection, "GET", f"/map/lamps.json?bbox={west:.6f},{NEAR.south},{NEAR.east},{NEAR.north}"
            )
            assert status == 200
            assert body.count(b'"number"') >= FEW - 50

        return once

    actions = [look(connection) for connection in connections]
    seconds_in_turn(actions, times=8)
    return _row("lamps of the map, about 500 of them", *seconds_in_turn(actions, times=60))


def _row(name: str, small: float, large: float) -> Row:
    ratio = large / small
    baseline = f"{milliseconds(small)} at {FEW} and {SMALL:,}"
    return Row(
        f"{name}, {MANY:,} lamps, {LARGE:,} reports",
        milliseconds(large),
        baseline,
        ratio,
        f"<= {GROWTH}",
        ratio <= GROWTH,
    )
