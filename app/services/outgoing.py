"""The bodies of the sending jobs: each message is sent at most once without anybody knowing.

The attempt is committed before the conversation and its result after it, in two transactions: a crash between
them leaves `sending`, which services/recovery.py turns into `unknown`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app import jobs
from app.db import transaction
from app.delivery import DeliveryFailed, DeliveryUnknown, Trouble, note, smtp
from app.delivery.letter import compose
from app.jobs import JobName
from app.models import Delivery, Notification, SendingState
from app.services import letters, parcels, supporter_letters

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.office import Office

log = logging.getLogger(__name__)

Message = Delivery | Notification
M = TypeVar("M", Delivery, Notification)
Send = Callable[[], None]
# The database's clock decides when a job runs, and may be a little ahead of ours.
CLOCKS_DIFFER = timedelta(seconds=2)


def deliver(office: Office, *, delivery_id: int) -> None:
    """Send one delivery to its unit; does nothing when it is not waiting to be sent."""

    def prepare(session: Session, row: Delivery, at: datetime) -> Send | None:
        channel = office.channels[row.channel]
        parcel = parcels.pack(session, row, office=office, at=at)
        return None if parcel is None else lambda: channel.send(parcel)

    _attempt(office, Delivery, delivery_id, prepare=prepare)


def notify(office: Office, *, notification_id: int) -> None:
    """Send one mail to a reporter or a supporter; does nothing when it is not waiting to be sent."""

    def prepare(session: Session, row: Notification, at: datetime) -> Send | None:
        write = letters.write if row.support_id is None else supporter_letters.write
        letter = write(session, row, office=office, at=at)
        settings = office.settings
        return (
            None
            if letter is None
            else lambda: smtp.send(compose(letter, settings=settings), to=letter.to, settings=settings)
        )

    _attempt(office, Notification, notification_id, prepare=prepare)


def enqueue(session: Session, row: Message) -> None:
    """The job that sends this message when its time has come, in the caller's transaction."""
    if isinstance(row, Delivery):
        jobs.enqueue(session, JobName.DELIVER, at=row.next_attempt_at, delivery_id=row.id)
    else:
        jobs.enqueue(session, JobName.NOTIFY, at=row.next_attempt_at, notification_id=row.id)


def _attempt(
    office: Office,
    table: type[M],
    row_id: int,
    *,
    prepare: Callable[[Session, M, datetime], Send | None],
) -> None:
    at = office.clock()
    with transaction(office.session_factory) as session:
        send = _begin(session, table, row_id, at=at, prepare=prepare)
    if send is None:
        return
    outcome = _try(send)
    with transaction(office.session_factory) as session:
        _settle(session, table, row_id, started_at=at, at=office.clock(), outcome=outcome)


def _begin(
    session: Session,
    table: type[M],
    row_id: int,
    *,
    at: datetime,
    prepare: Callable[[Session, M, datetime], Send | None],
) -> Send | None:
    """What is to be sent, with the attempt written down; None when there is nothing to send now.

    The lock makes a second run of the same job wait for the first one's word.
    """
    row: M | None = session.get(table, row_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != SendingState.PENDING:
        return None
    if row.next_attempt_at is not None and row.next_attempt_at > at + CLOCKS_DIFFER:
        enqueue(session, row)
        return None
    try:
        send = prepare(session, row, at)
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("Could not write %s %s", table.__tablename__, row_id)
        send = _refuse(error)
    if send is None:
        row.cancel()
    else:
        row.start(at=at)
    return send


def _refuse(error: Exception) -> Send:
    """A mistake of ours is the same in every attempt, so a person must look."""
    failed = DeliveryFailed(Trouble.OURS, type(error).__name__, permanent=True)

    def send() -> None:
        raise failed

    return send


def _try(send: Send) -> DeliveryFailed | DeliveryUnknown | None:
    try:
        send()
    except (DeliveryFailed, DeliveryUnknown) as outcome:
        log.warning("Not delivered: %s", outcome.note)
        return outcome
    except Exception as error:
        log.exception("Could not send")
        return DeliveryFailed(Trouble.OURS, type(error).__name__, permanent=True)
    return None


def _settle(
    session: Session,
    table: type[M],
    row_id: int,
    *,
    started_at: datetime,
    at: datetime,
    outcome: DeliveryFailed | DeliveryUnknown | None,
) -> None:
    """Write the result down, unless the row has begun another life meanwhile."""
    row: M | None = session.get(table, row_id, with_for_update=True, populate_existing=True)
    if row is None or row.started_at != started_at or row.state not in {SendingState.SENDING, SendingState.UNKNOWN}:
        return
    if outcome is None:
        row.succeed(at=at)
    elif isinstance(outcome, DeliveryUnknown):
        row.lose()
        row.last_error = outcome.note
    elif row.fail(at=at, error=outcome.note, permanent=outcome.permanent) is not None:
        enqueue(session, row)


def crashed(row: Message, *, at: datetime, repeatable: bool) -> bool:
    """What becomes of an attempt whose worker died; True when it is to be sent again."""
    kept = note(Trouble.CRASHED)
    if repeatable:
        return row.fail(at=at, error=kept, permanent=False) is not None
    row.lose()
    row.last_error = kept
    return False
