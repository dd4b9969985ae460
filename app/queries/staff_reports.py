"""All reports for staff: filtered, searched, put in order, paged by keyset, and streamed for export."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, Invalid
from app.models import Report, Staff
from app.queries.danger import may_be_dangerous
from app.queries.desk_filter import DeskFilter, conditions
from app.queries.desk_search import Position, found_words
from app.queries.queue import pressing
from app.queries.statuses import is_new, is_open
from app.queries.visible import seen_by

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 50
# A search in everything looks at so many of those that have the words, and tells where to look on.
MOST_LOOKED_AT = 3000
Sort = Literal["newest", "oldest", "urgent"]
SORTS: tuple[Sort, ...] = ("newest", "oldest", "urgent")
_NEVER = datetime(4000, 1, 1, tzinfo=UTC)
_LOST = N_("This page of the list is no longer there. Start from the first page.")
_EXPORTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Page:
    """One page of reports with the cursors of its neighbours; empty where there is none."""

    reports: list[Report]
    newer: str
    older: str


def page(
    session: Session, staff: Staff, wanted: DeskFilter, *, at: datetime, sort: Sort = "newest", cursor: str = ""
) -> Page:
    """At most PAGE reports. Raises Invalid for a cursor that was altered or belongs to other filters.

    A search in everything, not only in what is open, comes newest first and leads backwards in time only; three
    queries, else one. `urgent` holds open reports: possible danger first, then by due date as the queue does.
    """
    mark = _mark(wanted, sort)
    forward, edge = _read_cursor(cursor, mark) if cursor else (True, None)
    if searches_all(wanted, sort):
        return _searched(session, staff, wanted, at=at, edge=edge, mark=mark)
    keys, falling = _keys(sort)
    found = _candidates(keys, conditions(wanted, staff, at=at), wanted, sort)
    columns = [column for column in found.c if column.key != "number"]
    first = select(found)
    if edge is not None:
        beyond = tuple_(*columns) < tuple_(*edge) if falling == forward else tuple_(*columns) > tuple_(*edge)
        first = first.where(beyond)
    order = [column.desc() if falling == forward else column.asc() for column in columns]
    top = first.order_by(*order).limit(PAGE + 1).subquery("top")
    columns = [column for column in top.c if column.key != "number"]
    query = select(Report, *columns).join(top, top.c.number == Report.id)
    order = [column.desc() if falling == forward else column.asc() for column in columns]
    rows = list(session.execute(query.order_by(*order)))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if not forward:
        rows.reverse()
    older = _cursor(rows[-1][1:], mark, forward=True) if rows and (more or not forward) else ""
    newer = _cursor(rows[0][1:], mark, forward=False) if rows and ((edge is not None) if forward else more) else ""
    return Page([row[0] for row in rows], newer, older)


def is_there(session: Session, staff: Staff, reference: str) -> bool:
    """Whether the person sees a report with this reference, given as bare digits."""
    query = select(Report.id).where(Report.reference == reference, seen_by(staff))
    return session.scalar(query) is not None


def searches_all(wanted: DeskFilter, sort: Sort) -> bool:
    """Whether words are looked for in everything that there ever was."""
    return bool(wanted.text) and not wanted.is_bounded and sort != "urgent"


def how_many(session: Session, staff: Staff, filters: list[DeskFilter], *, at: datetime) -> list[int | None]:
    """How many reports each filter holds, in one statement; None for those that reach into what is closed."""
    of_open: dict[str, ColumnElement[int]] = {}
    others: dict[str, ColumnElement[int]] = {}
    for number, wanted in enumerate(filters):
        where = conditions(wanted, staff, at=at)
        if wanted.is_open_only:
            of_open[f"n{number}"] = func.count().filter(and_(*where)).label(f"n{number}")
        elif wanted.is_bounded:
            count = select(func.count()).select_from(Report).where(*where)
            others[f"n{number}"] = count.scalar_subquery().label(f"n{number}")
    # What is open is read once for all of them.
    once = select(*of_open.values()).select_from(Report).where(is_open()).subquery() if of_open else None
    columns = [*(once.c if once is not None else ()), *others.values()]
    found = session.execute(select(*columns)).mappings().one() if columns else {}
    return [found.get(f"n{number}") for number in range(len(filters))]


def export(session: Session, staff: Staff, wanted: DeskFilter, *, at: datetime) -> Iterator[Report]:
    """Every matching report with its reporter, newest first, fetched in batches."""
    if searches_all(wanted, "newest"):
        return _found_for_export(session, staff, wanted, at=at)
    query = select(Report).where(*conditions(wanted, staff, at=at)).options(joinedload(Report.reporter))
    query = query.order_by(Report.created_at.desc(), Report.id.desc())
    return iter(session.scalars(query.execution_options(yield_per=_EXPORTED_AT_ONCE)))


def _found_for_export(session: Session, staff: Staff, wanted: DeskFilter, *, at: datetime) -> Iterator[Report]:
    before: Position | None = None
    while True:
        found = found_words(session, wanted.asked, most=_EXPORTED_AT_ONCE, before=before)
        yield from session.scalars(_among(staff, wanted, found, at=at).options(joinedload(Report.reporter)))
        if len(found) < _EXPORTED_AT_ONCE:
            return
        before = found[-1]


def _searched(
    session: Session, staff: Staff, wanted: DeskFilter, *, at: datetime, edge: tuple[Any, ...] | None, mark: str
) -> Page:
    """The page may hold fewer than there are beyond the reports looked at; `older` then leads on."""
    before = Position(*edge) if edge is not None else None
    plain = staff.sees_all and wanted.without("text", "asked").is_empty
    most = PAGE + 1 if plain else MOST_LOOKED_AT
    found = found_words(session, wanted.asked, most=most, before=before)
    reports = list(session.scalars(_among(staff, wanted, found, at=at).limit(PAGE + 1)))
    last: Position | None = None
    if len(reports) > PAGE:
        last = Position(reports[PAGE - 1].created_at, reports[PAGE - 1].id)
    elif len(found) == most and not plain:
        last = found[-1]
    return Page(reports[:PAGE], "", _cursor(last, mark, forward=True) if last else "")


def _among(staff: Staff, wanted: DeskFilter, found: list[Position], *, at: datetime) -> Select[Report]:
    """Those of the reports found that meet the rest of the filter, newest first."""
    ids = bindparam("found", [one.id for one in found], type_=ARRAY(BigInteger))
    rest = conditions(wanted.without("text"), staff, at=at)
    return select(Report).where(Report.id == any_(ids), *rest).order_by(Report.created_at.desc(), Report.id.desc())


def _candidates(keys: tuple[Any, ...], where: list[ColumnElement[bool]], wanted: DeskFilter, sort: Sort) -> Subquery:
    """Number and keys of what meets the filter.

    What is open is found first and put in order then: read in order, few would lie among very many closed ones.
    """
    named = [key.label(f"key{number}") for number, key in enumerate(keys)]
    query = select(Report.id.label("number"), *named).where(*where)
    if sort == "urgent":
        query = query.where(is_open())
    return (query.offset(0) if sort == "urgent" or wanted.is_bounded else query).subquery("found")


def _keys(sort: Sort) -> tuple[tuple[Any, ...], bool]:
    """What the list is ordered by, and whether downwards."""
    if sort == "urgent":
        danger = case((is_new() & may_be_dangerous(), 0), else_=1)
        return (danger, func.coalesce(pressing(), literal(_NEVER)), Report.id), False
    return (Report.created_at, Report.id), sort == "newest"


def _mark(wanted: DeskFilter, sort: Sort) -> str:
    return hashlib.sha256(orjson.dumps([asdict(wanted), sort], option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def _cursor(keys: Any, mark: str, *, forward: bool) -> str:
    data = orjson.dumps([[_plain(key) for key in keys], forward, mark])
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _plain(key: object) -> object:
    return key.isoformat() if isinstance(key, datetime) else key


def _read_cursor(cursor: str, mark: str) -> tuple[bool, tuple[Any, ...]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        keys, forward, made_for = orjson.loads(base64.urlsafe_b64decode(padded))
        *numbers, moment, last = keys
        at = datetime.fromisoformat(moment)
        edge = (*(int(one) for one in numbers), at, int(last))
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid(_LOST) from error
    if made_for != mark or at.tzinfo is None:
        raise Invalid(_LOST)
    return bool(forward), edge
