"""Several pieces of news for one reader become one mail, and each is told once.

Every piece is a row with a job of its own. The row whose turn comes first carries the others: they are marked as told
in it in the transaction that writes down its attempt, and fare as it does from then on. So a worker that is killed
leaves nothing told twice and nothing forgotten: whatever was with the mail is `unknown` with it, and the rest waits
with its own job.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, or_, select

from app.models import CLOSED, Notification, NotificationKind, Reporter, SendingState, Support, Update

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.settings import Settings

# Whoever reported more than this hears of the rest in the next mail.
MOST = 50
_PENDING = SendingState.PENDING.value
_STATUS = NotificationKind.STATUS.value


def wait_for_others(session: Session, notification_id: int) -> None:
    """One worker at a time puts together what one address is told, so that nothing slips out beside the others."""
    to_reporter = select(Reporter.email).where(Reporter.report_id == Notification.report_id).scalar_subquery()
    to_supporter = select(Support.email).where(Support.id == Notification.support_id).scalar_subquery()
    address = func.lower(func.coalesce(to_supporter, to_reporter, ""))
    lock = func.pg_advisory_xact_lock(func.hashtext("mail to"), func.hashtext(address))
    session.execute(select(lock).where(Notification.id == notification_id))


def turn(row: Notification, update: Update, settings: Settings) -> datetime:
    """When this row goes out by itself.

    The end of a report is told as soon as it cannot be undone any more, by whomever it was closed: so a crew's forty
    lamps, sent by a phone that was offline, are one mail. Other news waits a few minutes for more of it.
    """
    free = row.free_at or row.created_at
    if row.kind != _STATUS or not settings.mail_collect_minutes:
        return free
    if update.to_status in CLOSED:
        return max(free, row.created_at + timedelta(seconds=settings.undo_seconds))
    return max(free, row.created_at + timedelta(minutes=settings.mail_collect_minutes))


def company(session: Session, carrier: Notification, *, until: datetime, settings: Settings) -> list[Notification]:
    """What is told in the same mail, locked, in the order in which it happened; the carrier is not among it.

    Of the same report all that can no longer be undone; of the reader's other reports what is due as well. What
    somebody is undoing at this moment stays behind, with its own job.
    """
    if carrier.kind != _STATUS:
        return []
    waiting = (
        _of_the_same_reader(carrier)
        .where(
            Notification.id != carrier.id,
            Notification.state == _PENDING,
            Notification.kind == _STATUS,
            or_(Notification.free_at.is_(None), Notification.free_at <= until),
        )
        .order_by(Notification.update_id, Notification.id)
        .limit(MOST)
        .with_for_update(of=Notification, skip_locked=True)
    )
    return [
        row
        for row, update in session.execute(waiting)
        if row.report_id == carrier.report_id or turn(row, update, settings) <= until
    ]


def _of_the_same_reader(carrier: Notification) -> Select[Notification, Update]:
    pairs = select(Notification, Update).join(Update, Update.id == Notification.update_id)
    if carrier.support_id is not None:
        return pairs.where(Notification.support_id == carrier.support_id)
    own = select(func.lower(Reporter.email)).where(Reporter.report_id == carrier.report_id).scalar_subquery()
    return pairs.join(Reporter, Reporter.report_id == Notification.report_id).where(
        Notification.support_id.is_(None), func.lower(Reporter.email) == own
    )


def told_with(session: Session, carrier: Notification) -> list[Notification]:
    """The rows that fared as this one did in its last attempt, locked."""
    query = select(Notification).where(
        Notification.told_in_id == carrier.id, Notification.started_at == carrier.started_at
    )
    locked = query.order_by(Notification.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))
