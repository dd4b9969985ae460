"""The demo's route lists: driven ones, and the one that Bydrift's crew has in the car right now."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from app.errors import Invalid
from app.models import RouteList, StopOutcome
from app.services import crews, plans
from app.services.plans import Round

if TYPE_CHECKING:
    from app.services.demo_history import World

# Bydrift's depot, from where the crews drive.
DEPOT = (69.6722, 18.9330)
LAMPS = ("lamp_dark", "lamps_stretch", "lamp_fitting")
AGO_DAYS = (75, 54, 33, 19)
CREW = "per"


class Rounds:
    """Plans rounds and drives them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def plan_all(self) -> None:
        """Some mornings in the past, and the round of today."""
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
            crews.close(route_list, by=self._world.staff[CREW], at=end)

    def _plan(self, at: datetime, *, name: str) -> RouteList | None:
        wanted = Round(unit_code="bydrift", start_lat=DEPOT[0], start_lon=DEPOT[1], start_name="Depotet på Langnes",
                       name=name, category_codes=LAMPS, most_stops=16)  # fmt: skip
        world = self._world
        try:
            return plans.plan(world.session, wanted, rules=world.rules, by=world.staff[CREW], at=at)
        except Invalid:
            return None

    def _complete(self, route_list: RouteList, at: datetime, *, share: float) -> datetime:
        """Tick off this share of the stops, one every ten minutes; returns when the last one was done."""
        world = self._world
        for stop in route_list.stops[: round(len(route_list.stops) * share)]:
            at += timedelta(minutes=world.random.uniform(6, 14))
            if at > world.now:
                break
            for entry in stop.entries:
                world.know(entry.report)
            found = world.random.random() > 0.08
            outcome = StopOutcome.DONE if found else StopOutcome.NOT_FOUND
            words = "Byttet lyskilde." if found else "Fant ikke masta, står ikke på plassen."
            crews.complete_stop(world.session, stop, outcome=outcome, by=world.staff[CREW], at=at,
                                key=f"demo-{stop.id}", words=words, show=found)  # fmt: skip
        return at

    def _morning(self, day: datetime) -> datetime:
        local = day.astimezone(self._world.rules.timezone)
        start = datetime.combine(local.date(), time(7, 10), local.tzinfo).astimezone(day.tzinfo)
        return self._world.office_hour(start)
