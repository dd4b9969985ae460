"""A day for several crews: who drives where, in which order, and what is left out and why."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.planning.fleet_day import Day
from app.planning.fleet_draft import Draft
from app.planning.fleet_reasons import reasons
from app.planning.fleet_search import Rounds, own_rounds
from app.planning.fleet_types import FleetPlan, Progress, Round, Shift, Visit, Why
from app.planning.travel import Travel

__all__ = [
    "FleetPlan",
    "Progress",
    "Round",
    "Shift",
    "Visit",
    "Why",
    "arrivals",
    "insert_cheapest",
    "plan_fleet",
]


def plan_fleet(
    travel: Travel,
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    *,
    detour: int = 300,
    budget: float = 5.0,
    seed: int = 1,
    progress: Progress | None = None,
) -> FleetPlan:
    """The best rounds found within `budget` seconds; what cannot be done is left out with its reason, nothing raised."""
    begun = time.perf_counter()
    day = Day(travel, visits, shifts)
    found = own_rounds(day, detour=detour)
    if progress is not None:
        progress(1.0)
    return _plan(day, found, detour, begun)


def _plan(day: Day, found: Rounds, detour: int, begun: float) -> FleetPlan:
    return FleetPlan(
        rounds=tuple(draft.as_round() for draft in found),
        left_out=reasons(day, found, detour=detour),
        seconds=time.perf_counter() - begun,
        by="own",
    )


def arrivals(travel: Travel, visits: Sequence[Visit], shift: Shift, order: Sequence[int]) -> Round:
    """The times of an order given by hand, windows waited for: nothing is refused, the round says what is late."""
    by_hand = Shift(start=shift.start, end=shift.end, begins=shift.begins, ends=shift.ends, first=tuple(order))
    return Draft(Day(travel, visits, [by_hand]), 0).as_round()


def insert_cheapest(travel: Travel, visits: Sequence[Visit], shift: Shift, order: Sequence[int], visit: int) -> int:
    """The position in `order` at which one visit more costs least driving, after those that are locked.

    One where window and shift are kept, if there is any; else the one that is shortest to drive.
    """
    day = Day(travel, visits, [shift])
    draft = Draft(day, 0)
    if draft.put(stop for stop in order if stop not in shift.first):
        cost, position = draft.offers([visit])
        if cost[0] < float("inf"):
            return int(position[0])
    locked = len(shift.first)
    tries = range(locked, len(order) + 1)
    return min(tries, key=lambda at: day.drive(0, [*order[:at], visit, *order[at:]]))
