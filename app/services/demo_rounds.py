"""The demo's crews and route lists: driven ones, the one that is in the car right now, and a plan for tomorrow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.errors import Invalid
from app.models import Crew, RouteList, StopOutcome, Vehicle
from app.services import crews, field, plans
from app.services.driving import Driver
from app.services.faults import FaultSeen, worth_driving_to
from app.services.plan_problem import seconds_of_day
from app.services.plan_wanted import ShiftWanted, Wanted

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.demo_history import World

UNIT = "bydrift"
# Bydrift's depot, from where the crews drive.
DEPOT = (69.6722, 18.9330)
DEPOT_NAME = "Depotet på Langnes"
LAMPS = ("lamp_dark", "lamps_stretch", "lamp_fitting")
AGO_DAYS = (75, 54, 33, 19)
CREW = "per"
# Minutes at the stops as a crew says them, one after another; what it used there.
MINUTES = (14, 9, 22, 12, 17, 11, 19)
USED = ({"led_40": 1}, {"bulb_70": 1}, {"bulb_70": 1, "fuse_10": 1}, {"fuse_10": 1})
# No car drives as short as it was planned.
DRIVEN = 1.06


class Rounds:
    """Plans rounds and drives them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._crews: list[Crew] = []

    def plan_all(self) -> None:
        """Some mornings in the past, and the round of today. The crews are there from the first of them on."""
        self._crews = keep_crews(self._world.session)
        for days in AGO_DAYS:
            morning = self._morning(self._world.now - timedelta(days=days))
            self._world.plan(morning, self._drive)
        self._world.plan(self._world.now - timedelta(minutes=95), self._set_out)

    def _set_out(self, at: datetime) -> None:
        """A third of it is driven, and the crew is still out."""
        route_list = self._plan(at, name="Lysrunden")
        if route_list is not None:
            self._complete(route_list, at, share=0.34)

    def _drive(self, at: datetime) -> None:
        route_list = self._plan(at, name=f"Lysrunden {at:%d.%m.}")
        if route_list is not None:
            end = self._complete(route_list, at, share=0.9)
            route_list.driven_metres = round(route_list.total_metres * DRIVEN, -2)
            crews.close(route_list, by=self._world.staff[CREW], at=end)

    def _plan(self, at: datetime, *, name: str) -> RouteList | None:
        world, crew = self._world, self._crews[0]
        local = at.astimezone(world.rules.timezone)
        shift = replace(shift_of(crew), begins=seconds_of_day(local.time()), ends=None)
        wanted = Wanted(unit_code=UNIT, day=local.date(), shifts=(shift,), name=name, category_codes=LAMPS,
                        most_stops=16)  # fmt: skip
        try:
            return plans.plan(world.session, wanted, rules=world.rules, by=world.staff[CREW], at=at)
        except Invalid:
            return None

    def _complete(self, route_list: RouteList, at: datetime, *, share: float) -> datetime:
        """Tick off this share of the stops, one every ten minutes; returns when the last one was done."""
        world = self._world
        for number, stop in enumerate(route_list.stops[: round(len(route_list.stops) * share)]):
            at += timedelta(minutes=world.random.uniform(6, 14))
            if at > world.now:
                break
            for entry in stop.entries:
                world.know(entry.report)
            found = world.random.random() > 0.08
            outcome = StopOutcome.DONE if found else StopOutcome.NOT_FOUND
            words = "Byttet lyskilde." if found else "Fant ikke masta, står ikke på plassen."
            field.complete(
                world.session, Driver(staff=world.staff[CREW]), route_list, stop_id=stop.id, outcome=outcome,
                key=f"demo-{stop.id}", rules=world.rules, at=at, words=words, show=found,
                minutes=MINUTES[number % len(MINUTES)] if found else 5, materials=self._used(number) if found else {},
            )  # fmt: skip
        return at

    def _used(self, number: int) -> dict[str, int]:
        """What went into the lamp, of what the rules know."""
        known = self._world.rules.materials
        return {code: pieces for code, pieces in USED[number % len(USED)].items() if code in known}

    def _morning(self, day: datetime) -> datetime:
        local = day.astimezone(self._world.rules.timezone)
        start = datetime.combine(local.date(), time(7, 10), local.tzinfo).astimezone(day.tzinfo)
        return self._world.office_hour(start)


def keep_crews(session: Session) -> list[Crew]:
    """Two crews of Bydrift: one with a lift lorry for the lamps, one with a van that lifts too."""
    lift = Vehicle(unit_code=UNIT, name="Liftbil ZH 41207", lift=True, profile="lorry",
                   stock={"led_40": 12, "bulb_70": 40, "fuse_10": 60})  # fmt: skip
    van = Vehicle(unit_code=UNIT, name="Varebil ZH 50331", lift=True, stock={"cold_asphalt": 10, "fuse_10": 20})
    usual = {"unit_code": UNIT, "start_lat": DEPOT[0], "start_lon": DEPOT[1], "start_name": DEPOT_NAME}
    made = [
        Crew(name="Lyslaget", vehicle=lift, shift_from=time(7), shift_until=time(15), **usual),
        Crew(name="Veglaget", vehicle=van, shift_from=time(7, 30), shift_until=time(15, 30), **usual),
    ]
    session.add_all(made)
    session.flush()  # Route lists name their crews.
    return made


def shift_of(crew: Crew) -> ShiftWanted:
    """The crew's usual day."""
    return ShiftWanted(
        name=crew.name,
        crew_id=crew.id,
        vehicle_id=crew.vehicle_id,
        start_lat=crew.start_lat,
        start_lon=crew.start_lon,
        start_name=crew.start_name or "",
        begins=seconds_of_day(crew.shift_from),
        ends=seconds_of_day(crew.shift_until),
        lift=bool(crew.vehicle and crew.vehicle.lift),
    )


def plan_tomorrow(world: World) -> None:
    """Ola has asked for a plan for the next working day, and has not released it yet.

    The first fault of each kind is not in it, so that the list of faults shows stretches and crossings too.
    Both crews are away from a quarter past nine on, so that both drive and not everything finds its place.
    """
    query = select(Crew).where(Crew.unit_code == UNIT).options(joinedload(Crew.vehicle)).order_by(Crew.id)
    tomorrow = world.now.astimezone(world.rules.timezone) + timedelta(days=1)
    day = world.office_hour(tomorrow.replace(hour=5)).date()
    shifts = tuple(replace(shift_of(crew), ends=seconds_of_day(time(9, 15))) for crew in world.session.scalars(query))
    wanted = Wanted(unit_code=UNIT, day=day, shifts=shifts, references=_chosen(world), most_stops=30)
    plans.plan_here(world.session, wanted, rules=world.rules, by=world.staff["ola"], at=world.now)


def _chosen(world: World) -> tuple[str, ...]:
    """What Ola ticked in the list of faults: all but the first of each kind, and a gathered area as a whole."""
    found = worth_driving_to(world.session, unit_code=UNIT, rules=world.rules, at=world.now)
    first: dict[str, FaultSeen] = {}
    for one in found:
        first.setdefault(one.fault.kind, one)
    return tuple(one.reference for one in found if not _same(first[one.fault.kind], one))


def _same(first: FaultSeen, other: FaultSeen) -> bool:
    return other is first or (first.fault.trip is not None and other.fault.trip == first.fault.trip)
