"""A day for several crews: who drives where, in which order, and what is left out and why."""

from __future__ import annotations

from collections.abc import Sequence

from app.planning.fleet_day import Day
from app.planning.fleet_detours import take_on_the_way
from app.planning.fleet_draft import Draft
from app.planning.fleet_effort import Effort
from app.planning.fleet_reasons import reasons
from app.planning.fleet_search import Rounds, empty_rounds, left_of, own_rounds, value
from app.planning.fleet_solver import solve
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

# Shares of the budget that are used up when a part of the search must end; the rest is for the reasons.
_OWN, _TOO_LATE, _WARM, _SOLVED, _ALL = 0.2, 0.6, 0.5, 0.85, 0.95
# For several crews PyVRP goes on from our rounds first, then begins once more from nothing: of six days of 120-300
# visits (3 s of CPU time) each was the better beginning three times, by 3-20 % of driving less what may-do visits are
# worth, since begun from good rounds it stays near them. One crew's order is ours already or close by: at 20-300 stops
# PyVRP from nothing was as long or up to 5 % longer in the same second, from ours at most 1 % shorter.
# One crew's order is searched by ourselves for longer.
_ONE_CREW = 0.4
# Fewer visits than this are ordered by trying all orders, if one crew does them.
_WORTH_SOLVING = 2


def plan_fleet(
    travel: Travel,
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    *,
    detour: int = 300,
    budget: float = 5.0,
    seed: int = 1,
    steps: int | None = None,
    progress: Progress | None = None,
) -> FleetPlan:
    """The best rounds found within `budget` seconds; what cannot be done is left out with its reason.

    With `steps` no clock decides: the answer is the same on every machine. What is driven first in a shift and may not
    be changed is `Shift.first`; to plan what is left of a day anew, let the shift start at the present place and time.
    Raises ValueError for places and visits that do not exist; nothing else is refused.
    """
    effort = Effort(budget, steps, progress)
    day = Day(travel, visits, shifts)
    found, by = _search(day, effort, detour, seed)
    plan = FleetPlan(
        rounds=tuple(draft.as_round() for draft in found),
        left_out=reasons(day, found, detour=detour),
        seconds=effort.seconds,
        by=by,
    )
    effort.done()
    return plan


def _search(day: Day, effort: Effort, detour: int, seed: int) -> tuple[Rounds, str]:
    share = _ONE_CREW if len(day.shifts) == 1 else _OWN
    steps = None if effort.steps is None else 10 * effort.steps
    own = own_rounds(day, expired=effort.expired(share), steps=steps, budget=share * effort.budget, seed=seed)
    own_with_may = [draft.copy() for draft in own]
    take_on_the_way(own_with_may, detour=detour, expired=effort.expired(_ALL))
    free = sum(len(draft.stops) - draft.locked for draft in own) + len(left_of(own, must=True))
    if not day.shifts or free + len(left_of(own, must=False)) < _WORTH_SOLVING or effort.expired(_TOO_LATE)():
        return own_with_may, "own"
    patience = _patience(len(day.visits))
    found = [(own_with_may, "own")]
    alone = len(day.shifts) == 1
    begins = [(_SOLVED if alone else _WARM, own_with_may), *([] if alone else [(_SOLVED, empty_rounds(day))])]
    for share, begin in begins:
        solved = solve(begin, effort.enough(share, patience), detour=detour, seed=seed)
        if solved is not None and take_on_the_way(solved, detour=detour, expired=effort.expired(_ALL)):
            found.append((solved, "pyvrp"))
    return max(found, key=lambda one: value(one[0], detour=detour))


def _patience(visits: int) -> int:
    """Steps without gain after which PyVRP may stop: a short list need not wait for the clock."""
    return 500 + 20 * visits


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
    tries = [(_seconds(day, [*order[:at], visit, *order[at:]]), at) for at in range(locked, len(order) + 1)]
    return min(tries)[1]


def _seconds(day: Day, stops: Sequence[int]) -> float:
    way = day.way(0, stops)
    return float(day.seconds[way[:-1], way[1:]].sum())
