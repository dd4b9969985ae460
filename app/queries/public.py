"""What everybody may see of reports: the paged list, and one report's history."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    UnaryExpression,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import Photo, Report, ReportStatus, Update, UpdateKind
from app.models.reference import show_reference
from app.queries.filtering import Box, Circle, ReportFilter, conditions, within
from app.queries.search import found_reports
from app.queries.visible import is_public

__all__ = [
    "Box",
    "Circle",
    "ListedReport",
    "Page",
    "Position",
    "ReportFilter",
    "conditions",
    "first_of",
    "history",
    "list_public",
    "searched",
    "within",
]

# A search that must look at each report it finds looks at this many; the page then says how to look on.
MOST_LOOKED_AT = 3000
MOST_THERE = 2000


class Position(NamedTuple):
    """Where a page of the list begins or ends: the list is ordered by these, newest first.

    `at` is when a report came in, or when it changed, as the list is ordered.
    """

    at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedReport:
    """A report as everybody may see it: the resident's own words and photos only where the desk let them through."""

    id: int
    reference: str
    category_code: str
    status: str
    lat: float | None
    lon: float | None
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    planned_for: date | None
    support_count: int
    address: str | None
    description: str | None
    photo_ids: tuple[uuid.UUID, ...] = ()

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)

    def position(self, *, by_change: bool = False) -> Position:
        """Its place in the list."""
        return Position(self.changed_at if by_change else self.created_at, self.id)


class Page(NamedTuple):
    """Part of the list, newest first; `newer` and `older` are where the neighbouring pages start, if there are any."""

    reports: list[ListedReport]
    newer: Position | None
    older: Position | None


_COLUMNS = (
    Report.id,
    Report.reference,
    Report.category_code,
    Report.status,
    Report.lat,
    Report.lon,
    Report.created_at,
    Report.changed_at,
    Report.due_at,
    Report.closed_at,
    Report.planned_for,
    Report.support_count,
    case((Report.text_public, Report.public_address)).label("address"),
    Report.public_words.label("description"),
)


def list_public(
    session: Session,
    wanted: ReportFilter,
    *,
    limit: int,
    before: Position | None = None,
    after: Position | None = None,
) -> Page:
    """At most `limit` public reports, newest first: those older than `before`, or the nearest newer than `after`.

    Keyset paging: reports that arrive meanwhile neither repeat nor hide others. Two queries, three with a place; with
    words up to four, and only backwards in time.
    """
    if wanted.words:
        return _searched(session, wanted, limit=limit, before=before)
    backwards = after is not None
    by_place = _few_are_there(session, wanted)
    where = conditions(wanted, by_place=by_place)
    edge = after if backwards else before
    keys = _keys(wanted)
    if edge is not None:
        where.append(tuple_(*keys) > tuple_(*edge) if backwards else tuple_(*keys) < tuple_(*edge))
    order = [key.asc() if backwards else key.desc() for key in keys]
    if wanted.statuses and not by_place and not wanted.by_change:
        where = [Report.id.in_(_of_each_status(wanted.statuses, where, order, limit=limit + 1))]
    query = select(*_COLUMNS).where(*where).order_by(*order).limit(limit + 1)
    rows = [ListedReport(**row) for row in session.execute(query).mappings()]
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    newer = bool(rows) and (more if backwards else before is not None)
    older = bool(rows) and (True if backwards else more)
    return Page(
        _with_photos(session, rows),
        rows[0].position(by_change=wanted.by_change) if newer else None,
        rows[-1].position(by_change=wanted.by_change) if older else None,
    )


def _searched(session: Session, wanted: ReportFilter, *, limit: int, before: Position | None) -> Page:
    """The newest that have the words. Where the search itself cannot see to a filter, it looks at a bounded number.

    The page then may hold fewer than `limit`, or none, and `older` is where to look on.
    """
    rest = replace(wanted, words=(), categories=None, since=None, until=None, by_change=False)
    most = limit + 1 if rest == ReportFilter() else MOST_LOOKED_AT
    if wanted.until is not None and (before is None or wanted.until <= before.at):
        before = Position(wanted.until, 0)
    found = found_reports(
        session, wanted.words, most=most, before=before, since=wanted.since, categories=wanted.categories
    )
    if found is None:
        return Page([], None, None)
    # On its own, before anything else: the database must not search again for each report of the other filters.
    looked_at = session.execute(found).all()
    among = bindparam("among", [one.id for one in looked_at], type_=ARRAY(BigInteger))
    query = select(*_COLUMNS).where(Report.id == any_(among), *conditions(wanted, by_place=False))
    query = query.order_by(Report.created_at.desc(), Report.id.desc()).limit(limit + 1)
    rows = [ListedReport(**row) for row in session.execute(query).mappings()]
    older = rows[limit - 1].position() if len(rows) > limit else None
    if older is None and most == MOST_LOOKED_AT == len(looked_at):
        older = Position(looked_at[-1].at, looked_at[-1].id)
    return Page(_with_photos(session, rows[:limit]), None, older)


def searched(session: Session, wanted: ReportFilter, *, most: int) -> CTE | None:
    """The newest `most` reports that have the words of a filter, as `searched`, with `id`; None when none has."""
    found = found_reports(session, wanted.words, most=most, since=wanted.since, categories=wanted.categories)
    return found.cte("searched").prefix_with("MATERIALIZED") if found is not None else None


def _few_are_there(session: Session, wanted: ReportFilter) -> bool:
    """Whether the place that is asked for has so few reports that all of them are read and put in order.

    Where there are more, the list is read from its newest on, and the next that lies there is never far. The database
    cannot tell the two apart: to it each place has the same number of reports.
    """
    box = wanted.box or (wanted.near.box if wanted.near is not None else None)
    if box is None:
        return False
    some = select(Report.id).where(is_public(), within(box)).limit(MOST_THERE + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= MOST_THERE


def _of_each_status(
    statuses: frozenset[str], where: list[ColumnElement[bool]], order: list[UnaryExpression[Any]], *, limit: int
) -> Select[Any]:
    """Enough of each status, by the index on status and time: few open reports may lie among very many closed ones."""
    of_each = [
        select(Report.id).where(Report.status == literal_column(f"'{ReportStatus(status).value}'"), *where)
        .order_by(*order).limit(limit).subquery()
        for status in sorted(statuses)
    ]  # fmt: skip
    return select(union_all(*(select(one.c.id) for one in of_each)).subquery().c.id)


def _keys(wanted: ReportFilter) -> tuple[InstrumentedAttribute[datetime], InstrumentedAttribute[int]]:
    return (Report.changed_at if wanted.by_change else Report.created_at, Report.id)


def history(report: Report) -> list[Update]:
    """What everybody may know of what happened, oldest first; a decision that was undone never shows.

    Expects `report.updates` to be loaded; words stand in an update's `note`, and only a public note is for everybody.
    """
    shown: list[Update] = []
    last: Update | None = None
    for update in report.updates:
        if update.kind == UpdateKind.UNDONE and update.to_status is not None:
            shown = [one for one in shown if one is not last]
        elif update.public:
            shown.append(update)
        last = update if update.to_status is not None else last
    return shown


def _with_photos(session: Session, rows: Sequence[ListedReport]) -> list[ListedReport]:
    if not rows:
        return []
    photos: dict[int, list[uuid.UUID]] = {}
    query = (
        select(Photo.report_id, Photo.id)
        .where(Photo.report_id.in_([row.id for row in rows]), Photo.public)
        .order_by(Photo.report_id, Photo.sort_order)
    )
    for report_id, photo_id in session.execute(query):
        photos.setdefault(report_id or 0, []).append(photo_id)
    return [replace(row, photo_ids=tuple(photos[row.id])) if row.id in photos else row for row in rows]


def first_of(session: Session, report: Report) -> str | None:
    """The reference of the public report that this one is a duplicate of."""
    if report.duplicate_of_id is None:
        return None
    return session.scalar(select(Report.reference).where(Report.id == report.duplicate_of_id, is_public()))
