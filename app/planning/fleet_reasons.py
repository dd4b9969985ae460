"""Why a visit is in no round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.planning.fleet_day import Day
from app.planning.fleet_draft import Draft
from app.planning.fleet_search import Rounds, left_of
from app.planning.fleet_types import Why
from app.planning.travel import Travel


def reasons(day: Day, rounds: Rounds, *, detour: float) -> tuple[tuple[int, Why], ...]:
    """(visit, reason) of all that is left out, in the order of the visits."""
    left = sorted(left_of(day, rounds, must=True) + left_of(day, rounds, must=False))
    return tuple((visit, _why(day, rounds, visit, detour)) for visit in left)


def _why(day: Day, rounds: Rounds, visit: int, detour: float) -> Why:
    fit_for_it = np.flatnonzero(day.may_serve[:, visit]).tolist()
    lifted = [shift for shift, one in enumerate(day.shifts) if one.lift]
    if day.visits[visit].lift and not fit_for_it and (not lifted or day.visits[visit].shift is not None):
        return "no_lift"
    reached = [shift for shift in fit_for_it if day.reachable(shift)[visit]]
    if fit_for_it and not reached:
        return "unreachable"
    if reached and not any((day.needs[visit] <= day.stock[shift] + 1e-6).all() for shift in reached):
        return "no_stock"
    if _best(day, [rounds[shift] for shift in reached], visit) > detour and not day.must[visit]:
        return "detour" if _best(day, [rounds[shift] for shift in reached], visit) < np.inf else "no_time"
    return _what_would_help(day, rounds, reached, visit)


def _best(day: Day, rounds: Rounds, visit: int) -> float:
    return min((float(draft.offers([visit])[0][0]) for draft in rounds), default=np.inf)


def _what_would_help(day: Day, rounds: Rounds, shifts: list[int], visit: int) -> Why:
    """Material, if the round has time for it; the window, if it has time at another hour; else time."""
    plenty = _again(day, rounds, shifts, visit, stock=True, window=False)
    if plenty:
        return "no_stock"
    return "window" if _again(day, rounds, shifts, visit, stock=False, window=True) else "no_time"


def _again(day: Day, rounds: Rounds, shifts: list[int], visit: int, *, stock: bool, window: bool) -> bool:
    wanted = day.visits[visit]
    if stock and not wanted.needs or window and not wanted.window:
        return False
    changed = replace(wanted, needs={} if stock else wanted.needs, window=None if window else wanted.window)
    travel = Travel(seconds=day.seconds[:-1, :-1], metres=day.metres[:-1, :-1], by="straight")
    other = Day(travel, [*day.visits[:visit], changed, *day.visits[visit + 1 :]], day.shifts)
    tries = [Draft(other, shift) for shift in shifts]
    for draft in tries:
        draft.put(rounds[draft.shift].stops[draft.locked :])
    return _best(other, tries, visit) < np.inf
