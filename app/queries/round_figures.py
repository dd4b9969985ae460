"""What a unit's rounds came to, month by month: lamps, bulbs, hours, kilometres, and how well it was done.

Months are where people live. A lamp is counted once a stop; a stop with a lamp report but no known lamp counts as one.
"""

# ruff: noqa: S608  (the statements are put together of our own words)

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

AGAIN_DAYS = 90


@dataclass(frozen=True, slots=True)
class Month:
    """What was done from its `first` day on, within the period. Kroner in hundredths, minutes of work, metres.

    `visits` are stops that a crew came to, `timed` those of them of which it said how long they took.
    """

    first: date
    visits: int = 0
    done: int = 0
    lamps: int = 0
    minutes: int = 0
    timed: int = 0
    lamp_minutes: int = 0
    material_ore: int = 0
    lamp_material_ore: int = 0
    materials: Mapping[str, float] = field(default_factory=dict)
    bulbs: float = 0.0
    first_visits: int = 0
    first_mended: int = 0
    watched: int = 0
    failed_again: int = 0
    planned_metres: float = 0.0
    driven_metres: float = 0.0
    driven_planned_metres: float = 0.0
    driven_lamps: int = 0
    dark: int | None = None

    @property
    def hours(self) -> float:
        """Hours of work at stops."""
        return self.minutes / 60

    @property
    def first_time(self) -> float | None:
        """Share of reports mended at the first visit."""
        return self.first_mended / self.first_visits if self.first_visits else None

    @property
    def again(self) -> float | None:
        """Share of mended lamps that failed again."""
        return self.failed_again / self.watched if self.watched else None

    @property
    def metres_per_lamp(self) -> float | None:
        """Planned way for each mended lamp."""
        return self.planned_metres / self.lamps if self.lamps and self.planned_metres else None

    @property
    def driven_per_lamp(self) -> float | None:
        """Driven way for each mended lamp, of the rounds that say what they drove."""
        return self.driven_metres / self.driven_lamps if self.driven_lamps and self.driven_metres else None

    def cost_per_lamp(self, hour_cost_ore: int | None) -> float | None:
        """Material, and the crew's time at the price of an hour, for each mended lamp; in hundredths of a krone."""
        if not self.lamps:
            return None
        return (self.lamp_material_ore + self.lamp_minutes / 60 * (hour_cost_ore or 0)) / self.lamps


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """The months of the period, all of them together, and the lamps of the register that are counted as lit."""

    months: list[Month]
    whole: Month
    lamps_in_all: int
    only_municipal: bool

    def lit(self, month: Month) -> float | None:
        """Share of the register's lamps of which nobody had said that they are dark, when the month was over."""
        return 1 - month.dark / self.lamps_in_all if self.lamps_in_all and month.dark is not None else None

    @property
    def lit_now(self) -> float | None:
        """The same for the last month, which is today where the period is not over."""
        return self.lit(self.months[-1]) if self.months else None


def round_figures(
    session: Session,
    *,
    unit_code: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    at: datetime,
    lamp_categories: Collection[str],
    dark_categories: Collection[str],
    bulbs: Collection[str],
) -> RoundFigures:
    """Six statements, however many stops there are; from `first` to `last`, both included."""
    months = {day: Month(day) for day in _firsts(first, last)}
    given = {
        "unit": unit_code,
        "since": _midnight(first, zone),
        "until": _midnight(last + timedelta(days=1), zone),
        "first": first,
        "last": last,
        "zone": str(zone),
        "lamps": sorted(lamp_categories),
        "dark": sorted(dark_categories),
        "again": timedelta(days=AGAIN_DAYS),
    }
    _add(session, months, _STOPS, given)
    _add_materials(session, months, given, bulbs=bulbs)
    _add(session, months, _FIRST_VISITS, given)
    _add(session, months, _FAILED_AGAIN, given)
    _add(session, months, _WAYS, given)
    ends = [(day, _end(day, last, zone, at)) for day in months if _midnight(day, zone) <= at]
    given |= {"days": [day for day, _ in ends], "ends": [end for _, end in ends]}
    register = session.execute(_LIT, given).mappings().all()
    for row in register:
        months[row["month"]] = replace(months[row["month"]], dark=row["dark"])
    found = list(months.values())
    return RoundFigures(
        months=found,
        whole=together(found),
        lamps_in_all=register[0]["in_all"] if register else 0,
        only_municipal=bool(register and register[0]["municipal"]),
    )


def together(months: Collection[Month]) -> Month:
    """The sum of the months; what is dark is no sum."""
    whole = Month(min((month.first for month in months), default=date.min))
    materials: dict[str, float] = {}
    for month in months:
        for code, pieces in month.materials.items():
            materials[code] = materials.get(code, 0) + pieces
    sums = {name: sum(getattr(month, name) for month in months) for name in _SUMMED}
    return replace(whole, **sums, materials=materials)


_SUMMED = (
    "visits", "done", "lamps", "minutes", "timed", "lamp_minutes", "material_ore", "lamp_material_ore", "bulbs",
    "first_visits", "first_mended", "watched", "failed_again", "planned_metres", "driven_metres",
    "driven_planned_metres", "driven_lamps",
)  # fmt: skip


def _add(session: Session, months: dict[date, Month], statement: Any, given: Mapping[str, Any]) -> None:
    for row in session.execute(statement, given).mappings():
        values = dict(row)
        month = values.pop("month")
        if month in months:
            months[month] = replace(months[month], **values)


def _add_materials(
    session: Session, months: dict[date, Month], given: Mapping[str, Any], *, bulbs: Collection[str]
) -> None:
    for month, code, pieces in session.execute(_MATERIALS, given):
        known = months[month]
        more = pieces if code in bulbs else 0.0
        months[month] = replace(known, materials={**known.materials, code: pieces}, bulbs=known.bulbs + more)


def _firsts(first: date, last: date) -> list[date]:
    """The first days of the months from one day to another."""
    days, day = [], first.replace(day=1)
    while day <= last:
        days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return days


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _end(first: date, last: date, zone: ZoneInfo, at: datetime) -> datetime:
    next_month = (first + timedelta(days=32)).replace(day=1)
    return min(_midnight(min(next_month, last + timedelta(days=1)), zone), at)


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
_STOPS = text(f"""{_WITH_LAMPS},
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
    coalesce(sum(used.ore), 0)::bigint AS material_ore,
    coalesce(sum(used.ore) FILTER (WHERE at_lamps.id IS NOT NULL), 0)::bigint AS lamp_material_ore
FROM visited LEFT JOIN at_lamps ON at_lamps.id = visited.id LEFT JOIN used ON used.stop_id = visited.id
GROUP BY month
""")
_MATERIALS = text(f"""
WITH visited AS ({_VISITED})
SELECT month, material_code, sum(quantity)::float8 FROM visited JOIN stop_material ON stop_id = visited.id
GROUP BY month, material_code ORDER BY month, material_code
""")
# A report's first visit; mended by it only if nobody has opened it again since.
_FIRST_VISITS = text(f"""
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
_FAILED_AGAIN = text(f"""
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
_WAYS = text("""
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
# The municipality's own lamps where the register knows owners, else all of them.
_LIT = text("""
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
    (SELECT count(DISTINCT asset_id)::int FROM reported
     WHERE created_at < given.until AND (closed_at IS NULL OR closed_at > given.until)) AS dark,
    CASE WHEN owners.ours > 0 THEN owners.ours ELSE owners.every END AS in_all, owners.ours > 0 AS municipal
FROM unnest(CAST(:days AS date[]), CAST(:ends AS timestamptz[])) AS given (month, until), owners ORDER BY given.month
""")
