"""PyVRP at work on a day: rounds of our own go in, better ones come out (https://pyvrp.org, an iterated local search).

The problem is built straight from the matrices: with its own model, edge by edge, 1,000 visits would take some two
seconds of Python. What is driven is the cost; a must-do visit has a prize above any day's driving, so that what does
not fit is left out by weight, and a may-do visit the prize of its detour.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from pyvrp import (
    Client,
    Depot,
    IteratedLocalSearch,
    Location,
    PenaltyManager,
    ProblemData,
    RandomNumberGenerator,
    Route,
    Solution,
    VehicleType,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.PenaltyManager import PenaltyParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from app.planning.fleet_day import Day
from app.planning.fleet_draft import Draft
from app.planning.fleet_search import Rounds, empty_rounds


class Enough(Protocol):
    """Asked before every step, with the cost of the best so far: whether to stop."""

    def __call__(self, best_cost: int) -> bool: ...


# More than a day of driving: no must-do visit is left out to save some.
_PRIZE = 100_000
# The heaviest visit counts at most as much as so many of the lightest: prizes far apart would blind the search.
_WEIGHTIEST = 100
# More than any prize: nobody is sent where the crew cannot work.
_FORBIDDEN = 10 * _PRIZE * _WEIGHTIEST
# Loads are whole numbers there, and half a roll of tape is a load.
_LOAD_UNITS = 1000
_MOST_BYTES = 400_000_000
_NEVER = 1_000_000_000
# Of a round that is good already, few visits are disturbed at a time (PyVRP's own default is 25): up to three times the
# steps in the same time, and as good or better in eight of twelve days of 60-300 visits.
_MOST_DISTURBED = 10


@dataclass(frozen=True, slots=True)
class _Model:
    """The problem as PyVRP has it: client i is `visits[i]`, vehicle type k drives `shifts[k]`."""

    data: ProblemData
    visits: list[int]
    shifts: list[int]


def solve(rounds: Rounds, enough: Enough, *, detour: int, seed: int) -> Rounds | None:
    """Better rounds than these, None if there are none to be had; the rounds that come in stay as they are.

    The may-do visits that come out are worth their driving together; that each costs at most the detour is for the
    caller to see to.
    """
    day = rounds[0].day
    model = _model(rounds, detour)
    if model is None:
        return None
    best = _search(model, rounds, enough, seed)
    return _as_drafts(day, model, best) if best.is_feasible() else None


def _model(rounds: Rounds, detour: int) -> _Model | None:
    """What is free to be planned; None when nothing is, or when it would take too much memory."""
    day, empty = rounds[0].day, empty_rounds(rounds[0].day)
    free = np.array([visit for visit in range(len(day.visits)) if visit not in day.locked], dtype=np.int64)
    possible = np.array([np.isfinite(draft.offers(free)[0]) for draft in empty]).reshape(len(empty), len(free))
    # Some are only to be reached by way of another.
    possible |= np.array([np.isin(free, draft.stops) for draft in rounds])
    visits, shifts = free[possible.any(axis=0)], np.flatnonzero(possible.any(axis=1)).tolist()
    if not len(visits):
        return None
    patterns, profile = np.unique(day.may_serve[shifts][:, visits], axis=0, return_inverse=True)
    size = len(visits) + 2 * len(shifts)
    if len(patterns) * size**2 * 16 > _MOST_BYTES:
        return None
    drafts = [empty[shift] for shift in shifts]
    # Its stubs know int as an element of a matrix, not int64.
    matrices = cast("Any", _matrices(day, visits, drafts, patterns))
    data = ProblemData(
        [Location(0, 0)] * len(matrices[0]),
        _clients(day, visits, detour),
        [Depot(len(visits) + at) for at in range(2 * len(drafts))],
        [_vehicle(draft, at, int(profile[at]), len(drafts)) for at, draft in enumerate(drafts)],
        matrices,
        matrices,
    )
    return _Model(data, visits.tolist(), shifts)


def _matrices(
    day: Day, visits: NDArray[np.int64], drafts: Sequence[Draft], patterns: NDArray[np.bool_]
) -> list[NDArray[np.int64]]:
    """Whole seconds between visits, departures and ends: a matrix for each group of shifts that may do the same."""
    starts = [draft.place_of_departure for draft in drafts]
    ends = [day.end_of(draft.shift) for draft in drafts]
    places = np.concatenate([day.place[visits], starts, ends]).astype(np.int64)
    base = np.ceil(day.seconds[np.ix_(places, places)] - 1e-6).astype(np.int64)
    matrices = []
    for may in patterns:
        matrix = base.copy()
        matrix[:, np.flatnonzero(~may)] = _FORBIDDEN
        np.fill_diagonal(matrix, 0)
        matrices.append(matrix)
    return matrices


def _clients(day: Day, visits: NDArray[np.int64], detour: int) -> list[Client]:
    lightest = min((weight for weight in day.weight[visits] if weight > 0), default=1.0)
    return [_client(day, visit, at, detour, lightest) for at, visit in enumerate(visits.tolist())]


def _client(day: Day, visit: int, at: int, detour: int, lightest: float) -> Client:
    weight = min(_WEIGHTIEST, max(1.0, day.weight[visit] / lightest))
    window = day.visits[visit].window or (0, _NEVER)
    return Client(
        at,
        delivery=[ceil(_LOAD_UNITS * amount - 1e-6) for amount in day.needs[visit]],
        service_duration=ceil(day.service[visit]),
        tw_early=max(0, ceil(window[0])),
        tw_late=floor(window[1]),
        prize=round(_PRIZE * weight) if day.must[visit] else detour,
        required=False,
    )


def _vehicle(draft: Draft, at: int, profile: int, count: int) -> VehicleType:
    day = draft.day
    most = day.needs.sum(axis=0)
    return VehicleType(
        capacity=[floor(_LOAD_UNITS * amount) for amount in np.minimum(np.maximum(draft.stock, 0), most) + 1e-6],
        start_depot=at,
        end_depot=count + at,
        tw_early=max(0, ceil(draft.departure)),
        tw_late=day.shifts[draft.shift].ends,
        profile=profile,
    )


def _search(model: _Model, rounds: Rounds, enough: Enough, seed: int) -> Solution:
    data = model.data
    # Neighbours are chosen by driving less prize: with prizes, all would be near the heaviest visit.
    plain = data.replace(clients=[_without_prize(client) for client in data.clients()])
    neighbours = compute_neighbours(plain, NeighbourhoodParams())
    perturbation = PerturbationManager(PerturbationParams(1, _MOST_DISTURBED))
    local = LocalSearch(data, RandomNumberGenerator(seed), neighbours, perturbation)
    for operator in OPERATORS:
        if operator.supports(data):
            local.add_operator(operator(data))
    params = PenaltyParams()
    penalties = PenaltyManager(params.midpoint_penalties(data), params)
    search = IteratedLocalSearch(data, penalties, local, _warm(model, rounds))
    with warnings.catch_warnings():
        # That its penalties are at their highest is no news for a shift that is too short.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        return search.run(enough, collect_stats=False).best


def _without_prize(client: Client) -> Client:
    return Client(
        client.location,
        client.delivery,
        service_duration=client.service_duration,
        tw_early=client.tw_early,
        tw_late=client.tw_late,
        required=False,
    )


def _warm(model: _Model, rounds: Rounds) -> Solution:
    client = {visit: at for at, visit in enumerate(model.visits)}
    free = [[client[stop] for stop in rounds[shift].stops[rounds[shift].locked :]] for shift in model.shifts]
    return Solution(model.data, [Route(model.data, stops, at) for at, stops in enumerate(free) if stops])


def _as_drafts(day: Day, model: _Model, best: Solution) -> Rounds | None:
    drafts = empty_rounds(day)
    for route in best.routes():
        stops = [model.visits[activity.idx] for activity in route if activity.is_client()]
        if not drafts[model.shifts[route.vehicle_type()]].put(stops):
            return None
    return drafts
