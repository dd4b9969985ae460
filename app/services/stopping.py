"""No more mails, said by who reads the address: about one report, or about all that were sent with it; and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, func, or_, select

from app.models import Report, Reporter, Support
from app.models.address import ascii_address

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def stop(session: Session, report: Report, *, at: datetime) -> None:
    """No mails about this report, its duplicates or what it is a duplicate of. Expects `report.reporter`."""
    if report.reporter is not None:
        report.reporter.stop(at=at)
        stop_matter(session, report, report.reporter.email, at=at)


def stop_support(session: Session, support: Support, *, at: datetime) -> None:
    """The same for one who said "mine too", perhaps in two browsers."""
    stop_matter(session, session.get_one(Report, support.report_id), support.email, at=at)
    support.stop(at=at)


def stop_matter(session: Session, report: Report, email: str | None, *, at: datetime) -> None:
    """One who says stop means the matter, and not the one of their rows that the last mail happened to come from."""
    if email is None:
        return
    first = report.duplicate_of_id or report.id
    matter = select(Report.id).where(or_(Report.id == first, Report.duplicate_of_id == first))
    typed = ascii_address(email).lower()
    supports = select(Support).where(
        func.lower(Support.email) == typed, Support.report_id.in_(matter), Support.ended_at.is_(None)
    )
    for support in session.scalars(supports.order_by(Support.id).with_for_update()):
        support.stop(at=at)
    reporters = select(Reporter).where(func.lower(Reporter.email) == typed, Reporter.report_id.in_(matter))
    for reporter in session.scalars(reporters.order_by(Reporter.id).with_for_update()):
        reporter.stop(at=at)


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
