"""May-do visits: only what is on the way, in the plan that is given and not only in the search."""

from __future__ import annotations

import numpy as np

from app.planning.fleet_draft import Draft
from app.planning.fleet_search import Expired, Rounds, fill, left_of

_ROUNDING = 1e-6


def take_on_the_way(rounds: Rounds, *, detour: float, expired: Expired) -> bool:
    """Drop may-do visits that are a detour, take those that are none; False when a round cannot be kept without them.

    Must-do visits that were left out come before them.
    """
    if not all(drop_detours(draft, detour) for draft in rounds):
        return False
    _musts_first(rounds, expired)
    fill(rounds, left_of(rounds, must=False), most=detour, expired=expired)
    return all(drop_detours(draft, detour) for draft in rounds)


def _musts_first(rounds: Rounds, expired: Expired) -> None:
    left = left_of(rounds, must=True)
    fill(rounds, left, expired=expired)
    left = left_of(rounds, must=True)
    if not left:
        return
    cost = np.array([_without_may_dos(draft).offers(left)[0] for draft in rounds])
    for shift in np.flatnonzero(np.isfinite(cost).any(axis=1)):
        rounds[shift] = _without_may_dos(rounds[shift])
    fill(rounds, left, expired=expired)


def _without_may_dos(draft: Draft) -> Draft:
    bare = Draft(draft.day, draft.shift)
    bare.put(stop for stop in draft.stops[draft.locked :] if draft.day.must[stop])
    return bare


def drop_detours(draft: Draft, detour: float) -> bool:
    """Keep the may-do visits that can be added one by one, each for `detour` seconds of driving at most.

    The order stays. The one that costs least is added first, and what is then beside it is on the way if it is near:
    three lamps on one spot six minutes off are twelve minutes for the first. False: without those dropped, window or
    shift would be missed (ways that are shorter through a third place), and nothing is changed.
    """
    day, free = draft.day, draft.stops[draft.locked :]
    if all(day.must[stop] for stop in free):
        return True
    places = [draft.place_of_departure, *day.place[free].tolist(), day.end_of(draft.shift)]
    kept = [True, *(bool(day.must[stop]) for stop in free), True]
    while (cheapest := _cheapest(places, kept, day.seconds)) is not None and cheapest[0] <= detour + _ROUNDING:
        kept[cheapest[1]] = True
    return draft.put(stop for stop, stays in zip(free, kept[1:-1], strict=True) if stays)


def _cheapest(places: list[int], kept: list[bool], seconds: np.ndarray) -> tuple[float, int] | None:
    """Of the places that are not kept, the one between its kept neighbours that adds least: (seconds, position)."""
    if all(kept):
        return None
    at = np.flatnonzero(kept)
    others = np.flatnonzero(np.logical_not(kept))
    after = np.searchsorted(at, others)
    way = np.array(places)
    before, here, behind = way[at[after - 1]], way[others], way[at[after]]
    added = seconds[before, here] + seconds[here, behind] - seconds[before, behind]
    least = int(added.argmin())
    return float(added[least]), int(others[least])
