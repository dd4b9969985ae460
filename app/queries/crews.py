"""What a crew can drive to, and its route lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, exists, func, select, true
from sqlalchemy.orm import Session, selectinload

from app.errors import N_, NotFound
from app.models import Report, ReportStatus, RouteList, Staff, Stop, StopReport

PLANNABLE = (ReportStatus.FORWARDED.value, ReportStatus.IN_PROGRESS.value)
MOST_REPORTS = 400
# A report that the desk moved while it was on a list stays on that list until the crew has closed it.
FREE = (
    Report.status.in_(PLANNABLE),
    Report.lat.is_not(None),
    ~exists().where(StopReport.report_id == Report.id, StopReport.active),
)


def lists_of(staff: Staff) -> ColumnElement[bool]:
    """The route lists that a person may open: their units' ones, for desk and administrators all."""
    return true() if staff.sees_all else RouteList.unit_code.in_(staff.unit_codes)


def plannable(
    session: Session, *, unit_code: str, category_codes: Sequence[str] = (), lock: bool = False
) -> Sequence[Report]:
    """The unit's placed reports that are forwarded or in progress, with reporters, the most urgent first; at most 400.

    With `lock` they are held until the transaction ends, and those that somebody else is planning are left out.
    """
    wanted = [Report.unit_code == unit_code, *FREE]
    if category_codes:
        wanted.append(Report.category_code.in_(category_codes))
    query = (
        select(Report)
        .where(and_(*wanted))
        .order_by(Report.due_at.asc().nulls_last(), Report.id)
        .limit(MOST_REPORTS)
        .options(selectinload(Report.reporter))
    )
    return session.scalars(query.with_for_update(skip_locked=True) if lock else query).all()


def still_free(session: Session, report_ids: Iterable[int], *, unit_code: str) -> set[int]:
    """Those of the reports that the unit can still drive to, held until the transaction ends."""
    wanted = select(Report.id).where(Report.id.in_(list(report_ids)), Report.unit_code == unit_code, *FREE)
    return set(session.scalars(wanted.order_by(Report.id).with_for_update(skip_locked=True)))


def plannable_counts(session: Session, unit_codes: Sequence[str]) -> dict[tuple[str, str], int]:
    """(unit, category) -> how many reports could be driven to."""
    query = (
        select(Report.unit_code, Report.category_code, func.count())
        .where(Report.unit_code.in_(unit_codes), *FREE)
        .group_by(Report.unit_code, Report.category_code)
    )
    return {(unit or "", category): count for unit, category, count in session.execute(query)}


def named_reports(session: Session, staff: Staff, references: Sequence[str]) -> Sequence[Report]:
    """The reports of these references that the person's units can drive to."""
    if not references:
        return []
    mine = true() if staff.sees_all else Report.unit_code.in_(staff.unit_codes)
    query = select(Report).where(Report.reference.in_(references), mine, *FREE)
    return session.scalars(query.order_by(Report.id)).all()


def route_list_for(session: Session, staff: Staff, route_list_id: int, *, lock: bool = False) -> RouteList:
    """The list with its stops, their reports and photos; raises NotFound where it is not the person's."""
    stops = selectinload(RouteList.stops).selectinload(Stop.entries).joinedload(StopReport.report)
    query = (
        select(RouteList)
        .where(RouteList.id == route_list_id, lists_of(staff))
        .options(stops.selectinload(Report.photos), stops.joinedload(Report.reporter))
    )
    found = session.scalar(query.with_for_update(of=RouteList) if lock else query)
    if found is None:
        raise NotFound(N_("There is no such route list, or it is not your unit's."))
    return found
