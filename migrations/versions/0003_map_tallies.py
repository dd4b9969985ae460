"""Counts for the map at low zooms, kept exact by triggers in the transaction that changes a report."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION map_cell_x(lon double precision, level int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT floor((lon + 180) / 360 * 4 * (1 << level))::int $$;

CREATE FUNCTION map_cell_y(lat double precision, level int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT floor((0.5 - ln(tan(pi() / 4 + radians(greatest(-85, least(85, lat))) / 2)) / (2 * pi()))
                * 4 * (1 << level))::int $$;

CREATE FUNCTION report_is_on_map(r report) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT NOT r.private AND r.hidden_at IS NULL AND r.lat IS NOT NULL AND r.status <> 'withdrawn' $$;

CREATE FUNCTION report_is_open(r report) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT r.status IN ('new', 'forwarded', 'in_progress', 'scheduled') $$;

CREATE FUNCTION tally_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO map_tally (level, cx, cy, category_code, is_open, n)
    SELECT level, map_cell_x(r.lon, level), map_cell_y(r.lat, level), r.category_code, report_is_open(r), count(*)
    FROM added r, unnest(ARRAY[4, 6, 8, 10, 12, 14]) level
    WHERE report_is_on_map(r) GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$;

CREATE FUNCTION tally_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO map_tally (level, cx, cy, category_code, is_open, n)
    SELECT level, map_cell_x(r.lon, level), map_cell_y(r.lat, level), r.category_code, report_is_open(r), -count(*)
    FROM removed r, unnest(ARRAY[4, 6, 8, 10, 12, 14]) level
    WHERE report_is_on_map(r) GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$;

CREATE FUNCTION tally_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO map_tally (level, cx, cy, category_code, is_open, n)
    SELECT level, map_cell_x(lon, level), map_cell_y(lat, level), category_code, open, sum(n)
    FROM (SELECT r.lon, r.lat, r.category_code, report_is_open(r) AS open, 1 AS n FROM added r
          WHERE report_is_on_map(r)
          UNION ALL
          SELECT r.lon, r.lat, r.category_code, report_is_open(r), -1 FROM removed r WHERE report_is_on_map(r)) change,
         unnest(ARRAY[4, 6, 8, 10, 12, 14]) level
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;

CREATE TRIGGER tally_inserted AFTER INSERT ON report REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_inserted();
CREATE TRIGGER tally_deleted AFTER DELETE ON report REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_deleted();
CREATE TRIGGER tally_updated AFTER UPDATE ON report REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_updated();
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
