"""The statements behind the figures of rounds; app/queries/round_figures.py says what each gives.

Parameters: `unit`, `since` and `until` as moments, `first` and `last` as days, `zone`, and `lamps` and `dark` as codes
of categories.
"""

# ruff: noqa: S608  (the statements are put together of our own words)

from sqlalchemy import text

# Stops that a crew came to in the period, with their lamps.
_VISITED = """
    SELECT stop.id, stop.outcome, stop.minutes, stop.completed_at, stop.route_list_id,
        date_trunc('month', stop.completed_at AT TIME ZONE :zone)::date AS month
    FROM stop JOIN route_list ON route_list.id = stop.route_list_id
    WHERE stop.outcome IS NOT NULL AND stop.completed_at >= :since AND stop.completed_at < :until
    AND route_list.unit_code = :unit
"""
_WITH_LAMPS = f"""
WITH visited AS ({_VISITED}),
at_lamps AS (
    SELECT visited.id, greatest(count(DISTINCT report.asset_id), 1) AS lamps
    FROM visited JOIN stop_report ON stop_report.stop_id = visited.id JOIN report ON report.id = stop_report.report_id
    WHERE report.category_code = ANY(:lamps) GROUP BY visited.id
)
"""
STOPS = text(f"""{_WITH_LAMPS},
used AS (
    SELECT stop_id, sum(round(quantity * coalesce(cost_ore, 0)))::bigint AS ore FROM stop_material
    WHERE stop_id IN (SELECT id FROM visited) GROUP BY stop_id
)
SELECT month,
    count(*)::int AS visits,
    count(*) FILTER (WHERE outcome = 'done')::int AS done,
    coalesce(sum(at_lamps.lamps) FILTER (WHERE outcome = 'done'), 0)::int AS lamps,
    coalesce(sum(minutes), 0)::int AS minutes,
    count(minutes)::int AS timed,
    coalesce(sum(minutes) FILTER (WHERE at_lamps.id IS NOT NULL), 0)::int AS lamp_minutes,
    count(*) FILTER (
        WHERE at_lamps.id IS NOT NULL AND (minutes IS NOT NULL OR used.stop_id IS NOT NULL)
    )::int AS lamp_told,
    coalesce(sum(used.ore), 0)::bigint AS material_ore,
    coalesce(sum(used.ore) FILTER (WHERE at_lamps.id IS NOT NULL), 0)::bigint AS lamp_material_ore
FROM visited LEFT JOIN at_lamps ON at_lamps.id = visited.id LEFT JOIN used ON used.stop_id = visited.id
GROUP BY month
""")
MATERIALS = text(f"""
WITH visited AS ({_VISITED})
SELECT month, material_code, sum(quantity)::float8 FROM visited JOIN stop_material ON stop_id = visited.id
GROUP BY month, material_code ORDER BY month, material_code
""")
# A report's first visit; mended by it only if nobody has opened it again since.
FIRST_VISITS = text(f"""
WITH visited AS ({_VISITED})
SELECT month, count(*)::int AS first_visits,
    count(*) FILTER (WHERE visited.outcome = 'done' AND NOT EXISTS (
        SELECT FROM report_update AS later WHERE later.report_id = stop_report.report_id
        AND later.kind IN ('reopened', 'not_mended') AND later.at >= visited.completed_at
    ))::int AS first_mended
FROM visited JOIN stop_report ON stop_report.stop_id = visited.id
WHERE NOT EXISTS (
    SELECT FROM stop_report AS before JOIN stop AS earlier ON earlier.id = before.stop_id
    WHERE before.report_id = stop_report.report_id AND earlier.outcome IS NOT NULL
    AND (earlier.completed_at, earlier.id) < (visited.completed_at, visited.id)
) GROUP BY month
""")
# Lamps of the register that were mended, and of them those that somebody reported again within the days.
FAILED_AGAIN = text(f"""
WITH visited AS ({_VISITED}),
mended AS (
    SELECT DISTINCT visited.id, visited.month, visited.completed_at, report.asset_id
    FROM visited JOIN stop_report ON stop_report.stop_id = visited.id JOIN report ON report.id = stop_report.report_id
    WHERE visited.outcome = 'done' AND report.asset_id IS NOT NULL AND report.category_code = ANY(:lamps)
)
SELECT month, count(*)::int AS watched, count(*) FILTER (WHERE EXISTS (
    SELECT FROM report AS again WHERE again.asset_id = mended.asset_id AND again.category_code = ANY(:lamps)
    AND again.created_at > mended.completed_at AND again.created_at <= mended.completed_at + :again
    AND again.status NOT IN ('rejected', 'withdrawn')
))::int AS failed_again
FROM mended GROUP BY month
""")
WAYS = text("""
WITH driven AS (
    SELECT route_list.id, date_trunc('month', route_list.day)::date AS month, total_metres, driven_metres
    FROM route_list WHERE unit_code = :unit AND day BETWEEN :first AND :last AND released_at IS NOT NULL
    AND EXISTS (SELECT FROM stop WHERE stop.route_list_id = route_list.id AND stop.outcome IS NOT NULL)
),
mended AS (
    SELECT route_list_id, sum(lamps) AS lamps FROM (
        SELECT stop.route_list_id, greatest(count(DISTINCT report.asset_id), 1) AS lamps
        FROM driven JOIN stop ON stop.route_list_id = driven.id AND stop.outcome = 'done'
        JOIN stop_report ON stop_report.stop_id = stop.id JOIN report ON report.id = stop_report.report_id
        WHERE report.category_code = ANY(:lamps) GROUP BY stop.route_list_id, stop.id
    ) AS stops GROUP BY route_list_id
)
SELECT month, sum(total_metres)::float8 AS planned_metres,
    coalesce(sum(driven_metres), 0)::float8 AS driven_metres,
    coalesce(sum(total_metres) FILTER (WHERE driven_metres IS NOT NULL), 0)::float8 AS driven_planned_metres,
    coalesce(sum(lamps) FILTER (WHERE driven_metres IS NOT NULL), 0)::int AS driven_lamps
FROM driven LEFT JOIN mended ON mended.route_list_id = driven.id GROUP BY month
""")
# The municipality's own lamps where the register knows owners, else all of them. Before anybody could report anything
# it is not known how many were dark.
LIT = text("""
WITH owners AS (
    SELECT count(*)::int AS every, count(*) FILTER (WHERE owner = 'municipality')::int AS ours
    FROM asset WHERE kind = 'lamp'
),
reported AS (
    SELECT report.asset_id, report.created_at, report.closed_at FROM report
    JOIN asset ON asset.id = report.asset_id AND asset.kind = 'lamp', owners
    WHERE report.asset_id IS NOT NULL AND report.category_code = ANY(:dark)
    AND (report.closed_at IS NULL OR report.closed_at >= :since)
    AND (owners.ours = 0 OR asset.owner = 'municipality')
)
SELECT given.month,
    CASE WHEN given.until > (SELECT min(created_at) FROM report) THEN (
        SELECT count(DISTINCT asset_id)::int FROM reported
        WHERE created_at < given.until AND (closed_at IS NULL OR closed_at > given.until)
    ) END AS dark,
    CASE WHEN owners.ours > 0 THEN owners.ours ELSE owners.every END AS in_all, owners.ours > 0 AS municipal
FROM unnest(CAST(:days AS date[]), CAST(:ends AS timestamptz[])) AS given (month, until), owners ORDER BY given.month
""")
