"""One round ordered in several ways for the same CPU time: our own searches, PyVRP from nothing, PyVRP from ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

import numpy as np
from pyvrp import Client, Depot, Location, ProblemData, Route, Solution, VehicleType, solve
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from app.planning.looking import Matrix
from app.planning.one_way import order_one_way
from app.planning.order import order

# PyVRP counts in whole numbers.
SCALE = 10
BLOCKS = 30
Way = Callable[[Matrix, float], float]
"""Length of a closed round through all stops of a matrix, after so many seconds of the process."""


def length(matrix: Matrix, sequence: Sequence[int]) -> float:
    """Of the closed round."""
    return sum(matrix[here][there] for here, there in pairwise([*sequence, sequence[0]]))


def own(matrix: Matrix, seconds: float) -> float:
    """2-opt and Or-opt, perturbed and settled again; ways as long there as back."""
    return order(matrix, budget=seconds, clock=time.process_time).length


def or_3opt(matrix: Matrix, seconds: float) -> float:
    """Or-3opt with directed costs, perturbed and settled again."""
    return order_one_way(_a_hair_directed(matrix), budget=seconds, clock=time.process_time).length


def _a_hair_directed(matrix: Matrix) -> Matrix:
    """The same ways, but for one that no round is longer by: or those that are as long back would be `own`'s."""
    return [
        [cost + 1e-9 * (here == 0 and there == 1) for there, cost in enumerate(row)] for here, row in enumerate(matrix)
    ]


def blind(matrix: Matrix, seconds: float) -> float:
    """What comes of taking the way back for as long as the way there."""
    mean = [[(one + other) / 2 for one, other in zip(row, column, strict=True)]
            for row, column in zip(matrix, zip(*matrix, strict=True), strict=True)]  # fmt: skip
    found = list(order(mean, budget=seconds, clock=time.process_time).sequence)
    return min(length(matrix, found), length(matrix, found[::-1]))


def cold(matrix: Matrix, seconds: float) -> float:
    """PyVRP from nothing."""
    return length(matrix, pyvrp_order(matrix, seconds))


def warm(matrix: Matrix, seconds: float) -> float:
    """PyVRP from our own directed order, half of the time each."""
    first = order_one_way(matrix, budget=seconds / 2, clock=time.process_time)
    return length(matrix, pyvrp_order(matrix, seconds / 2, first.sequence))


def pyvrp_order(matrix: Matrix, seconds: float, first: Sequence[int] = ()) -> list[int]:
    """PyVRP's order of one vehicle, from 0; its problem is built within the time."""
    until = time.process_time() + seconds
    ways = np.rint(np.array(matrix) * SCALE).astype(np.int64)
    clients = [Client(stop) for stop in range(1, len(ways))]
    data = ProblemData([Location(0, 0)] * len(ways), clients, [Depot(0)], [VehicleType()], [ways], [ways])
    begin = Solution(data, [Route(data, [stop - 1 for stop in first[1:]], 0)]) if first else None
    found = solve(data, lambda _: time.process_time() > until, seed=1, collect_stats=False, initial_solution=begin)
    return [0, *(activity.idx + 1 for route in found.best.routes() for activity in route if activity.is_client())]


def one_way_town(stops: int, *, seed: int = 1) -> Matrix:
    """Ways between corners of a made-up town where two of three streets are one-way, every other one back."""
    random = Random(seed)
    heads, tails, ways = [], [], []
    for corner in range(BLOCKS * BLOCKS):
        for step, street in ((1, corner // BLOCKS), (BLOCKS, corner % BLOCKS)):
            other = corner + step
            if other >= BLOCKS * BLOCKS or (step == 1 and other % BLOCKS == 0):
                continue
            both = street % 3 == 0 or street == BLOCKS - 1
            for here, there in [(corner, other)] * (both or street % 3 == 1) + [(other, corner)] * (
                both or street % 3 == 2
            ):
                heads.append(here)
                tails.append(there)
                ways.append(random.uniform(80, 200))
    streets = csr_matrix((ways, (heads, tails)), shape=(BLOCKS * BLOCKS,) * 2)
    picked = random.sample(range(BLOCKS * BLOCKS), stops)
    return dijkstra(streets, indices=picked)[:, picked].tolist()
