"""Who sees which reports. Every query that lists or loads reports for somebody starts here."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from app.errors import N_, Gone, NotFound
from app.models import Forwarding, Report, ReportStatus, Role, Staff
from app.models.reference import parse_reference


def seen_by(staff: Staff) -> ColumnElement[bool]:
    """The desk sees all; a unit its own and those sent to it for information; a crew what its unit has to mend."""
    if staff.sees_all:
        return true()
    units = staff.unit_codes
    if not units:
        return false()
    own = and_(Report.unit_code.in_(units), Report.status != ReportStatus.NEW.value)
    if staff.role == Role.CREW:
        return own
    told = exists(
        select(Forwarding.id).where(
            Forwarding.report_id == Report.id,
            Forwarding.unit_code.in_(units),
            Forwarding.for_information,
            Forwarding.undone_at.is_(None),
        )
    )
    return or_(own, told)


def held_by(staff: Staff) -> ColumnElement[bool]:
    """The reports that a person may act on: as `seen_by`, without those sent for information only."""
    if staff.sees_all:
        return true()
    return and_(Report.unit_code.in_(staff.unit_codes), Report.status != ReportStatus.NEW.value)


def is_public() -> ColumnElement[bool]:
    """What everybody may see of a report's place, category, status and dates; the same as the map's triggers count."""
    return and_(
        ~Report.private,
        Report.hidden_at.is_(None),
        Report.lat.is_not(None),
        Report.status != ReportStatus.WITHDRAWN.value,
    )


def report_for(session: Session, staff: Staff, typed: str, *options: object, to_act: bool = False) -> Report:
    """The report with this reference if `staff` may see it (or act on it); raises NotFound otherwise.

    `options` are loader options: relationships raise unless they are asked for.
    """
    allowed = held_by(staff) if to_act else seen_by(staff)
    query = select(Report).where(Report.reference == (parse_reference(typed) or ""), allowed)
    report = session.scalars(query.options(*options)).unique().one_or_none()  # type: ignore[arg-type]
    if report is None:
        raise NotFound(N_("There is no report with this reference, or it is not yours to see."))
    return report


def public_reference(session: Session, typed: str) -> str | None:
    """The reference of a report that everybody may see, from what somebody typed; None when there is none."""
    wanted = parse_reference(typed) or ""
    return session.scalar(select(Report.reference).where(Report.reference == wanted, is_public()))


def public_report(session: Session, typed: str, *options: object) -> Report:
    """The report with this reference for everybody; a hidden one raises Gone, a private one NotFound."""
    query = select(Report).where(Report.reference == (parse_reference(typed) or ""))
    report: Report | None = session.scalar(query.options(*options))  # type: ignore[arg-type]
    if report is None or report.private:
        raise NotFound(N_("There is no report with this reference. Check the digits."))
    if report.hidden_at is not None or report.status == ReportStatus.WITHDRAWN:
        raise Gone(N_("This report is no longer shown."))
    return report
