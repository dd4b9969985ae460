"""Why a visit is in no round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.planning.fleet_day import Booleans, Day
from app.planning.fleet_search import Rounds, empty_rounds
from app.planning.fleet_types import Why


def reasons(day: Day, rounds: Rounds, *, detour: float) -> tuple[tuple[int, Why], ...]:
    """(visit, reason) of all that is left out, in the order of the visits.

    What would have to be otherwise for the visit to be done: the crew or its car; the road; the material; the hour of
    the window; the detour; the length of the shifts. "solver" is what there was no time to try.
    """
    left = np.array(sorted(set(range(len(day.visits))) - _taken(rounds)), dtype=np.int64)
    alone, planned = _Fit(empty_rounds(day), left), _Fit(rounds, left)
    able = day.may_serve[:, left]
    reachable = np.array([day.reachable(shift)[left] for shift in range(len(day.shifts))], dtype=np.bool_)
    return tuple(
        (visit, _crew_or_road(day, visit, able[:, at], reachable.reshape(able.shape)[:, at])
         or _material_or_time(day, visit, at, alone, planned, detour))
        for at, visit in enumerate(left.tolist())
    )  # fmt: skip


def _taken(rounds: Rounds) -> set[int]:
    return {stop for draft in rounds for stop in draft.stops}


def _crew_or_road(day: Day, visit: int, able: Booleans, reachable: Booleans) -> Why | None:
    if not len(able):
        return "no_time"
    if not able.any():
        return "no_lift" if day.visits[visit].lift else "no_time"
    return None if (able & reachable).any() else "unreachable"


class _Fit:
    """What each visit costs where it costs least in these rounds: now, with plenty of material, at any hour."""

    def __init__(self, rounds: Rounds, visits: NDArray[np.int64]) -> None:
        none = np.full((1, len(visits)), np.inf)
        self.now = np.vstack([none, *(draft.offers(visits)[0] for draft in rounds)]).min(axis=0)
        self.stocked = np.vstack([none, *(draft.offers(visits, stock=False)[0] for draft in rounds)]).min(axis=0)
        self.any_hour = np.vstack([none, *(draft.offers(visits, window=False)[0] for draft in rounds)]).min(axis=0)


def _material_or_time(day: Day, visit: int, at: int, alone: _Fit, planned: _Fit, detour: float) -> Why:
    fit = planned if np.isfinite(alone.now[at]) else alone
    if np.isfinite(fit.now[at]):
        return "solver" if day.must[visit] or fit.now[at] <= detour else "detour"
    if np.isfinite(fit.stocked[at]):
        return "no_stock"
    return "window" if np.isfinite(fit.any_hour[at]) else "no_time"
