"""Merging: one report goes into another that is about the same fault, which stays.

`report.reporter` must be loaded. Raises Conflict (somebody was first, or not in this status) and Invalid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.errors import N_, Invalid
from app.models import Actor, NotificationKind, Report
from app.models.reference import parse_reference
from app.services import supporting
from app.services.decisions import as_it_was, check_version, settle, tell_reporter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff, Update

STATUS = NotificationKind.STATUS


def mark_duplicate(
    session: Session,
    report: Report,
    *,
    typed: str,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> Update:
    """The same fault as another report, given by its reference, which stays open."""
    check_version(report, version)
    before = as_it_was(report)
    other = _the_other(session, report, typed)
    update = report.mark_duplicate(other, actor=Actor.of(by), at=at)
    settle(session, report, update, before=before)
    supporting.recount(session, other.id)
    tell_reporter(session, report, update, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return update


def _the_other(session: Session, report: Report, typed: str) -> Report:
    """The report that stays. Both rows are locked in one order, so that two people can not make a circle."""
    reference = parse_reference(typed)
    found = session.scalar(select(Report.id).where(Report.reference == (reference or "")))
    if found is None:
        sentence = N_("There is no report with this reference. Check the digits.")
        raise Invalid(sentence, fields={"duplicate_of": sentence})
    both = select(Report.id, Report.version).where(Report.id.in_([found, report.id])).order_by(Report.id)
    versions = dict(session.execute(both.with_for_update()).all())
    check_version(report, versions[report.id])
    return session.get_one(Report, found, populate_existing=found != report.id)
