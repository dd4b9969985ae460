"""All reports for the desk: filtered, paged by keyset, and streamed for export."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, Invalid
from app.models import CLOSED, OPEN, Report, ReportStatus, Staff
from app.models.reference import parse_reference
from app.queries.visible import seen_by
from app.text import PEOPLES_ZONE

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the desk filters by; empty means all. `since` and `until` are local days, both included."""

    status: str = ""
    unit: str = ""
    category: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of reports, newest first, with the cursors of its neighbours."""

    reports: list[Report]
    newer: str
    older: str


def page(session: Session, staff: Staff, wanted: Wanted, *, at: datetime, cursor: str = "") -> Page:
    """At most PAGE reports. Raises Invalid for a cursor that was altered or belongs to other filters."""
    forward, edge = _read_cursor(cursor, wanted) if cursor else (True, None)
    keys = (Report.created_at, Report.id)
    query = _matching(staff, wanted, at=at).limit(PAGE + 1)
    if edge is not None:
        query = query.where(tuple_(*keys) < tuple_(*edge) if forward else tuple_(*keys) > tuple_(*edge))
    query = query.order_by(*(key.desc() if forward else key.asc() for key in keys))
    found = list(session.scalars(query))
    more, found = len(found) > PAGE, found[:PAGE]
    if not forward:
        found.reverse()
    older = _cursor(found[-1], wanted, forward=True) if found and (more or not forward) else ""
    newer = _cursor(found[0], wanted, forward=False) if found and ((edge is not None) if forward else more) else ""
    return Page(found, newer, older)


def export(session: Session, staff: Staff, wanted: Wanted, *, at: datetime) -> Iterator[Report]:
    """Every matching report with its reporter, newest first, fetched in batches."""
    query = _matching(staff, wanted, at=at).options(joinedload(Report.reporter))
    query = query.order_by(Report.created_at.desc(), Report.id.desc())
    return iter(session.scalars(query.execution_options(yield_per=500)))


def _matching(staff: Staff, wanted: Wanted, *, at: datetime) -> Select[Report]:
    query = select(Report).where(seen_by(staff), *_status(wanted.status))
    if wanted.unit:
        responsible = func.coalesce(Report.unit_code, Report.proposed_unit_code)
        query = query.where(responsible == wanted.unit)
    if wanted.category:
        query = query.where(Report.category_code == wanted.category)
    if wanted.text.strip():
        query = query.where(_text(wanted.text.strip()))
    if wanted.since:
        query = query.where(Report.created_at >= _midnight(wanted.since))
    if wanted.until:
        query = query.where(Report.created_at < _midnight(wanted.until + timedelta(days=1)))
    if wanted.overdue:
        open_statuses = [status.value for status in OPEN]
        query = query.where(Report.due_at < at, Report.status.in_(open_statuses), Report.waiting_since.is_(None))
    return query


def _status(status: str) -> list[ColumnElement[bool]]:
    many = {"open": OPEN, "closed": CLOSED}.get(status)
    if many is not None:
        return [Report.status.in_([one.value for one in many])]
    return [Report.status == status] if status in set(ReportStatus) else []


def _text(text: str) -> ColumnElement[bool]:
    """A whole reference, part of one, or part of an address."""
    reference = parse_reference(text)
    if reference:
        return Report.reference == reference
    digits = "".join(letter for letter in text if letter.isdigit())
    by_address = Report.address.icontains(text, autoescape=True)
    if text.isascii():
        # Typed on a keyboard without the letters, "cahci" means Čáhci and "storgata" nothing else.
        by_address |= func.unaccent(Report.address).icontains(text, autoescape=True)
    looks_like_one = digits and not any(letter.isalpha() for letter in text)
    return or_(by_address, Report.reference.contains(digits)) if looks_like_one else by_address


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PEOPLES_ZONE)


def _mark(wanted: Wanted) -> str:
    return hashlib.sha256(orjson.dumps(asdict(wanted), option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def _cursor(report: Report, wanted: Wanted, *, forward: bool) -> str:
    data = orjson.dumps([report.created_at.isoformat(), report.id, forward, _mark(wanted)])
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _read_cursor(cursor: str, wanted: Wanted) -> tuple[bool, tuple[Any, ...]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, number, forward, mark = orjson.loads(base64.urlsafe_b64decode(padded))
        edge = (datetime.fromisoformat(moment), int(number))
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid(N_("This page of the list is no longer there. Start from the first page.")) from error
    if mark != _mark(wanted) or edge[0].tzinfo is None:
        raise Invalid(N_("This page of the list is no longer there. Start from the first page."))
    return bool(forward), edge
