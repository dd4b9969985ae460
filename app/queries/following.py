"""A report for the holder of its secret links."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import N_, NotFound
from app.models import Notification, NotificationKind, Report, Update
from app.models.links import confirm_token, follow_token, same
from app.models.reference import parse_reference

DEAD_LINK = N_("This link does not work, or no longer. Check that you copied all of it.")


def followed_report(session: Session, typed: str, token: str, *, secret: bytes) -> Report:
    """The report whose follow link this is, with history, photos and reporter; raises NotFound."""
    report = _load(session, typed)
    if report is None or not same(token, follow_token(report, secret=secret)):
        raise NotFound(DEAD_LINK)
    return report


def report_to_confirm(session: Session, typed: str, token: str, *, secret: bytes) -> Report:
    """The report whose reporter's address this link confirms: it stood in a mail to it. Raises NotFound."""
    report = _load(session, typed)
    email = report.reporter.email if report is not None and report.reporter is not None else None
    if report is None or email is None or not same(token, confirm_token(report, email, secret=secret)):
        raise NotFound(DEAD_LINK)
    return report


def has_receipt(session: Session, report: Report) -> bool:
    """Whether a receipt was or will be mailed; no second one goes to an unconfirmed address on the same day."""
    mail = select(Notification.id).where(
        Notification.report_id == report.id, Notification.kind == NotificationKind.RECEIPT.value
    )
    return bool(session.scalar(select(exists(mail))))


def _load(session: Session, typed: str) -> Report | None:
    return session.scalar(
        select(Report)
        .where(Report.reference == (parse_reference(typed) or ""))
        .options(
            joinedload(Report.asset),
            joinedload(Report.rating),
            selectinload(Report.updates).joinedload(Update.note),
            selectinload(Report.photos),
            joinedload(Report.reporter),
        )
    )
