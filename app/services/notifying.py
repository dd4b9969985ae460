"""Telling reporters: a notification and its job in the transaction of what happened."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from app import jobs
from app.jobs import JobName
from app.models import Notification, NotificationKind, Report, Update


def notify(
    session: Session,
    report: Report,
    update: Update,
    *,
    kind: NotificationKind,
    at: datetime,
    not_before: datetime | None = None,
) -> Notification | None:
    """Queue one mail to the reporter, or nothing when there is nobody who may be written to.

    The receipt goes to any address given; everything else only to one that its owner confirmed. `not_before`
    leaves room for undo. Expects `report.reporter` to be loaded.
    """
    reporter = report.reporter
    if reporter is None or not (reporter.email if kind == NotificationKind.RECEIPT else reporter.hears):
        return None
    notification = Notification(
        report_id=report.id,
        update=update,
        kind=kind.value,
        created_at=at,
        next_attempt_at=not_before or at,
        message_id=f"{secrets.token_hex(16)}@gatami",
        state="pending",
        attempts=0,
    )
    session.add(notification)
    session.flush()  # The job looks the notification up by its id.
    jobs.enqueue(session, JobName.NOTIFY, at=not_before, notification_id=notification.id)
    return notification
