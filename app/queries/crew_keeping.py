"""The crews and vehicles of units, for those who keep them and for those who plan with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, NotFound
from app.models import Crew, Staff, Vehicle


def crews_of(session: Session, unit_codes: Sequence[str], *, active: bool = False) -> Sequence[Crew]:
    """Crews with their vehicles; those put aside come last, or not at all."""
    query = select(Crew).where(Crew.unit_code.in_(unit_codes)).options(joinedload(Crew.vehicle))
    if active:
        query = query.where(Crew.active)
    return session.scalars(query.order_by(Crew.active.desc(), Crew.unit_code, Crew.name, Crew.id)).all()


def vehicles_of(session: Session, unit_codes: Sequence[str], *, active: bool = False) -> Sequence[Vehicle]:
    """Vehicles; those put aside come last, or not at all."""
    query = select(Vehicle).where(Vehicle.unit_code.in_(unit_codes))
    if active:
        query = query.where(Vehicle.active)
    return session.scalars(query.order_by(Vehicle.active.desc(), Vehicle.unit_code, Vehicle.name, Vehicle.id)).all()


def crew_for(session: Session, staff: Staff, crew_id: int) -> Crew:
    """The crew; raises NotFound where it is not the person's unit's."""
    found = session.get(Crew, crew_id)
    if found is None or not (staff.sees_all or found.unit_code in staff.unit_codes):
        raise NotFound(N_("There is no such crew, or it is not your unit's."))
    return found


def vehicle_for(session: Session, staff: Staff, vehicle_id: int) -> Vehicle:
    """The vehicle; raises NotFound where it is not the person's unit's."""
    found = session.get(Vehicle, vehicle_id)
    if found is None or not (staff.sees_all or found.unit_code in staff.unit_codes):
        raise NotFound(N_("There is no such vehicle, or it is not your unit's."))
    return found
