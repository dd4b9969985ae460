"""One report with all that the desk decides on; at most six queries, whatever hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.models import (
    ActorKind,
    FieldEntry,
    Forwarding,
    Notification,
    Report,
    RoundLink,
    Staff,
    StopReport,
    Update,
    UpdateKind,
)
from app.queries import queue
from app.queries.stuck import about_report
from app.queries.visible import report_for

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from app.queries.queue import Neighbour


@dataclass(frozen=True)
class Line:
    """A line of history with the name of the staff member, None for others; `firm` is the contractor's."""

    update: Update
    name: str | None
    firm: str | None = None


@dataclass(frozen=True)
class DeskReport:
    """The report and what stands beside it. `holder` is somebody else who is looking at it."""

    report: Report
    lines: list[Line]
    nearby: list[Neighbour]
    holder: str | None
    # Something about it did not get through, to a unit or to the reporter.
    undelivered: bool = False

    @property
    def candidates(self) -> list[Neighbour]:
        """Possible duplicates: the same category and open within 100 m, the same lamp first."""
        return [one for one in self.nearby if one.is_candidate]

    @property
    def others(self) -> list[Neighbour]:
        """What else was reported at the place."""
        return [one for one in self.nearby if not one.is_candidate]


@dataclass(frozen=True)
class Decided:
    """A decision that can still be undone, and what would go out."""

    update: Update
    reference: str
    category_code: str
    reporter_is_told: bool
    supporters_told: int
    informed: list[str]


def desk_report(
    session: Session,
    staff: Staff,
    reference: str,
    *,
    at: datetime,
    claim_lasts: timedelta,
    deliveries: bool = False,
    holder: str | None = None,
) -> DeskReport:
    """Everything about one report for somebody who may act on it; raises NotFound.

    `deliveries` also loads what was sent to units, for the full page. `holder` where it is known already.
    """
    options = [
        joinedload(Report.reporter),
        joinedload(Report.duplicate_of),
        joinedload(Report.asset),
        joinedload(Report.rating),
        joinedload(Report.photos),
    ]
    if deliveries:
        options.append(joinedload(Report.forwardings).joinedload(Forwarding.deliveries))
    report = report_for(session, staff, reference, *options, to_act=True)
    rows = session.execute(
        select(Update, Staff.name, about_report(report.id).label("undelivered"), _firm().label("firm"))
        .outerjoin(Staff, Staff.id == Update.staff_id)
        .where(Update.report_id == report.id)
        .order_by(Update.id)
        .options(joinedload(Update.note))
    ).all()
    return DeskReport(
        report=report,
        lines=[Line(update, name, firm) for update, name, _, firm in rows],
        undelivered=any(row.undelivered for row in rows[:1]),
        nearby=queue.near(session, report),
        holder=_holder(session, report, staff, at=at, claim_lasts=claim_lasts) if holder is None else holder or None,
    )


def _firm() -> ColumnElement[str | None]:
    """Whose link a line came by: the tap has the same moment, and its stop the same report."""
    name = (
        select(RoundLink.name)
        .join(FieldEntry, FieldEntry.link_id == RoundLink.id)
        .outerjoin(StopReport, StopReport.stop_id == FieldEntry.stop_id)
        .where(
            FieldEntry.happened_at == Update.at,
            or_(FieldEntry.report_id == Update.report_id, StopReport.report_id == Update.report_id),
        )
        .correlate(Update)
        .limit(1)
        .scalar_subquery()
    )
    return case((Update.actor_kind == ActorKind.CONTRACTOR.value, name))


def _holder(session: Session, report: Report, staff: Staff, *, at: datetime, claim_lasts: timedelta) -> str | None:
    claimed_at = report.claimed_at
    if report.claimed_by_id in {None, staff.id} or claimed_at is None or claimed_at < at - claim_lasts:
        return None
    return session.scalar(select(Staff.name).where(Staff.id == report.claimed_by_id))


def decided(session: Session, staff: Staff, update_id: int, *, since: datetime) -> Decided | None:
    """One's own decision made after `since`, if it stands; None otherwise."""
    to_reporter = (Notification.update_id == Update.id, Notification.support_id.is_(None))
    mail = select(Notification.id).where(*to_reporter).exists()
    supporters = select(func.count()).where(Notification.update_id == Update.id, Notification.support_id.is_not(None))
    line = aliased(Update)
    informed = select(func.array_agg(line.unit_code)).where(
        line.report_id == Update.report_id,
        line.kind == UpdateKind.INFORMED,
        line.at == Update.at,
        line.unit_code.is_not(None),
    )
    told = func.coalesce(informed.scalar_subquery(), [])
    row = session.execute(
        select(Update, Report.reference, Report.category_code, mail, supporters.scalar_subquery(), told)
        .join(Report, Report.id == Update.report_id)
        .where(Update.id == update_id, Update.staff_id == staff.id, Update.at > since)
    ).first()
    if row is None or row[0].data.get("undone") or "before" not in row[0].data:
        return None
    return Decided(*row)


def sent_together(session: Session, batch: str) -> dict[str, int]:
    """How many reports each unit was sent by one decision on many; by the unit's code."""
    count = func.count()
    query = (
        select(Update.unit_code, count)
        .where(Update.data["batch"].astext == batch, Update.kind.in_([UpdateKind.FORWARDED, UpdateKind.REFERRED]))
        .group_by(Update.unit_code)
        .order_by(count.desc(), Update.unit_code)
    )
    return {code: n for code, n in session.execute(query) if code}


def latest_forwarding(report: Report) -> Forwarding | None:
    """The forwarding that can be called back: the last that stands, for the unit responsible."""
    standing = [one for one in report.forwardings if one.undone_at is None and not one.for_information]
    return standing[-1] if standing and standing[-1].unit_code == report.unit_code else None
