"""Reading the map in the same time whatever the number of reports: indexes on plane points, folded counts, a version."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Boxes are asked for on plane (lon, lat) points: edges of a geography box are great circles, and half the world has none.
INDEXES = """
CREATE INDEX ix_report_point ON report USING gist (point(lon, lat))
    WHERE lat IS NOT NULL AND NOT private AND hidden_at IS NULL;
CREATE INDEX ix_report_point_open ON report USING gist (point(lon, lat))
    WHERE status IN ('new', 'forwarded', 'in_progress', 'scheduled')
    AND lat IS NOT NULL AND NOT private AND hidden_at IS NULL;

ALTER TABLE map_tally ADD folded boolean NOT NULL DEFAULT false,
    ADD lon_e6 bigint NOT NULL DEFAULT 0, ADD lat_e6 bigint NOT NULL DEFAULT 0;
DROP INDEX ix_map_tally_cell;
CREATE UNIQUE INDEX uq_map_tally_folded ON map_tally (level, category_code, is_open, cx, cy) WHERE folded;
CREATE INDEX ix_map_tally_change ON map_tally (level, cx, cy) WHERE NOT folded;
"""

# Counts made before this version knew no places: they are counted anew, in one go.
RECOUNT = """
TRUNCATE map_tally;
INSERT INTO map_tally (level, cx, cy, category_code, is_open, n, lon_e6, lat_e6)
SELECT level, map_cell_x(r.lon, level), map_cell_y(r.lat, level), r.category_code, report_is_open(r), count(*),
       sum(e6(r.lon)), sum(e6(r.lat))
FROM report r, unnest(ARRAY[4, 6, 8, 10, 12, 14]) level WHERE report_is_on_map(r) GROUP BY 1, 2, 3, 4, 5
UNION ALL SELECT 0, 0, 0, '', false, 1, 0, 0;
"""

# Level 0 counts the statements that changed the map: the sum of what is committed only grows, so it is its version.
FUNCTIONS = """
CREATE FUNCTION e6(degrees double precision) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT round(degrees * 1000000)::bigint $$;

CREATE OR REPLACE FUNCTION tally_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO map_tally (level, cx, cy, category_code, is_open, n, lon_e6, lat_e6)
    SELECT level, map_cell_x(r.lon, level), map_cell_y(r.lat, level), r.category_code, report_is_open(r), count(*),
           sum(e6(r.lon)), sum(e6(r.lat))
    FROM added r, unnest(ARRAY[4, 6, 8, 10, 12, 14]) level
    WHERE report_is_on_map(r) GROUP BY 1, 2, 3, 4, 5
    UNION ALL SELECT 0, 0, 0, '', false, 1, 0, 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tally_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO map_tally (level, cx, cy, category_code, is_open, n, lon_e6, lat_e6)
    SELECT level, map_cell_x(r.lon, level), map_cell_y(r.lat, level), r.category_code, report_is_open(r), -count(*),
           -sum(e6(r.lon)), -sum(e6(r.lat))
    FROM removed r, unnest(ARRAY[4, 6, 8, 10, 12, 14]) level
    WHERE report_is_on_map(r) GROUP BY 1, 2, 3, 4, 5
    UNION ALL SELECT 0, 0, 0, '', false, 1, 0, 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tally_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO map_tally (level, cx, cy, category_code, is_open, n, lon_e6, lat_e6)
    SELECT level, map_cell_x(lon, level), map_cell_y(lat, level), category_code, open, sum(n),
           sum(n * e6(lon)), sum(n * e6(lat))
    FROM (SELECT r.lon, r.lat, r.category_code, report_is_open(r) AS open, 1 AS n FROM added r
          WHERE report_is_on_map(r)
          UNION ALL
          SELECT r.lon, r.lat, r.category_code, report_is_open(r), -1 FROM removed r WHERE report_is_on_map(r)) change,
         unnest(ARRAY[4, 6, 8, 10, 12, 14]) level
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0 OR sum(n * e6(lon)) <> 0 OR sum(n * e6(lat)) <> 0
    UNION ALL
    SELECT 0, 0, 0, '', false, 1, 0, 0
    WHERE EXISTS (SELECT FROM added a JOIN removed r USING (id)
                  WHERE (a.lat, a.lon, a.status, a.category_code, a.private, a.hidden_at)
                        IS DISTINCT FROM (r.lat, r.lon, r.status, r.category_code, r.private, r.hidden_at));
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute(INDEXES)
    op.execute(FUNCTIONS)
    op.execute(RECOUNT)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
