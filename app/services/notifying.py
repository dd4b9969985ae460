"""Telling reporters and supporters: a notification and its job in the transaction of what happened."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import jobs
from app.jobs import JobName
from app.models import Notification, NotificationKind, Report, Reporter, SendingState, Support, Update
from app.queries import supporters
from app.services.mailboxes import may_ask, may_write_to


def notify(
    session: Session,
    report: Report,
    update: Update,
    *,
    kind: NotificationKind,
    at: datetime,
    not_before: datetime | None = None,
    but_not: str = "",
) -> Notification | None:
    """Queue one mail to the reporter, or nothing when there is nobody who may be written to.

    The receipt goes to any address given, though to an unconfirmed one only once a day; everything else only to one
    that its owner confirmed. `not_before`
    leaves room for undo; news may wait a little longer for more of it, see services/collecting.py. What everybody may
    know goes to the supporters too, and to those whose report is a duplicate. Not to the address `but_not`, whose owner
    has just said it.
    """
    _load_reporter(session, report)
    if kind == NotificationKind.STATUS:
        tell_supporters(session, report, update, at=at, not_before=not_before, but_not=but_not)
    reporter = report.reporter
    if reporter is not None and but_not and (reporter.email or "").lower() == but_not.lower():
        return None
    if reporter is None or not (reporter.email if kind == NotificationKind.RECEIPT else reporter.hears):
        return None
    if kind == NotificationKind.RECEIPT and not may_write_to(session, reporter.email or "", at=at):
        return None
    return _queue(session, report.id, update, kind=kind, at=at, not_before=not_before)


def ask_to_confirm(session: Session, report: Report, update: Update, *, at: datetime) -> bool:
    """Queue the mail with the button, as whoever holds the follow link wants it; False when the day's turn is used.

    Expects `report.reporter` with an address; a confirmed one has no more turns than others.
    """
    if report.reporter is None or not may_ask(session, report.reporter.email or "", at=at):
        return False
    session.add(update)
    session.flush()
    earlier = (Notification.report_id == report.id, Notification.kind == NotificationKind.RECEIPT.value)
    session.execute(delete(Notification).where(*earlier, Notification.update_id == update.id))
    _queue(session, report.id, update, kind=NotificationKind.RECEIPT, at=at)
    return True


def drop_receipts(session: Session, report: Report) -> None:
    """What waits for the address before took that one's turn of the day, and must not go to the next one."""
    waiting = (Notification.report_id == report.id, Notification.state == SendingState.PENDING.value)
    session.execute(delete(Notification).where(*waiting, Notification.kind == NotificationKind.RECEIPT.value))


def tell_former(session: Session, report: Report, update: Update, *, email: str, at: datetime) -> None:
    """The last mail to the confirmed address that `update` took away."""
    _queue(session, report.id, update, kind=NotificationKind.MOVED, at=at).former_email = email


def tell_supporters(
    session: Session,
    report: Report,
    update: Update,
    *,
    at: datetime,
    not_before: datetime | None = None,
    but_not: str = "",
) -> None:
    """One mail to each who has reported the same and asked for it, about what everybody may see: supporters, and
    the reporters of duplicates. Nobody hears twice of it. Of a private kind only those hear who sent one themselves.
    """
    if not report.support_count or not update.public or report.hidden_at is not None:
        return
    _load_reporter(session, report)
    queue = partial(_queue, session, update=update, kind=NotificationKind.STATUS, at=at, not_before=not_before)
    heard = {_address(report.reporter), but_not.lower()}
    for reporter in supporters.reporters_of_duplicates(session, report):
        if _address(reporter) not in heard:
            heard.add(_address(reporter))
            queue(reporter.report_id)
    for support in () if report.private else supporters.listeners(session, report):
        if (support.email or "").lower() not in heard:
            queue(report.id, support_id=support.id)


def _load_reporter(session: Session, report: Report) -> None:
    """Nobody is forgotten because a caller did not load whom to tell."""
    if "reporter" in inspect(report).unloaded:
        reporter = session.scalar(select(Reporter).where(Reporter.report_id == report.id))
        set_committed_value(report, "reporter", reporter)


def _address(reporter: Reporter | None) -> str:
    """To compare; one that does not hear is not in anybody's way."""
    return (reporter.email or "").lower() if reporter is not None and reporter.hears else ""


def tell_supporter(
    session: Session,
    support: Support,
    report_id: int,
    update: Update,
    *,
    kind: NotificationKind,
    at: datetime,
    not_before: datetime | None = None,
) -> Notification:
    """One mail to one supporter."""
    return _queue(session, report_id, update, kind=kind, at=at, not_before=not_before, support_id=support.id)


def _queue(
    session: Session,
    report_id: int,
    update: Update,
    *,
    kind: NotificationKind,
    at: datetime,
    not_before: datetime | None = None,
    support_id: int | None = None,
) -> Notification:
    notification = Notification(
        report_id=report_id,
        support_id=support_id,
        update=update,
        kind=kind.value,
        created_at=at,
        next_attempt_at=not_before or at,
        free_at=not_before or at,
        message_id=f"{secrets.token_hex(16)}@gatami",
        state="pending",
        attempts=0,
    )
    session.add(notification)
    session.flush()  # The job looks the notification up by its id.
    jobs.enqueue(session, JobName.NOTIFY, at=not_before, notification_id=notification.id)
    return notification
