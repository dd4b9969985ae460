"""What happened that followers of places may hear of, and what of it one digest tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from app.models import (
    PlaceEvent,
    PlaceEventKind,
    PlaceFollow,
    PlaceMail,
    Report,
    Reporter,
    ReportStatus,
    SendingState,
    Update,
)
from app.models.reference import show_reference
from app.queries.place_followers import NEAREST_METRES
from app.queries.visible import is_public

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# What is older was placed or shown late, and is no news any more.
NEWS_FOR = timedelta(days=14)
CLOSED_FOR_ALL = (ReportStatus.FIXED, ReportStatus.ANSWERED, ReportStatus.REFERRED, ReportStatus.REJECTED)
_CLOSED = [status.value for status in CLOSED_FOR_ALL]
_MAY_BE_READ = [SendingState.SENDING.value, SendingState.SENT.value, SendingState.UNKNOWN.value]
Found = Select[int, str, int, datetime]
_STREET_OF = r"\s+[0-9]+\s*[[:alpha:]]?$"


class Happened(NamedTuple):
    """One event with what decides who hears of it."""

    kind: str
    lat: float
    lon: float
    category_code: str
    nearest_address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A report as everybody may see it now: words and address only where the desk let them through.

    `is_new`: it was reported in the digest's time; else it was closed then. `events` are what the item tells of.
    """

    reference: str
    category_code: str
    status: str
    is_new: bool
    lat: float
    lon: float
    created_at: datetime
    closed_at: datetime | None
    address: str | None
    words: str | None
    events: Sequence[int] = ()

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)


def gather(session: Session, *, after: int, at: datetime) -> list[Happened]:
    """Write down what is news in the history after the line `after`, each once; gives what was written."""
    touched = select(Update.report_id).where(Update.id > after).distinct()
    written = [*_write(session, _new(touched, at)), *_write(session, _closed(touched, at))]
    if not written:
        return []
    columns = (PlaceEvent.kind, Report.lat, Report.lon, Report.category_code, Report.nearest_address)
    query = select(*columns).join(Report, Report.id == PlaceEvent.report_id).where(PlaceEvent.id.in_(written))
    return [
        Happened(kind, lat, lon, category, nearest)
        for kind, lat, lon, category, nearest in session.execute(query)
        if lat is not None and lon is not None
    ]


def _new(touched: Select[Any], at: datetime) -> Found:
    """Reports that everybody may see and that were not told yet; imported history is none."""
    known = exists().where(PlaceEvent.report_id == Report.id, PlaceEvent.kind == PlaceEventKind.NEW.value)
    found = select(Report.id, literal(PlaceEventKind.NEW.value), literal(0), literal(at))
    return found.where(
        Report.id.in_(touched),
        is_public(),
        Report.status != ReportStatus.DUPLICATE.value,
        Report.source.is_(None),
        Report.created_at > at - NEWS_FOR,
        ~known,
    ).order_by(Report.id)


def _closed(touched: Select[Any], at: datetime) -> Found:
    """Reports that are closed, by the line of history that closed them last."""
    last = (
        select(func.max(Update.id))
        .where(Update.report_id == Report.id, Update.to_status == Report.status)
        .correlate(Report)
        .scalar_subquery()
    )
    known = exists().where(
        PlaceEvent.report_id == Report.id, PlaceEvent.kind == PlaceEventKind.CLOSED.value, PlaceEvent.update_id == last
    )
    return (
        select(Report.id, literal(PlaceEventKind.CLOSED.value), last, literal(at))
        .where(
            Report.id.in_(touched),
            is_public(),
            Report.status.in_(_CLOSED),
            Report.closed_at > at - NEWS_FOR,
            last.is_not(None),
            ~known,
        )
        .order_by(Report.id)
    )


def _write(session: Session, found: Found) -> Sequence[int]:
    statement = insert(PlaceEvent).from_select(["report_id", "kind", "update_id", "at"], found)
    return session.scalars(statement.on_conflict_do_nothing().returning(PlaceEvent.id)).all()


def newest_event(session: Session) -> int:
    """The number of the newest event; 0 when there is none."""
    return session.scalar(select(func.coalesce(func.max(PlaceEvent.id), 0))) or 0


def items_for(
    session: Session, follow: PlaceFollow, *, after: int, until: int, categories: frozenset[str] | None, limit: int
) -> tuple[list[DigestItem], int]:
    """What happened at the place after event `after` up to `until`, newest first, at most `limit`; and how many in all.

    Only what everybody may see now, once each, and never what was reported with the follower's own address, or was
    told to it in a mail about another place.
    """
    told = _told(after, until, heard=_heard(follow, after, until))
    query = (
        select(*_COLUMNS, told.c.is_new, told.c.events, func.count().over().label("in_all"))
        .join(told, told.c.report_id == Report.id)
        .where(*_conditions(follow, told, categories))
        .order_by(told.c.last.desc())
        .limit(limit)
    )
    rows = session.execute(query).mappings().all()
    items = [DigestItem(**{name: value for name, value in row.items() if name != "in_all"}) for row in rows]
    return items, (rows[0]["in_all"] if rows else 0)


_COLUMNS = (
    Report.reference,
    Report.category_code,
    Report.status,
    Report.lat,
    Report.lon,
    Report.created_at,
    Report.closed_at,
    Report.public_address.label("address"),
    func.left(Report.public_words, 400).label("words"),
)


def _heard(follow: PlaceFollow, after: int, until: int) -> Select[int]:
    """Events that mails to the same address told, or may have told: of an attempt that was cut off nobody knows."""
    return (
        select(func.unnest(PlaceMail.told))
        .join(PlaceFollow, PlaceFollow.id == PlaceMail.follow_id)
        .where(
            func.lower(PlaceFollow.email) == (follow.email or "").strip().lower(),
            PlaceMail.state.in_(_MAY_BE_READ),
            PlaceMail.from_event < until,
            PlaceMail.until_event > after,
        )
    )


def _told(after: int, until: int, *, heard: Select[int]) -> Any:
    return (
        select(
            PlaceEvent.report_id,
            func.bool_or(PlaceEvent.kind == PlaceEventKind.NEW.value).label("is_new"),
            func.max(PlaceEvent.id).label("last"),
            func.array_agg(PlaceEvent.id).label("events"),
        )
        .where(PlaceEvent.id > after, PlaceEvent.id <= until, PlaceEvent.id.not_in(heard))
        .group_by(PlaceEvent.report_id)
        .subquery()
    )


def _conditions(follow: PlaceFollow, told: Any, categories: frozenset[str] | None) -> list[ColumnElement[bool]]:
    own = exists().where(
        Reporter.report_id == Report.id, func.lower(Reporter.email) == (follow.email or "").strip().lower()
    )
    found = [
        is_public(),
        Report.status != ReportStatus.DUPLICATE.value,
        _at_place(follow),
        ~own,
        or_(told.c.is_new, and_(literal(follow.closings), Report.status.in_(_CLOSED))),
    ]
    if categories is not None:
        found.append(Report.category_code.in_(sorted(categories)))
    return found


def _at_place(follow: PlaceFollow) -> ColumnElement[bool]:
    shape = select(PlaceFollow.shape).where(PlaceFollow.id == follow.id).scalar_subquery()
    near = func.ST_DWithin(Report.position, shape, follow.radius)
    if follow.street is None:
        return near
    street = func.lower(func.regexp_replace(Report.nearest_address, _STREET_OF, ""))
    return or_(near, and_(street == follow.street.lower(), func.ST_DWithin(Report.position, shape, NEAREST_METRES)))
