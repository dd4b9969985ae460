"""What could not be delivered, to units and to reporters, for the desk alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session, contains_eager

from app.errors import N_, Forbidden
from app.models import (
    OPEN,
    Delivery,
    Forwarding,
    Notification,
    PlaceFollow,
    Report,
    Reporter,
    SendingState,
    Staff,
    Support,
)

if TYPE_CHECKING:
    from datetime import datetime

SHOWN = 100
# So many addresses do not stop working within one hour.
MOST_AN_HOUR = 20
STUCK = (SendingState.FAILED.value, SendingState.UNKNOWN.value)


@dataclass(frozen=True)
class Undelivered:
    """The newest of each kind, how many there are in all, and what is still being tried.

    `bounced`: open reports, with reporters, of whose news nobody hears because mails to the address come back.
    """

    to_units: list[Delivery]
    to_reporters: list[Notification]
    units_in_all: int
    reporters_in_all: int
    trying: int
    next_attempt_at: datetime | None
    bounced: list[Report]
    bounced_in_all: int


def undelivered(session: Session, staff: Staff) -> Undelivered:
    """Deliveries with their forwarding and report, notifications with their report. Raises Forbidden."""
    if not staff.sees_all:
        raise Forbidden(N_("Your role does not open this page. Ask an administrator."))
    deliveries = (
        select(Delivery)
        .join(Delivery.forwarding)
        .join(Forwarding.report)
        .where(Delivery.state.in_(STUCK))
        .options(contains_eager(Delivery.forwarding).contains_eager(Forwarding.report))
    )
    notifications = (
        select(Notification)
        .join(Notification.report)
        .where(Notification.state.in_(STUCK), Notification.told_in_id.is_(None))
        .options(contains_eager(Notification.report))
    )
    unheard = (Reporter.bounced_at.is_not(None), Report.status.in_([status.value for status in OPEN]))
    bounced = select(Report).join(Report.reporter).where(*unheard).options(contains_eager(Report.reporter))
    how_many = select(func.count()).select_from(Reporter).join(Reporter.report).where(*unheard)
    tried = [_still_trying(session, table) for table in (Delivery, Notification)]
    moments = [moment for _, moment in tried if moment is not None]
    return Undelivered(
        to_units=list(session.scalars(deliveries.order_by(Delivery.id.desc()).limit(SHOWN))),
        to_reporters=list(session.scalars(notifications.order_by(Notification.id.desc()).limit(SHOWN))),
        units_in_all=count_stuck(session, Delivery),
        reporters_in_all=count_stuck(session, Notification),
        trying=sum(count for count, _ in tried),
        next_attempt_at=min(moments, default=None),
        bounced=list(session.scalars(bounced.order_by(Reporter.bounced_at.desc()).limit(SHOWN))),
        bounced_in_all=session.scalar(how_many) or 0,
    )


def switched_off_lately(session: Session, *, at: datetime) -> int:
    """How many addresses were switched off in the hour before `at`, wherever they stand."""
    tables = (Reporter, Support, PlaceFollow)
    lately = [
        select(func.lower(table.email).label("email")).where(table.bounced_at > at - timedelta(hours=1))
        for table in tables
    ]
    return session.scalar(select(func.count()).select_from(union(*lately).subquery())) or 0


def count_stuck(session: Session, table: type[Delivery | Notification]) -> int:
    """How many of one kind wait for a person."""
    query = select(func.count()).select_from(table).where(table.state.in_(STUCK))
    if table is Notification:
        query = query.where(Notification.told_in_id.is_(None))  # One mail may tell of many things.
    return session.scalar(query) or 0


def _still_trying(session: Session, table: type[Delivery | Notification]) -> tuple[int, datetime | None]:
    """What failed at least once and is tried again by itself: how many, and when the next one goes."""
    query = select(func.count(), func.min(table.next_attempt_at)).where(
        table.state == SendingState.PENDING.value, table.attempts > 0
    )
    count, moment = session.execute(query).one()
    return int(count), moment
