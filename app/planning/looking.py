"""What the local searches share: which stops are near, and looking around a change until all is quiet.

Don't-look bits are Bentley's (Fast Algorithms for Geometric Traveling Salesman Problems, 1992), here as a stack of
the stops still to look at.
"""

from collections.abc import Callable, Iterable, Sequence

Matrix = Sequence[Sequence[float]]
Change = tuple[float, tuple[int, ...]]
"""What a step gained, and the stops it touched (none: there was no better step)."""

NOTHING: Change = (0.0, ())


def settle(stops: Iterable[int], step: Callable[[int], Change]) -> float:
    """Take every `step` from these stops and from those that it touches until none is left. Returns the total gain."""
    stack = list(stops)
    waiting = set(stack)
    total = 0.0
    while stack:
        stop = stack.pop()
        waiting.discard(stop)
        gain, touched = step(stop)
        while touched:
            total += gain
            stack.extend(other for other in touched if other not in waiting)
            waiting.update(touched)
            gain, touched = step(stop)
    return total


def nearest(row: Sequence[float], stop: int, most: int) -> list[int]:
    """The `most` others that are cheapest to reach from `stop`, whose row of the matrix it is; the cheapest first."""
    by_cost = sorted(range(len(row)), key=row.__getitem__)[: most + 1]
    return [other for other in by_cost if other != stop][:most]
