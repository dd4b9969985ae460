"""No more mails, said by who reads the address: about one report, or about all that were sent with it; and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select

from app.models import Report, Reporter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def stop(report: Report, *, at: datetime) -> None:
    """No mails about this report. Expects `report.reporter`."""
    if report.reporter is not None:
        report.reporter.stop(at=at)


def stop_all(session: Session, report: Report, *, at: datetime) -> int:
    """No mails about any report of the same address; gives how many reports that are. Expects `report.reporter`.

    A report that is sent with the address later is another matter: its sender asks for mails anew.
    """
    rows = session.scalars(_same_address(report).with_for_update()).all()
    for reporter in rows:
        reporter.stop(at=at)
    return len(rows)


def start_again(session: Session, report: Report, *, everywhere: bool = False) -> None:
    """Mails after all, about this report or about all of the same address. Expects `report.reporter`."""
    if everywhere:
        for reporter in session.scalars(_same_address(report).with_for_update()):
            reporter.start_again()
    elif report.reporter is not None:
        report.reporter.start_again()


def others_that_are_told(session: Session, report: Report) -> int:
    """How many other reports of the same address its owner gets mails about."""
    told = _same_address(report).where(
        Reporter.report_id != report.id, Reporter.confirmed_at.is_not(None), Reporter.stopped_at.is_(None)
    )
    return session.scalar(select(func.count()).select_from(told.subquery())) or 0


def _same_address(report: Report) -> Select[Reporter]:
    email = (report.reporter.email or "").lower() if report.reporter is not None else ""
    return select(Reporter).where(func.lower(Reporter.email) == email).order_by(Reporter.id)
