"""What the desk does about messages that did not get through; a delivery is tried again in forwarding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import N_, Conflict, NotFound
from app.models import Delivery, Forwarding, Notification, SendingState, Staff
from app.services import collecting, outgoing

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.services.outgoing import M, Message


def forwarding_of(session: Session, delivery_id: int, *, by: Staff) -> Forwarding:
    """The forwarding that this delivery belongs to; raises NotFound."""
    return session.get_one(Forwarding, _stuck(session, Delivery, delivery_id, by=by).forwarding_id)


def settle_delivery(session: Session, delivery_id: int, *, by: Staff, at: datetime) -> None:
    """The desk has made sure, by telephone for instance, that the unit knows."""
    _settle(_stuck(session, Delivery, delivery_id, by=by), at=at)


def settle_notification(session: Session, notification_id: int, *, by: Staff, at: datetime) -> None:
    """Nothing more is to be done about this mail."""
    row = _stuck(session, Notification, notification_id, by=by)
    for one in (row, *collecting.told_with(session, row)):
        _settle(one, at=at)


def retry_notification(session: Session, notification_id: int, *, by: Staff, at: datetime) -> None:
    """Send a mail once more that certainly did not arrive. Raises Conflict when it may have: never twice."""
    row = _stuck(session, Notification, notification_id, by=by)
    if row.state != SendingState.FAILED:
        raise Conflict(N_("This mail may have arrived, so it is not sent again."))
    for one in (row, *collecting.told_with(session, row)):
        one.retry(at=at)
        one.told_in_id = None
        outgoing.enqueue(session, one)


def _settle(row: Message, *, at: datetime) -> None:
    """What may have arrived has arrived; what did not is dropped."""
    if row.state == SendingState.UNKNOWN:
        row.succeed(at=at)
    else:
        row.cancel()


def _stuck(session: Session, table: type[M], row_id: int, *, by: Staff) -> M:
    """The message if it waits for a person and `by` is at the desk; locked."""
    row: M | None = session.get(table, row_id, with_for_update=True, populate_existing=True)
    if row is None or not by.sees_all:
        raise NotFound(N_("There is no such delivery."))
    if row.state not in {SendingState.FAILED, SendingState.UNKNOWN}:
        raise Conflict(N_("Somebody has already seen to this."))
    return row
