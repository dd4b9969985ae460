"""Which reports staff want to see, and the WHERE that finds them: one filter for the queue, the list and the export."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from app.models import AT_UNIT, CLOSED, Photo, Report, ReportStatus, Staff, StaffWords, StaffWordsDue
from app.queries.statuses import is_new, is_one_of, is_open
from app.queries.visible import seen_by
from app.queries.waiting import due_between, kind_of, next_midnight, overdue
from app.text import PEOPLES_ZONE

if TYPE_CHECKING:
    from collections.abc import Callable

Due = Literal["", "overdue", "today", "week", "none"]
DUES: tuple[Due, ...] = ("", "overdue", "today", "week", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFilter:
    """What is wanted; empty means all, and what is given must all be met.

    `waiting_for`: a kind of app.queries.waiting. `status`: a status, open, closed or at_unit. `age`: at least so many
    days old. `unit`: responsible or proposed. `since` and `until`: local days, both included. `mine`: the person who
    asks is on it. What the rules say of `group`, `area`, `text` and the desk's own unit stands in `categories`, `shape`
    (GeoJSON, WGS84), `asked` (see staff_question in the database) and `desk_unit`; app/web/desk_filters.py fills them.
    """

    waiting_for: str = ""
    category: str = ""
    group: str = ""
    unit: str = ""
    area: str = ""
    status: str = ""
    age: int | None = None
    channel: str = ""
    road_owner: str = ""
    text: str = ""
    photo: bool = False
    since: date | None = None
    until: date | None = None
    due: Due = ""
    mine: bool = False
    categories: tuple[str, ...] = ()
    shape: str = ""
    asked: tuple[str, ...] = ()
    desk_unit: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == DeskFilter()

    @property
    def is_bounded(self) -> bool:
        """Whether it holds only what somebody still has to do something about, which never becomes many."""
        return bool(self.waiting_for) or self.is_open_only

    @property
    def is_open_only(self) -> bool:
        """Whether it holds open reports alone."""
        statuses = {"open", "at_unit", ReportStatus.NEW.value, *(status.value for status in AT_UNIT)}
        return self.status in statuses or self.due in {"overdue", "today", "week"}

    def without(self, *names: str) -> DeskFilter:
        """The same but for these."""
        empty = DeskFilter()
        return replace(self, **{name: getattr(empty, name) for name in names})


def conditions(wanted: DeskFilter, staff: Staff, *, at: datetime) -> list[ColumnElement[bool]]:
    """The WHERE of everything in the filter, and of what `staff` may see. No query of its own."""
    found = [seen_by(staff)]
    kind = kind_of(wanted.waiting_for)
    if kind is not None:
        found.append(kind.met(staff, at=at, desk_unit=wanted.desk_unit))
    found += [make(wanted) for name, make in _SIMPLE.items() if getattr(wanted, name)]
    found += _status(wanted.status)
    found += _times(wanted, at)
    if wanted.mine:
        found.append(Report.claimed_by_id == staff.id)
    return found


def words_met(asked: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a report has all the words; looks at each report that the other conditions leave, so these come first.

    From its row of words, or from itself where the row is not there or no longer true.
    """
    given = cast(list(asked), ARRAY(Text))
    # A query of its own, so that it is put together once and not for each report.
    question = select(cast(func.replace(func.staff_question(given), "~", ""), TSQUERY)).scalar_subquery()
    stale = exists(select(StaffWordsDue.id).where(StaffWordsDue.report_id == Report.id))
    written = select(func.array_to_tsvector(StaffWords.stems).op("@@", is_comparison=True)(question))
    written = written.where(StaffWords.report_id == Report.id, ~stale).correlate(Report)
    return func.coalesce(written.scalar_subquery(), func.staff_words_met(literal_column("report"), given))


def _categories(wanted: DeskFilter) -> ColumnElement[bool]:
    return Report.category_code.in_(wanted.categories)


def _unit(wanted: DeskFilter) -> ColumnElement[bool]:
    return func.coalesce(Report.unit_code, Report.proposed_unit_code) == wanted.unit


def _photo(_: DeskFilter) -> ColumnElement[bool]:
    return exists(select(Photo.id).where(Photo.report_id == Report.id))


def _within(wanted: DeskFilter) -> ColumnElement[bool]:
    """The box around the area is for the index on positions, the area itself decides."""
    area = func.ST_SetSRID(func.ST_GeomFromGeoJSON(wanted.shape), 4326)
    box = cast_geography(func.ST_Envelope(area))
    here = func.ST_SetSRID(func.ST_MakePoint(Report.lon, Report.lat), 4326)
    return and_(Report.position.op("&&", is_comparison=True)(box), func.ST_Covers(area, here))


def cast_geography(shape: ColumnElement[object]) -> ColumnElement[object]:
    """The shape on the ellipsoid."""
    return shape.op("::")(literal_column("geography"))


_SIMPLE: dict[str, Callable[[DeskFilter], ColumnElement[bool]]] = {
    "category": lambda wanted: Report.category_code == wanted.category,
    "group": _categories,
    "unit": _unit,
    "area": _within,
    "channel": lambda wanted: Report.channel == wanted.channel,
    "road_owner": lambda wanted: Report.road_owner == wanted.road_owner,
    "photo": _photo,
    "text": lambda wanted: words_met(wanted.asked),
}


def _status(status: str) -> list[ColumnElement[bool]]:
    if status == "new":
        return [is_new()]
    many = {"open": is_open(), "closed": is_one_of(CLOSED), "at_unit": is_one_of(AT_UNIT)}.get(status)
    if many is not None:
        return [many]
    return [is_one_of([ReportStatus(status)])] if status in set(ReportStatus) else []


def _times(wanted: DeskFilter, at: datetime) -> list[ColumnElement[bool]]:
    found = _due(wanted.due, at)
    if wanted.age is not None:
        found.append(Report.created_at <= at - timedelta(days=wanted.age))
    if wanted.since is not None:
        found.append(Report.created_at >= _midnight(wanted.since))
    if wanted.until is not None:
        found.append(Report.created_at < _midnight(wanted.until + timedelta(days=1)))
    return found


def _due(due: Due, at: datetime) -> list[ColumnElement[bool]]:
    if due == "overdue":
        return [overdue(at)]
    if due == "none":
        return [Report.due_at.is_(None)]
    days = {"today": 1, "week": 7}.get(due)
    return [due_between(at, next_midnight(at, days=days))] if days else []


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PEOPLES_ZONE)
