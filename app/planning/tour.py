"""A round trip held in an array, with the two changes every improvement is made of: turn round, move."""

from collections.abc import Sequence


class Tour:
    """Stops in cyclic order. `sequence[position[stop]] == stop` always holds.

    An array instead of a linked list: turning a stretch round costs its length, but slices do that at the
    speed of C, and any stretch or its complement is at most half of the tour.
    """

    __slots__ = ("position", "sequence", "size")

    def __init__(self, sequence: Sequence[int]) -> None:
        self.sequence = list(sequence)
        self.size = len(self.sequence)
        self.position = [0] * self.size
        self.put(0, self.sequence[:])

    def take(self, at: int, count: int) -> list[int]:
        """The `count` stops from position `at` on, around the end if need be."""
        end = at + count
        if end <= self.size:
            return self.sequence[at:end]
        return self.sequence[at:] + self.sequence[: end - self.size]

    def put(self, at: int, stops: list[int]) -> None:
        """Write stops from position `at` on, around the end if need be."""
        room = self.size - at
        if len(stops) > room:
            self.put(0, stops[room:])
            stops = stops[:room]
        self.sequence[at : at + len(stops)] = stops
        position = self.position
        for stop in stops:
            position[stop] = at
            at += 1

    def reverse(self, first: int, last: int) -> None:
        """Turn the stretch from position `first` to `last` round, or all outside of it if that is less.

        Both give the same neighbours, but for the direction of driving, which costs nothing here.
        """
        count = (last - first) % self.size + 1
        if 2 * count > self.size:
            first, count = (last + 1) % self.size, self.size - count
        stretch = self.take(first, count)
        stretch.reverse()
        self.put(first, stretch)

    def move(self, segment: tuple[int, int], *, beside: int, between: int) -> None:
        """Move a segment into the gap between the adjacent stops `beside` and `between`.

        `segment` names its two end stops; the first comes to lie next to `beside`. What lies between the old
        place and the new one shifts, on the shorter way round.
        """
        first, last, count = self._extent(segment)
        position = self.position
        stops = self.take(first, count)
        before, after = position[beside], position[between]
        if (before + 1) % self.size != after:
            before, after = after, before
        if (stops[0] == segment[0]) != (before == position[beside]):
            stops.reverse()
        self._shift(stops, first, last, before, after)

    def _extent(self, segment: tuple[int, int]) -> tuple[int, int, int]:
        # A segment has at most half of the stops, so the shorter way between its ends is the segment.
        one, other = self.position[segment[0]], self.position[segment[1]]
        if (other - one) % self.size > (one - other) % self.size:
            one, other = other, one
        return one, other, (other - one) % self.size + 1

    def _shift(self, stops: list[int], first: int, last: int, before: int, after: int) -> None:
        ahead, back = (before - last) % self.size, (first - after) % self.size
        if ahead <= back:
            self.put(first, self.take((last + 1) % self.size, ahead) + stops)
        else:
            self.put(after, stops + self.take(after, back))

    def swap(self, at: int, count: int, following: int) -> list[int]:
        """Swap two stretches that follow each other from position `at` on (a local double bridge).

        Returns the stops at which the tour changed: the ends of both and their neighbours outside.
        """
        one = self.take(at, count)
        other = self.take((at + count) % self.size, following)
        before, after = self.sequence[at - 1], self.sequence[(at + count + following) % self.size]
        self.put(at, other + one)
        return [before, one[0], one[-1], other[0], other[-1], after]
