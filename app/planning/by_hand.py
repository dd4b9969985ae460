"""Orders made by people: what was moved, two people's moves put together, and locked stops left where they are."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Collection, Sequence

from app.planning.travel import Travel


def moved(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """The fewest stops that somebody took up to make the one order of the other; stops in only one are left out."""
    place = {stop: index for index, stop in enumerate(before)}
    both = [stop for stop in after if stop in place]
    return set(both) - set(_rising(both, place))


def put_together(now: Sequence[int], wanted: Sequence[int], mine: Collection[int]) -> list[int]:
    """The order `now` with the stops of `mine` where `wanted` has them: each after the one it follows there.

    Stops that are gone from `now` are left out, stops that `wanted` does not know stay where they are.
    """
    here = set(now)
    result = [stop for stop in now if stop not in mine]
    settled = set(result)
    before: int | None = None
    for stop in wanted:
        if stop in mine and stop in here:
            result.insert(result.index(before) + 1 if before is not None else 0, stop)
            settled.add(stop)
        if stop in settled:
            before = stop
    # Those that were to be moved, and that `wanted` forgot, go last: nothing is lost.
    return [*result, *(stop for stop in now if stop not in settled)]


def with_fixed(free: Sequence[int], fixed: Sequence[tuple[int, int]]) -> list[int]:
    """The free ones in their order, with (position, stop) of others put where they stood."""
    result = list(free)
    for position, stop in sorted(fixed):
        result.insert(min(position, len(result)), stop)
    return result


def settle_around(
    travel: Travel, stops: Sequence[int], held: Collection[int], *, start: int, end: int | None, rounds: int = 20
) -> list[int]:
    """The same places of a matrix in a shorter order, with those at the positions `held` left where they are.

    Free ones change places two by two as long as it gets shorter: what two locked ones leave between them is short.
    """
    way = [start, *stops, *([end] if end is not None else [])]
    free = [position for position in range(1, len(stops) + 1) if position - 1 not in held]
    for _ in range(rounds):
        better = False
        for one, other in itertools.combinations(free, 2):
            before = _around(travel, way, one, other)
            way[one], way[other] = way[other], way[one]
            if _around(travel, way, one, other) < before - 1e-6:
                better = True
            else:
                way[one], way[other] = way[other], way[one]
        if not better:
            break
    return way[1 : len(stops) + 1]


def _around(travel: Travel, way: Sequence[int], one: int, other: int) -> float:
    ends = {one, one + 1, other, other + 1}
    return sum(float(travel.seconds[way[there - 1], way[there]]) for there in ends if 0 < there < len(way))


def _rising(stops: Sequence[int], place: dict[int, int]) -> list[int]:
    """The longest part of the stops that stands in the order it had: what nobody had to touch."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, stop in enumerate(stops):
        at = bisect.bisect_left(tails, place[stop])
        tails[at : at + 1] = [place[stop]]
        last[at : at + 1] = [index]
        before.append(last[at - 1] if at else -1)
    found: list[int] = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(stops[index])
        index = before[index]
    return found[::-1]
