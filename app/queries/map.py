"""The map's answer, built in SQL and sent as it is: counts from maintained tallies, points from the reports.

Whatever the number of reports, an answer reads a bounded number of rows and holds at most 4,000 features.
"""

from __future__ import annotations

from dataclasses import replace
from math import floor, log, pi, radians, tan
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import false, literal_column, select, text

from app.models import CLOSED, OPEN, Report
from app.queries.public import Box, ReportFilter, conditions, searched

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Label, Select, TextClause
    from sqlalchemy.orm import Session

MOST_FEATURES = 4000
# What the tallies do not know, such as times, is counted among this many reports at most.
MOST_ROWS = 50_000
# What is searched for by words: the newest of them.
MOST_SEARCHED = 2000
LEVELS = (4, 6, 8, 10, 12, 14)
POINTS_FROM_ZOOM = 15

# These texts are put together from constants only; whatever somebody asks for is a parameter.
# A collection of `feature`s in rows numbered by `number`; `%s` is whether something was left out.
_COLLECTION = (
    """'{"type":"FeatureCollection","truncated":' || (%s)::text || ',"features":['"""
    f" || coalesce(string_agg(feature, ',') FILTER (WHERE number <= {MOST_FEATURES}), '') || ']}}'"
)
_POINT = """'{"type":"Feature","geometry":{"type":"Point","coordinates":[' || lon || ',' || lat
    || ']},"properties":{"reference":"' || left(reference, 4) || '-' || substr(reference, 5, length(reference) - 5)
    || '-' || right(reference, 1) || '","category":' || to_json(category_code) || ',"status":"' || status || '"}}'"""
_CLUSTER = """'{"type":"Feature","geometry":{"type":"Point","coordinates":[' || round(sum(lon_e6) / sum(n) / 1000000, 6)
    || ',' || round(sum(lat_e6) / sum(n) / 1000000, 6) || ']},"properties":{"count":' || sum(n)
    || ',"open":' || coalesce(sum(n) FILTER (WHERE is_open), 0) || '}}'"""

_NUMBERED_CLUSTERS = f"""SELECT {_CLUSTER} AS feature, row_number() OVER () AS number FROM cells
    GROUP BY cx >> :shift, cy >> :shift HAVING sum(n) > 0 LIMIT {MOST_FEATURES + 1}"""  # noqa: S608 - of constants
_HERE = "level = :level AND is_open = ANY(:open) AND cx = ANY(:columns) AND cy BETWEEN :north AND :south"

_FROM_TALLIES = text(f"""
    WITH cells AS (
        SELECT cx, cy, is_open, n, lon_e6, lat_e6 FROM map_tally
        WHERE folded AND {_HERE} AND category_code = ANY(:folded_codes)
        UNION ALL
        SELECT cx, cy, is_open, n, lon_e6, lat_e6 FROM map_tally
        WHERE NOT folded AND {_HERE} AND (:every_category OR category_code = ANY(:codes))
    ), clusters AS ({_NUMBERED_CLUSTERS})
    SELECT {_COLLECTION % f"count(*) > {MOST_FEATURES}"} FROM clusters
""")  # noqa: S608 - of constants
# The same as app.queries.public.conditions, whose putting together takes longer than finding a hundred reports.
_POINTS = f"""
    WITH found AS (
        SELECT reference, category_code, status, lon, lat FROM report
        WHERE point(lon, lat) <@ box(point(:west, :south), point(:east, :north))
          AND lat IS NOT NULL AND NOT private AND hidden_at IS NULL AND status <> 'withdrawn'
          AND (:every_category OR category_code = ANY(:codes)) AND %s
        LIMIT {MOST_FEATURES + 1}
    ), points AS (SELECT {_POINT} AS feature, row_number() OVER () AS number FROM found)
    SELECT {_COLLECTION % f"count(*) > {MOST_FEATURES}"} FROM points
"""  # noqa: S608 - of constants
_OPEN = "status IN ('new', 'forwarded', 'in_progress', 'scheduled')"
_VERSION = text("""
    SELECT (SELECT coalesce(sum(n), 0) FROM map_tally WHERE folded AND level = 0)
        + (SELECT coalesce(sum(n), 0) FROM map_tally WHERE NOT folded AND level = 0)
""")


_TOTALS = text("""
    SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE is_open), 0) FROM (
        SELECT is_open, n FROM map_tally WHERE folded AND level = 4 AND category_code = ANY(:folded_codes)
        UNION ALL
        SELECT is_open, n FROM map_tally
        WHERE NOT folded AND level = 4 AND (:every_category OR category_code = ANY(:codes))
    ) tallies
""")


class Totals(NamedTuple):
    """How many public reports there are, and how many of them are open."""

    all: int
    open: int


class Cells(NamedTuple):
    """The cells of a level that a box touches; y grows southwards, as on every web map."""

    west: int
    north: int
    east: int
    south: int

    @property
    def number(self) -> int:
        """How many they are."""
        return (self.east - self.west + 1) * (self.south - self.north + 1)


def map_version(session: Session) -> int:
    """A number that grows with every committed change of what the map shows."""
    return int(session.scalar(_VERSION) or 0)


def map_totals(session: Session, categories: frozenset[str] | None) -> Totals:
    """The number of public reports, of these categories or of all."""
    return Totals(*(int(count) for count in session.execute(_TOTALS, _codes(categories)).one()))


def read_map(session: Session, box: Box, *, zoom: int, wanted: ReportFilter) -> str:
    """A GeoJSON FeatureCollection as text, with `truncated`: clusters with `count` and `open`, points from zoom 15.

    Clusters are whole cells of at least 64 px at this zoom, also where they lie only partly in the box. A box that
    is too large for its zoom is answered as if it were looked at from higher up.
    """
    level = level_for(box, zoom)
    if level is None:
        return _points(session, replace(wanted, box=box))
    if _is_unusual(wanted):
        return _counted(session, replace(wanted, box=box), zoom=zoom, level=level)
    return _tallied(session, box, zoom=zoom, level=level, wanted=wanted)


def level_for(box: Box, zoom: int) -> int | None:
    """The level whose cells answer this box; None where single points do."""
    level = max((level for level in LEVELS if level <= zoom), default=LEVELS[0])
    fitting = [one for one in LEVELS if one <= level and cells_of(box, one).number <= MOST_FEATURES]
    if zoom >= POINTS_FROM_ZOOM and fitting and fitting[-1] == LEVELS[-1]:
        return None
    return fitting[-1] if fitting else LEVELS[0]


def cells_of(box: Box, level: int) -> Cells:
    """The same cells as map_cell_x and map_cell_y of the database."""
    return Cells(
        _cell_x(box.west, level),
        _cell_y(box.north, level),
        _cell_x(box.east, level),
        _cell_y(box.south, level),
    )


_BY_OPENNESS: dict[frozenset[str], list[bool]] = {
    frozenset(status.value for status in OPEN): [True],
    frozenset(status.value for status in CLOSED): [False],
}


def _tallied(session: Session, box: Box, *, zoom: int, level: int, wanted: ReportFilter) -> str:
    cells = cells_of(box, level)
    values = _codes(wanted.categories) | {
        "level": level,
        "shift": max(0, level - zoom),
        "open": _BY_OPENNESS[wanted.statuses] if wanted.statuses is not None else [True, False],
        # Column by column, so that the index leads past what lies north and south of the box.
        "columns": list(range(cells.west, cells.east + 1)),
        "north": cells.north,
        "south": cells.south,
    }
    return str(session.scalar(_FROM_TALLIES, values))


def _codes(categories: frozenset[str] | None) -> dict[str, object]:
    codes = sorted(categories or ())
    return {
        "folded_codes": [""] if categories is None else codes,
        "every_category": categories is None,
        "codes": codes,
    }


def _counted(session: Session, wanted: ReportFilter, *, zoom: int, level: int) -> str:
    picked = _picked(session, wanted)
    found = select(Report.lon, Report.lat, Report.status).where(*picked.where).limit(MOST_ROWS + 1).cte("found")
    cells = (
        select(
            literal_column(f"map_cell_x(lon, {level})").label("cx"),
            literal_column(f"map_cell_y(lat, {level})").label("cy"),
            literal_column(_OPEN).label("is_open"),
            literal_column("1").label("n"),
            literal_column("e6(lon)").label("lon_e6"),
            literal_column("e6(lat)").label("lat_e6"),
        )
        .select_from(found)
        .cte("cells")
    )
    shift = max(0, level - zoom)
    clusters = (
        select(literal_column(_CLUSTER).label("feature"), _NUMBER)
        .select_from(cells)
        .group_by(literal_column(f"cx >> {shift}"), literal_column(f"cy >> {shift}"))
        .limit(MOST_FEATURES + 1)
        .subquery("clusters")
    )
    left_out = f"{picked.left_out} OR (SELECT count(*) > {MOST_ROWS} FROM found)"  # noqa: S608 - of constants
    return str(session.scalar(select(literal_column(_COLLECTION % left_out)).select_from(clusters)))


_NUMBER: Label[int] = literal_column("row_number() OVER ()").label("number")


def points_statement(statuses: frozenset[str] | None) -> TextClause:
    """The statement behind most maps of single reports, with the parameters that `points_values` gives."""
    return _POINTS_BY_STATUSES[statuses]


def points_values(box: Box, categories: frozenset[str] | None) -> dict[str, object]:
    """Parameters of `points_statement`."""
    return box._asdict() | {"every_category": categories is None, "codes": sorted(categories or ())}


_POINTS_BY_STATUSES = {
    None: text(_POINTS % "true"),
    frozenset(status.value for status in OPEN): text(_POINTS % _OPEN),
    frozenset(status.value for status in CLOSED): text(_POINTS % f"NOT {_OPEN}"),
}


def _is_unusual(wanted: ReportFilter) -> bool:
    """Whether neither the tallies nor the usual statement know such a filter."""
    asked = (wanted.area, wanted.since, wanted.until, wanted.near, wanted.photo, wanted.words)
    return any(asked) or wanted.statuses not in _POINTS_BY_STATUSES


class _Picked(NamedTuple):
    """A WHERE, and when something that should be on the map is not, in SQL."""

    where: list[ColumnElement[bool]]
    left_out: str


def _picked(session: Session, wanted: ReportFilter) -> _Picked:
    too_many = f"count(*) > {MOST_FEATURES}"
    where = conditions(wanted)
    if not wanted.words:
        return _Picked(where, too_many)
    found = searched(session, wanted, most=MOST_SEARCHED)
    if found is None:
        return _Picked([false()], too_many)
    whole = f"{too_many} OR (SELECT count(*) >= {MOST_SEARCHED} FROM searched)"  # noqa: S608 - of constants
    return _Picked([*where, Report.id.in_(select(found.c.id))], whole)


def _points(session: Session, wanted: ReportFilter) -> str:
    if wanted.box is not None and not _is_unusual(wanted):
        values = points_values(wanted.box, wanted.categories)
        return str(session.scalar(points_statement(wanted.statuses), values))
    picked = _picked(session, wanted)
    found = (
        select(Report.reference, Report.category_code, Report.status, Report.lon, Report.lat)
        .where(*picked.where)
        .limit(MOST_FEATURES + 1)
        .subquery("found")
    )
    numbered = select(literal_column(_POINT).label("feature"), _NUMBER).select_from(found).subquery("points")
    collection: ColumnElement[str] = literal_column(_COLLECTION % picked.left_out)
    whole: Select[str] = select(collection).select_from(numbered)
    return str(session.scalar(whole))


def _cell_x(lon: float, level: int) -> int:
    return floor((lon + 180) / 360 * 4 * (1 << level))


def _cell_y(lat: float, level: int) -> int:
    rad = radians(max(-85.0, min(85.0, lat)))
    return floor((0.5 - log(tan(pi / 4 + rad / 2)) / (2 * pi)) * 4 * (1 << level))
