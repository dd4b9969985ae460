"""Our own search over rounds: cheapest insertion, shorter orders, and single visits moved to where they cost less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from app.planning.fleet_day import Day
from app.planning.fleet_draft import Draft
from app.planning.one_way import order_one_way

Rounds = list[Draft]
Expired = Callable[[], bool]
"""Whether the time for this part of the search is over."""

_GAIN = 0.5
"""Seconds of driving: less is not worth a change."""


def own_rounds(day: Day, *, expired: Expired, steps: int | None, budget: float, seed: int) -> Rounds:
    """All must-do visits that fit, the heaviest first if not all do. May-do visits are not looked at.

    One crew's order is searched on for `steps` swaps, or `budget` seconds: it may be all there is to find.
    """
    rounds = empty_rounds(day)
    if len(rounds) == 1:
        rounds[0].put(left_of(rounds, must=True))
        reorder(rounds[0], steps=steps, budget=budget, seed=seed)
    if not left_of(rounds, must=True):
        return rounds
    fill(rounds, left_of(rounds, must=True), expired=expired)
    improve(rounds, expired=expired, seed=seed)
    fill(rounds, left_of(rounds, must=True), expired=expired)
    if left_of(rounds, must=True):
        rounds = max(rounds, _by_weight(day, expired, seed), key=lambda found: value(found, detour=0))
    return rounds


def empty_rounds(day: Day) -> Rounds:
    """A draft for each shift, with what is locked in it."""
    return [Draft(day, shift) for shift in range(len(day.shifts))]


def _by_weight(day: Day, expired: Expired, seed: int) -> Rounds:
    rounds = empty_rounds(day)
    left = left_of(rounds, must=True)
    for weight in sorted({day.visits[visit].weight for visit in left}, reverse=True):
        fill(rounds, [visit for visit in left if day.visits[visit].weight == weight], expired=expired)
    improve(rounds, expired=expired, seed=seed)
    fill(rounds, left_of(rounds, must=True), expired=expired)
    return rounds


def left_of(rounds: Rounds, *, must: bool) -> list[int]:
    """The must-do, or the may-do, visits that are in no round."""
    if not rounds:
        return []
    taken = {stop for draft in rounds for stop in draft.stops}
    return [visit for visit in np.flatnonzero(rounds[0].day.must == must).tolist() if visit not in taken]


def fill(rounds: Rounds, visits: Iterable[int], *, most: float = np.inf, expired: Expired) -> None:
    """Insert visit after visit, always the one that adds least driving, while one fits and adds at most `most`."""
    left = np.array(sorted(visits), dtype=np.int64)
    if not len(left) or not rounds:
        return
    offers = [draft.offers(left) for draft in rounds]
    while len(left) and not expired():
        costs = np.array([cost for cost, _ in offers])
        shift, at = np.unravel_index(costs.argmin(), costs.shape)
        if not costs[shift, at] <= most or np.isinf(costs[shift, at]):
            return
        rounds[shift].insert(int(offers[shift][1][at]), int(left[at]))
        left = np.delete(left, at)
        offers = [(np.delete(cost, at), np.delete(where, at)) for cost, where in offers]
        offers[shift] = rounds[shift].offers(left)


def improve(rounds: Rounds, *, expired: Expired, seed: int) -> None:
    """Shorter orders within rounds, and single visits to where they cost less, until nothing gains."""
    changed = set(range(len(rounds)))
    while changed and not expired():
        for shift in changed:
            if not expired():
                reorder(rounds[shift], steps=0, seed=seed)
        changed = _relocate(rounds, expired)


def reorder(draft: Draft, *, steps: int | None, seed: int, budget: float = 0.0) -> None:
    """A shorter order of what is not locked, if there is one that keeps windows and shift."""
    day, free = draft.day, draft.stops[draft.locked :]
    if len(free) < 2:
        return
    end = day.end_of(draft.shift)
    places = [draft.place_of_departure, *day.place[free].tolist()]
    returns, last = end == places[0], None
    if not returns and end != day.anywhere:
        places, last = [*places, end], len(free) + 1
    ways = day.seconds[np.ix_(places, places)].tolist()
    found = order_one_way(ways, end=last, closed=returns, rounds=steps, budget=budget, seed=seed)
    old, before = free, draft.drive
    if draft.put(free[at - 1] for at in found.sequence[1 : len(free) + 1]) and draft.drive > before - _GAIN:
        draft.put(old)


def _relocate(rounds: Rounds, expired: Expired) -> set[int]:
    """Take each visit out and put it where it costs least. Returns the rounds that changed."""
    changed: set[int] = set()
    for shift, draft in enumerate(rounds):
        for stop in draft.stops[draft.locked :]:
            if expired():
                return changed
            old, before = draft.stops[draft.locked :], draft.drive
            draft.remove(stop)
            offers = [other.offers([stop]) for other in rounds]
            best = int(np.argmin([cost[0] for cost, _ in offers]))
            if offers[best][0][0] < before - draft.drive - _GAIN:
                rounds[best].insert(int(offers[best][1][0]), stop)
                changed |= {shift, best}
            else:
                draft.put(old)
    return changed


def value(rounds: Rounds, *, detour: float) -> tuple[float, float]:
    """What rounds are worth, more is better: the weight of the must-do visits done, then driving saved."""
    if not rounds:
        return 0.0, 0.0
    day = rounds[0].day
    done = [stop for draft in rounds for stop in draft.stops]
    taken = sum(1 for stop in done if not day.must[stop])
    return round(sum(_weights(day, done)), 6), detour * taken - sum(draft.drive for draft in rounds if draft.stops)


def _weights(day: Day, stops: Sequence[int]) -> list[float]:
    return [day.visits[stop].weight for stop in stops if day.must[stop]]
