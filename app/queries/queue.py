"""The queue: what is new, in which order, with what beside it. A question to the database, not a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from app.models import Report, ReportStatus, Staff, Update, UpdateKind
from app.queries.assets import point
from app.queries.danger import may_be_dangerous
from app.queries.statuses import is_new

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

Order = Literal["urgent", "oldest", "newest"]
NEIGHBOUR_METRES = 100
LISTED = 100
COUNTED = 2000
MOST_DAYS_FORWARD = 10
_CAME_BACK = (UpdateKind.SENT_BACK, UpdateKind.REOPENED, UpdateKind.CALLED_BACK, UpdateKind.REPLIED)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue; `words` is how the text begins, `claimed_by` is None while nobody looks.

    `others` have reported the same.
    """

    id: int
    reference: str
    category_code: str
    address: str | None
    words: str | None
    created_at: datetime
    due_at: datetime | None
    placed: bool
    waiting: bool
    danger: bool
    returned: bool
    claimed_by_id: int | None
    claimed_by: str | None
    others: int
    lat: float | None
    lon: float | None
    status: str
    version: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A report near another one; `metres` geodesic."""

    id: int
    reference: str
    category_code: str
    status: str
    created_at: datetime
    address: str | None
    description: str | None
    lat: float
    lon: float
    metres: float
    same_category: bool
    same_asset: bool

    @property
    def is_candidate(self) -> bool:
        """Whether it may be the same fault: the same kind, still open, not a duplicate itself."""
        return self.same_category and self.status in {"new", "forwarded", "in_progress", "scheduled"}


def queue(
    session: Session,
    *,
    at: datetime,
    claim_lasts: timedelta,
    conditions: Sequence[ColumnElement[bool]] | None = None,
    order: Order = "urgent",
    offset: int = 0,
    limit: int = LISTED,
) -> list[QueueRow]:
    """At most `limit` reports that meet the conditions, else new ones: danger words first and then by due date.

    Or the oldest first, or the newest, as they were numbered. In the first order each other person who has reported
    the same moves the due date a day forward, at most MOST_DAYS_FORWARD days: a crowd is heard, but cannot push aside
    what is long overdue. Without a due date those with most others come first. What waits for its reporter's answer
    stands last.
    """
    danger = may_be_dangerous()
    claimed = and_(Report.claimed_by_id.is_not(None), Report.claimed_at >= at - claim_lasts)
    returned = exists(
        select(Update.id).where(
            Update.report_id == Report.id,
            Update.kind.in_([kind.value for kind in _CAME_BACK]),
        )
    )
    query = (
        select(
            Report.id,
            Report.reference,
            Report.category_code,
            Report.address,
            func.left(Report.description, 80),
            Report.created_at,
            Report.due_at,
            Report.lat.is_not(None),
            Report.waiting_since.is_not(None),
            danger,
            returned,
            case((claimed, Report.claimed_by_id)),
            case((claimed, Staff.name)),
            Report.support_count,
            Report.lat,
            Report.lon,
            Report.status,
            Report.version,
        )
        .outerjoin(Staff, Staff.id == Report.claimed_by_id)
        .where(*([is_new()] if conditions is None else conditions))
        .offset(offset)
        .limit(limit)
    )
    waits = Report.waiting_since.is_not(None)
    if order == "urgent":
        query = query.order_by(
            waits, danger.desc(), pressing().asc().nulls_last(), Report.support_count.desc(), Report.id
        )
    elif order == "oldest":
        query = query.order_by(waits, Report.created_at, Report.id)
    else:
        query = query.order_by(Report.id.desc())
    return [QueueRow(*row) for row in session.execute(query)]


def pressing() -> ColumnElement[datetime | None]:
    """The due date by which a report stands in the queue: earlier, the more have reported the same."""
    days = func.least(Report.support_count, MOST_DAYS_FORWARD)
    return Report.due_at - func.make_interval(0, 0, 0, days)


def counts(session: Session) -> dict[str, int]:
    """Category -> how many new reports."""
    query = select(Report.category_code, func.count()).where(is_new()).group_by(Report.category_code)
    return dict(session.execute(query).all())


def how_many(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many reports meet the conditions; COUNTED stands for that many or more."""
    found = select(Report.id).where(*conditions).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def near(session: Session, report: Report, *, metres: float = NEIGHBOUR_METRES, limit: int = 20) -> list[Neighbour]:
    """Other reports within `metres`: the same lamp first, then the same kind and open, then the nearest."""
    if report.lat is None or report.lon is None:
        return []
    here = point(report.lat, report.lon)
    distance = func.ST_Distance(Report.position, here)
    same_category = Report.category_code == report.category_code
    same_asset = Report.asset_id == report.asset_id if report.asset_id else Report.id == -1
    is_open = Report.closed_at.is_(None)
    query = (
        select(
            Report.id,
            Report.reference,
            Report.category_code,
            Report.status,
            Report.created_at,
            Report.address,
            Report.description,
            Report.lat,
            Report.lon,
            distance,
            same_category,
            func.coalesce(same_asset, False),
        )
        .where(
            func.ST_DWithin(Report.position, here, metres),
            Report.id != report.id,
            Report.status != ReportStatus.WITHDRAWN.value,
        )
        .order_by(
            func.coalesce(same_asset, False).desc(),
            and_(same_category, is_open).desc(),
            is_open.desc(),
            distance,
            Report.id,
        )
        .limit(limit)
    )
    return [Neighbour(*row) for row in session.execute(query)]


def beside(
    rows: list[QueueRow], reference: str | None, *, me: int
) -> tuple[QueueRow | None, QueueRow | None, QueueRow | None]:
    """(previous, current, next). Without a reference the first that nobody else is looking at.

    The next one skips what others are looking at, as long as there is something else.
    """
    current = next((row for row in rows if row.reference == reference), None)
    if current is None:
        free = (row for row in rows if row.claimed_by_id in {None, me})
        current = next(free, rows[0] if rows else None)
    if current is None:
        return None, None, None
    place = rows.index(current)
    following = [row for row in rows[place + 1 :] if row.claimed_by_id in {None, me}] or rows[place + 1 :]
    return (rows[place - 1] if place else None), current, (following[0] if following else None)
