"""Local search on a tour: 2-opt and Or-opt over neighbour lists, only around stops where something changed.

The neighbour lists and the gain criterion are those of Lin and Kernighan.
"""

from collections.abc import Iterable

from app.planning.looking import NOTHING, Change, Matrix, nearest, settle
from app.planning.tour import Tour

NEIGHBOURS = 10
LONGEST_SEGMENT = 3


class LocalSearch:
    """Improves one tour in place until no 2-opt or Or-opt step shortens it.

    `least` is the smallest gain worth taking; it keeps rounding errors from going round in circles. The tour
    needs at least 8 stops.
    """

    def __init__(self, tour: Tour, matrix: Matrix, *, least: float) -> None:
        self._tour = tour
        self._matrix = matrix
        self._least = least
        self._neighbours = [nearest(row, stop, NEIGHBOURS) for stop, row in enumerate(matrix)]

    def settle(self, stops: Iterable[int]) -> float:
        """Look at these stops and what their changes touch until all is quiet. Returns the total gain."""
        return settle(stops, self._step)

    def _step(self, stop: int) -> Change:
        change = self._look(stop, 1)
        return change if change[1] else self._look(stop, -1)

    def _look(self, stop: int, way: int) -> Change:
        """Try to replace the edge from `stop` to the next one this way (1 or -1) by a shorter one."""
        tour = self._tour
        sequence, position, size = tour.sequence, tour.position, tour.size
        row, least = self._matrix[stop], self._least
        following = sequence[(position[stop] + way) % size]
        edge, other_row = row[following], self._matrix[following]
        for near in self._neighbours[stop]:
            gain = edge - row[near]
            if gain <= least:
                break
            beyond = sequence[(position[near] + way) % size]
            total = gain + self._matrix[near][beyond] - other_row[beyond]
            if total > least:
                self._turn(position[stop], position[near], way)
                return total, (stop, following, near, beyond)
            change = self._look_at_segments(stop, near, following, gain, way)
            if change[1]:
                return change
        return NOTHING

    def _turn(self, here: int, there: int, way: int) -> None:
        size = self._tour.size
        if way == 1:
            self._tour.reverse((here + 1) % size, there)
        else:
            self._tour.reverse(there, (here - 1) % size)

    def _look_at_segments(self, stop: int, near: int, following: int, gain: float, way: int) -> Change:
        """Try to move the segments of one to three stops that end with `stop` to beside `near`."""
        sequence, position, size = self._tour.sequence, self._tour.position, self._tour.size
        matrix, least = self._matrix, self._least
        here, there = position[stop], position[near]
        behind = ((here - there) * way) % size
        last, joined = stop, matrix[following]
        for count in range(1, min(LONGEST_SEGMENT, behind) + 1):
            rest = sequence[(here - way * count) % size]
            freed = gain + matrix[last][rest] - joined[rest]
            if freed > least:
                sides = [there - way] if behind == count else [there + way, there - way]
                for side in sides:
                    beyond = sequence[side % size]
                    total = freed + matrix[near][beyond] - matrix[last][beyond]
                    if total > least:
                        self._tour.move((stop, last), beside=near, between=beyond)
                        return total, (stop, last, following, rest, near, beyond)
            last = rest
        return NOTHING
