"""Databases of any size with the same open and the same nearby reports; what is more is closed and elsewhere.

Every database holds the same 10,000 reports, evenly among the others: 1,000 in a street, 4,000 in a dense box, 3,000
open ones all over the town, 500 of them new. The rest was closed long ago and lies around.
"""

from __future__ import annotations

import psycopg

from app.queries.public import Box
from app.services.upkeep import FOLD

SAME = 10_000
NEAR = Box(18.940, 69.6450, 18.955, 69.6500)
DENSE = Box(18.965, 69.6550, 18.985, 69.6620)
TOWN = Box(18.70, 69.58, 19.20, 69.75)

_ROWS = """
INSERT INTO report (reference, nonce, version, category_code, status, private, lat, lon, road_owner, asset_owner,
    description, text_public, answers, unit_code, proposed_unit_code, proposed_rule, proposal_reason, channel, flags,
    created_at, changed_at, due_at, closed_at)
SELECT CASE WHEN same THEN pg_temp.checked('2025' || lpad(n::text, 7, '0')) ELSE '2024' || lpad(n::text, 8, '0') END,
    md5(n::text), 1,
    (ARRAY['ice', 'snow', 'lamp_dark', 'sign', 'sweeping', 'park', 'other', 'steps', 'litter_bin', 'railing'])
        [1 + abs(hashint4(n)) % 10],
    CASE WHEN new THEN 'new' WHEN open THEN 'forwarded' ELSE 'fixed' END,
    false,
    CASE WHEN near THEN 69.6451 + x * 0.0048 WHEN dense THEN 69.6551 + x * 0.0068
         WHEN open THEN 69.665 + x * 0.08 ELSE 69.2 + x * 0.37 END,
    CASE WHEN near THEN 18.9401 + y * 0.0148 WHEN dense THEN 18.9651 + y * 0.0198
         WHEN open THEN 18.7 + y * 0.5 ELSE 17.6 + y * 2.4 END,
    'unknown', 'unknown', 'The same words in each of them, as long as people write.', false, '[]',
    CASE WHEN new THEN NULL ELSE 'bydrift' END, 'bydrift', 'a rule', '[]', 'web', '{{}}',
    timestamptz '2026-11-01' - n * interval '1 minute', timestamptz '2026-11-01' - n * interval '1 minute',
    timestamptz '2026-11-20' - n * interval '1 minute',
    CASE WHEN new OR open THEN NULL ELSE timestamptz '2026-11-15' - n * interval '1 minute' END
FROM (SELECT n, same, same AND k <= 1000 AS near, same AND k > 1000 AND k <= 5000 AS dense,
             same AND (k <= 500 OR k > 5000 AND k <= 7500) AS open, same AND (k > 7000 AND k <= 7500) AS new,
             (abs(hashint4(n + 1)) % 1000000) / 1e6 AS x, (abs(hashint4(n + 2)) % 1000000) / 1e6 AS y
      FROM (SELECT n, n % {step} = 0 AS same, (n / {step} * 7919) % {same} + 1 AS k
            FROM generate_series(1, {size}) n) one
     ) two
"""
# app.models.reference.check_digit, for the references that are looked up.
_CHECKED = """
CREATE FUNCTION pg_temp.checked(digits text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE product int := 10; total int;
BEGIN
    FOR place IN 1..length(digits) LOOP
        total := (substr(digits, place, 1)::int + product) % 10;
        product := (CASE WHEN total = 0 THEN 10 ELSE total END * 2) % 11;
    END LOOP;
    RETURN digits || (11 - product) % 10;
END $$
"""
_HISTORY = """
INSERT INTO report_update (report_id, at, kind, actor_kind, to_status, public, data)
SELECT id, created_at, 'submitted', 'reporter', 'new', true, '{}' FROM report WHERE status <> 'fixed'
"""
_RECOUNT = """
INSERT INTO map_tally (level, cx, cy, category_code, is_open, n, lon_e6, lat_e6)
SELECT level, map_cell_x(lon, level), map_cell_y(lat, level), category_code, report_is_open(r), count(*),
       sum(e6(lon)), sum(e6(lat))
FROM report r, unnest(ARRAY[4, 6, 8, 10, 12, 14]) level GROUP BY 1, 2, 3, 4, 5
"""


def fill(url: str, size: int) -> None:
    """`size` reports, with indexes and counts as they would be; faster than one by one, and vacuumed like any table."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        if connection.execute("SELECT EXISTS (SELECT FROM report)").fetchone() == (True,):
            return
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'report'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("ALTER TABLE report DISABLE TRIGGER USER")
        connection.execute(_CHECKED)
        connection.execute(_ROWS.format(size=size, step=size // SAME, same=SAME))
        connection.execute("ALTER TABLE report ENABLE TRIGGER USER")
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute(_HISTORY)
        connection.execute(_RECOUNT)
        connection.execute(FOLD.text)
        connection.execute("VACUUM ANALYZE")
