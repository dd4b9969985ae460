"""The imported road network, and the closures that hold or are still to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, undefer

from app.models import RoadClosure, RoadNetwork


def network(session: Session) -> RoadNetwork | None:
    """The latest, without its arrays."""
    return session.scalars(select(RoadNetwork).order_by(RoadNetwork.id.desc()).limit(1)).first()


def arrays_of(session: Session, network_id: int) -> bytes | None:
    """The packed graph; None: another import took its place meanwhile."""
    query = select(RoadNetwork).where(RoadNetwork.id == network_id).options(undefer(RoadNetwork.arrays))
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    return found.arrays if found else None


def open_closures(session: Session, *, day: date) -> Sequence[RoadClosure]:
    """Not ended, and not over before this day; first those that begin first."""
    query = (
        select(RoadClosure)
        .where(
            RoadClosure.ended_at.is_(None),
            or_(RoadClosure.yearly, RoadClosure.until_day.is_(None), RoadClosure.until_day >= day),
        )
        .order_by(RoadClosure.from_day, RoadClosure.id)
        .options(joinedload(RoadClosure.created_by))
    )
    return session.scalars(query).all()


def closure(session: Session, closure_id: int) -> RoadClosure | None:
    """One of them, locked."""
    return session.scalars(select(RoadClosure).where(RoadClosure.id == closure_id).with_for_update()).first()
