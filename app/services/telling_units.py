"""What a reporter does with a report that a unit has: the unit hears of it the way it heard of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models import AT_UNIT, Delivery, Forwarding, Report, ReportStatus, Update
from app.routing import Channel
from app.services.forwarding import MAY_HAVE_ARRIVED, enqueue, locked_deliveries, new_delivery

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# A unit with only an inbox sees it there: nothing has to travel.
_TRAVELS = {"email", "webhook"}


def unit_forwarding(session: Session, report: Report) -> Forwarding | None:
    """The forwarding by which the responsible unit got the report, if it still stands."""
    query = select(Forwarding).where(
        Forwarding.report_id == report.id,
        Forwarding.unit_code == report.unit_code,
        ~Forwarding.for_information,
        Forwarding.undone_at.is_(None),
    )
    return session.scalar(query.order_by(Forwarding.id.desc()).limit(1))


def has_unit(report: Report) -> bool:
    """Whether a unit has the report: one of ours, or one outside to which it was sent on."""
    return report.status in AT_UNIT or report.status == ReportStatus.REFERRED


def tell_unit(session: Session, report: Report, update: Update, *, kind: str, at: datetime) -> list[Delivery]:
    """Queue what the unit hears about `update`: once for each address that may know of the report.

    Where the report itself has not gone out yet there is nothing to add: what goes out later tells all of it. The rows
    are locked, so that a worker has either packed the report without the update, and we see it, or packs it with it.
    """
    forwarding = unit_forwarding(session, report)
    if forwarding is None:
        return []
    session.add(update)
    session.flush()  # Its id keeps a second delivery of the same from being made.
    told = {
        (delivery.channel, delivery.address)
        for delivery in locked_deliveries(session, forwarding)
        if delivery.state in MAY_HAVE_ARRIVED and delivery.channel in _TRAVELS
    }
    deliveries = [
        new_delivery(Channel.model_validate({"kind": channel, "address": address}), at=at, go=at, kind=kind)
        for channel, address in sorted(told, key=str)
    ]
    for delivery in deliveries:
        delivery.forwarding_id, delivery.update_id = forwarding.id, update.id
    session.add_all(deliveries)
    enqueue(session, deliveries)
    return deliveries
