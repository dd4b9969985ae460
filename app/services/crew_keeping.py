"""The unit's crews and vehicles: added, changed, put aside and taken up again. Two editors: the second one is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import TypeVar

from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Forbidden, Invalid
from app.models import Crew, Role, Staff, Vehicle
from app.planning.travel import Profile
from app.routing import Rules

CHANGED = N_(
    "Somebody else changed this just now. Look at what stands there now, and save once more if you still want to."
)
MOST_PIECES = 99_999
K = TypeVar("K", bound=Crew | Vehicle)
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, kw_only=True)
class VehicleWords:
    """A vehicle as it is typed in. `rests` are two days of the year ("MM-DD"), or none; `stock` pieces by material."""

    unit_code: str
    name: str
    lift: bool = False
    rests: tuple[str, str] | None = None
    profile: Profile = "car"
    stock: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CrewWords:
    """A crew as it is typed in. Degrees WGS84, local times; without an end it goes back, or ends where it ends."""

    unit_code: str
    name: str
    start: tuple[float, float]
    start_name: str = ""
    returns: bool = True
    end: tuple[float, float] | None = None
    end_name: str = ""
    shift_from: time
    shift_until: time
    vehicle_id: int | None = None


def save_vehicle(
    session: Session, given: VehicleWords, *, vehicle: Vehicle | None, version: int, rules: Rules, by: Staff
) -> Vehicle:
    """A new one (None), or one changed. Raises Forbidden, Invalid, and Conflict for somebody else's change."""
    _check_vehicle(given, rules)
    may_keep(by, given.unit_code, rules)
    found = _held(session, vehicle, by=by, rules=rules, version=version) or Vehicle(unit_code=given.unit_code)
    found.unit_code, found.name, found.profile = given.unit_code, given.name.strip(), given.profile
    found.lift = given.lift
    found.lift_rests_from, found.lift_rests_until = given.rests if given.lift and given.rests else (None, None)
    found.stock = dict(given.stock)
    session.add(found)
    session.flush()
    return found


def save_crew(session: Session, given: CrewWords, *, crew: Crew | None, version: int, rules: Rules, by: Staff) -> Crew:
    """A new one (None), or one changed. Raises Forbidden, Invalid, and Conflict for somebody else's change."""
    _check_crew(session, given)
    may_keep(by, given.unit_code, rules)
    found = _held(session, crew, by=by, rules=rules, version=version) or Crew(unit_code=given.unit_code)
    found.unit_code, found.name, found.vehicle_id = given.unit_code, given.name.strip(), given.vehicle_id
    found.start_lat, found.start_lon = given.start
    found.start_name = given.start_name.strip() or None
    found.end_lat, found.end_lon = given.end or (None, None)
    found.end_name = (given.end_name.strip() or None) if given.end else None
    found.returns = given.returns and given.end is None
    found.shift_from, found.shift_until = given.shift_from, given.shift_until
    session.add(found)
    session.flush()
    return found


def put_aside(session: Session, kept: Crew | Vehicle, *, aside: bool, version: int, rules: Rules, by: Staff) -> None:
    """No longer offered for new plans, or offered again; rounds of before keep its name."""
    held = _held(session, kept, by=by, rules=rules, version=version)
    if held is not None:
        held.active = not aside
        session.flush()


def may_keep(by: Staff, unit_code: str, rules: Rules) -> None:
    """Members of the unit and the desk; crews drive what others keep. Raises Forbidden."""
    unit = rules.units.get(unit_code)
    if by.role == Role.CREW or unit is None or unit.outside or not (by.sees_all or unit_code in by.unit_codes):
        raise Forbidden(N_("You can keep crews and vehicles of your own unit only."))


def _held(session: Session, kept: K | None, *, by: Staff, rules: Rules, version: int) -> K | None:
    """The one to be changed, as it is now and nobody else's for the moment."""
    if kept is None:
        return None
    session.refresh(kept, with_for_update=True)
    may_keep(by, kept.unit_code, rules)
    if kept.version != version:
        raise Conflict(CHANGED)
    return kept


def _check_vehicle(given: VehicleWords, rules: Rules) -> None:
    wrong = _check_name(given.name)
    if given.lift and given.rests and not all(_DAY.fullmatch(day) for day in given.rests):
        wrong["rests_from"] = N_("Write both days as day and month, for example 01.11.")
    for code, pieces in given.stock.items():
        if code in rules.materials and not 0 <= pieces <= MOST_PIECES:
            wrong[f"stock.{code}"] = N_("Write a number of pieces from 0 to 99999.")
    _refuse(wrong)


def _check_crew(session: Session, given: CrewWords) -> None:
    wrong = _check_name(given.name)
    if given.shift_until <= given.shift_from:
        wrong["shift_until"] = N_("The shift must end after it begins.")
    vehicle = session.get(Vehicle, given.vehicle_id) if given.vehicle_id is not None else None
    if given.vehicle_id is not None and (vehicle is None or vehicle.unit_code != given.unit_code):
        wrong["vehicle"] = N_("Choose a vehicle of the same unit.")
    _refuse(wrong)


def _check_name(name: str) -> dict[str, str]:
    if not name.strip():
        return {"name": N_("Write a name, so that you know it again.")}
    return {"name": N_("Write a name of at most 80 characters.")} if len(name.strip()) > 80 else {}


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Invalid(N_("Something must be put right before we can go on:"), fields=dict(wrong))
