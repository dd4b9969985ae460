"""Route lists by day: what is driven today, what comes, what is only a draft, what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.models import RouteList, Staff, Stop
from app.queries.crews import lists_of

MOST_EARLIER = 30
MOST_OPEN = 300


@dataclass(frozen=True)
class ListSeen:
    """A list with how many stops it has, and how many of them are done."""

    route_list: RouteList
    stops: int
    done: int


@dataclass(frozen=True)
class RoundDays:
    """Lists by when they are driven; within each, one's own come first."""

    today: list[ListSeen] = field(default_factory=list)
    coming: list[ListSeen] = field(default_factory=list)
    drafts: list[ListSeen] = field(default_factory=list)
    # Never closed, though their day is over.
    left_open: list[ListSeen] = field(default_factory=list)
    earlier: list[ListSeen] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return bool(self.today or self.coming or self.drafts or self.left_open or self.earlier)


def round_days(session: Session, staff: Staff, *, today: date) -> RoundDays:
    """The lists that a person may open: all that are open or driven today, and the newest of those that are closed."""
    is_open = or_(RouteList.closed_at.is_(None), RouteList.day >= today)
    days = RoundDays()
    for seen in _counted(session, staff, is_open, limit=MOST_OPEN):
        _put(days, seen, today)
    is_over = and_(RouteList.closed_at.is_not(None), RouteList.day < today)
    days.earlier.extend(_counted(session, staff, is_over, limit=MOST_EARLIER))
    for group in (days.today, days.coming, days.drafts, days.left_open):
        group.sort(key=lambda seen: (seen.route_list.created_by_id != staff.id, seen.route_list.day))
    return days


def _put(days: RoundDays, seen: ListSeen, today: date) -> None:
    route_list = seen.route_list
    if route_list.is_draft:
        days.drafts.append(seen)
    elif route_list.day == today:
        days.today.append(seen)
    elif route_list.day > today:
        days.coming.append(seen)
    else:
        days.left_open.append(seen)


def _counted(session: Session, staff: Staff, which: ColumnElement[bool], *, limit: int) -> Sequence[ListSeen]:
    stops = select(func.count(Stop.id)).where(Stop.route_list_id == RouteList.id).scalar_subquery()
    done = select(func.count(Stop.completed_at)).where(Stop.route_list_id == RouteList.id).scalar_subquery()
    query = (
        select(RouteList, stops, done)
        .where(lists_of(staff), which)
        .options(joinedload(RouteList.crew), joinedload(RouteList.vehicle))
        .order_by(RouteList.day.desc(), RouteList.id.desc())
        .limit(limit)
    )
    return [ListSeen(route_list, stops, done) for route_list, stops, done in session.execute(query)]
