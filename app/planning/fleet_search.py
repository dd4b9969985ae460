"""Our own search over rounds: cheapest insertion, then moving single visits while that saves driving."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from app.planning.fleet_day import Day
from app.planning.fleet_draft import Draft

Rounds = list[Draft]


def own_rounds(day: Day, *, detour: float) -> Rounds:
    """All must-do visits that fit, the heaviest first, then may-do ones that are on the way."""
    rounds = [Draft(day, shift) for shift in range(len(day.shifts))]
    musts = [visit for visit in np.flatnonzero(day.must).tolist() if visit not in day.locked]
    for weight in sorted({day.visits[visit].weight for visit in musts}, reverse=True):
        fill(rounds, [visit for visit in musts if day.visits[visit].weight == weight])
    fill(rounds, left_of(day, rounds, must=False), most=detour)
    return rounds


def left_of(day: Day, rounds: Rounds, *, must: bool) -> list[int]:
    """The must-do, or the may-do, visits that are in no round."""
    taken = {stop for draft in rounds for stop in draft.stops}
    return [visit for visit in np.flatnonzero(day.must == must).tolist() if visit not in taken]


def fill(rounds: Rounds, visits: Iterable[int], *, most: float = np.inf) -> None:
    """Insert visit after visit, always the one that adds least driving, while one fits and adds at most `most`."""
    left = np.array(sorted(visits), dtype=np.int64)
    if not len(left) or not rounds:
        return
    offers = [draft.offers(left) for draft in rounds]
    while len(left):
        costs = np.array([cost for cost, _ in offers])
        shift, at = np.unravel_index(costs.argmin(), costs.shape)
        if not costs[shift, at] <= most or np.isinf(costs[shift, at]):
            return
        rounds[shift].insert(int(offers[shift][1][at]), int(left[at]))
        left = np.delete(left, at)
        offers = [(np.delete(cost, at), np.delete(where, at)) for cost, where in offers]
        offers[shift] = rounds[shift].offers(left)


def value(day: Day, rounds: Rounds, *, detour: float) -> tuple[float, float]:
    """What rounds are worth, more is better: the weight of the must-do visits done, then driving saved."""
    done = [stop for draft in rounds for stop in draft.stops]
    taken = sum(1 for stop in done if not day.must[stop])
    return round(sum(_weights(day, done)), 6), detour * taken - sum(draft.drive for draft in rounds)


def _weights(day: Day, stops: Sequence[int]) -> list[float]:
    return [day.visits[stop].weight for stop in stops if day.must[stop]]
