"""What could not be delivered about one report: to which unit or to whom, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, exists, false, literal, null, or_, select, union_all

from app.models import Delivery, Forwarding, Notification
from app.queries.deliveries import STUCK

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Stuck:
    """One message that did not get through, or of which nobody knows. `unit_code` is empty for a mail to a reporter.

    `kind`: of a Delivery or a Notification. `may_come_back`: the report can be taken back from the unit.
    """

    id: int
    state: str
    kind: str
    unit_code: str | None
    address: str | None
    to_supporter: bool
    may_come_back: bool
    attempts: int
    started_at: datetime | None
    last_error: str | None

    @property
    def path(self) -> str:
        """Where the buttons about it lead."""
        return f"/staff/deliveries/{self.id}" if self.unit_code else f"/staff/deliveries/notifications/{self.id}"


def about_report(report_id: int) -> ColumnElement[bool]:
    """Whether anything about the report waits so; a look at two indexes."""
    return or_(exists(_to_units(report_id)), exists(_to_people(report_id)))


def stuck(session: Session, report_id: int) -> list[Stuck]:
    """All of it, to units first; one statement."""
    return [Stuck(*row) for row in session.execute(union_all(_to_units(report_id), _to_people(report_id)))]


def _to_units(report_id: int) -> Select[*tuple[Any, ...]]:
    back = (Delivery.kind == "forward") & Forwarding.undone_at.is_(None)
    query = select(
        Delivery.id, Delivery.state, Delivery.kind, Forwarding.unit_code, Delivery.address, false(), back,
        Delivery.attempts, Delivery.started_at, Delivery.last_error,
    ).join(Delivery.forwarding)  # fmt: skip
    return query.where(Forwarding.report_id == report_id, Delivery.state.in_(STUCK))


def _to_people(report_id: int) -> Select[*tuple[Any, ...]]:
    """To the reporter, or to somebody who said "mine too": their addresses are not shown."""
    query = select(
        Notification.id, Notification.state, Notification.kind, null(), null(), Notification.support_id.is_not(None),
        literal(value=False), Notification.attempts, Notification.started_at, Notification.last_error,
    )  # fmt: skip
    return query.where(
        Notification.report_id == report_id, Notification.state.in_(STUCK), Notification.told_in_id.is_(None)
    )
