"""A report for the holder of its secret links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import N_, DeadLink, Gone
from app.models import OPEN, Report, ReportStatus, Update
from app.models.links import confirm_token, follow_token, same, stop_path
from app.models.reference import parse_reference
from app.queries.erasures import DONE, ended_by_erasure
from app.queries.visible import is_public

DEAD_LINK = N_("This link does not work, or no longer. Check that you copied all of it.")
NOTHING_TO_STOP = N_(
    "This link does not work, or no longer. Was the report given another address, or have we deleted yours? Then no "
    "more mails about it come to you."
)


def followed_report(session: Session, typed: str, token: str, *, secret: bytes) -> Report:
    """The report whose follow link this is, with history, photos and reporter; raises NotFound."""
    report = _load(session, typed)
    if report is None or not same(token, follow_token(report, secret=secret)):
        raise Gone(DONE) if ended_by_erasure(session, typed, token) else DeadLink(DEAD_LINK)
    return report


def report_to_confirm(session: Session, typed: str, token: str, *, secret: bytes) -> Report:
    """The report whose reporter's address this link confirms: it stood in a mail to it. Raises NotFound."""
    report = _load(session, typed)
    email = report.reporter.email if report is not None and report.reporter is not None else None
    if report is None or email is None or not same(token, confirm_token(report, email, secret=secret)):
        raise DeadLink(DEAD_LINK)
    return report


@dataclass(frozen=True)
class First:
    """What everybody may know of the report that a duplicate repeats."""

    reference: str
    status: str
    due_at: datetime | None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in OPEN


def first_report(session: Session, report: Report) -> First | None:
    """The public report with which the work on this duplicate goes on."""
    if report.duplicate_of_id is None:
        return None
    columns = select(Report.reference, Report.status, Report.due_at, Report.closed_at)
    row = session.execute(columns.where(Report.id == report.duplicate_of_id, is_public())).one_or_none()
    return First(*row) if row else None


def kept_report(session: Session, report: Report) -> Report | None:
    """The report that this one went into, with its history, for who sent this one; None where it may not be followed:
    hidden, withdrawn, or of a private kind while this one is for everybody.
    """
    if report.duplicate_of_id is None:
        return None
    may_follow = (
        Report.id == report.duplicate_of_id,
        Report.hidden_at.is_(None),
        Report.status != ReportStatus.WITHDRAWN.value,
    )
    query = select(Report).where(*may_follow).options(selectinload(Report.updates).joinedload(Update.note))
    if not report.private:
        query = query.where(is_public())
    return session.scalar(query)


def as_first(kept: Report | None) -> First | None:
    """What is said of it; nobody is led to the page of a report of a private kind, which is not there."""
    if kept is None:
        return None
    return First("" if kept.private else kept.reference, kept.status, kept.due_at, kept.closed_at)


def report_to_stop(session: Session, typed: str, token: str, *, secret: bytes) -> Report:
    """The report whose mails this link stops, with its reporter: it stood in a mail about it. Raises NotFound."""
    by_reference = select(Report).where(Report.reference == (parse_reference(typed) or ""))
    report = session.scalar(by_reference.options(joinedload(Report.reporter)))
    if report is None or report.reporter is None or report.reporter.email is None:
        raise DeadLink(NOTHING_TO_STOP)
    if not same(token, stop_path(report, secret=secret).rpartition("/")[2]):
        raise DeadLink(NOTHING_TO_STOP)
    return report


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
