"""Dark lamps one after the other along a road or a cable.

No register tells which lamp comes after which, so the neighbours are read from where they stand. Two dark lamps of one
road are neighbours when they are at most a gap apart and no lit lamp of that road is nearer to both than they are to
each other (the lune of the relative neighbourhood graph, Toussaint 1980). That needs no direction: it goes round bends,
takes side arms along, and does not jump over a lit lamp. Lamps of other roads neither join nor break a row.

On a street with lamps on both sides in turn, the lit lamps over there would break the dark side. So a lit lamp that
stands beside the line, as far off as another side of a road is, breaks it only once: where two such steps follow each
other straight on, with their lit lamps on the same side, the dark side is a row of its own.

Where the register knows neither road nor cable, the same holds among all such lamps, but a row must go straight on
somewhere: three lamps around a corner of a square are none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, dist, radians, sqrt

from app.planning.distance import earth_centred
from app.planning.fault import Lamp
from app.planning.nearby import Nearby, Place, Unions

Key = tuple[str, str]
"""What makes lamps neighbours at all: ("road", its name), ("cable", its name), or ("", "") where neither is known."""

NOWHERE: Key = ("", "")
# The other side of a road, in metres beside the line between two lamps; and how straight on a side must go.
SIDE_FROM, SIDE_TO = 4.0, 35.0
_STRAIGHT = cos(radians(14))
_VERY_STRAIGHT = cos(radians(6))
_NO_CORNER = cos(radians(60))
_LITTLE_NEARER = 0.999


@dataclass(frozen=True, slots=True)
class Row:
    """Dark lamps in a row by their ids; `alone` where no lit lamp of the road stands near: all of it is dark."""

    key: Key
    lamps: tuple[int, ...]
    alone: bool
    one_side: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """From one dark lamp to another, past lit lamps on one side (+1 left, -1 right)."""

    to: int
    along: Place
    side: int


def keys_of(lamp: Lamp) -> list[Key]:
    """The road and the cable that a lamp belongs to."""
    known = [("road", lamp.road)] * bool(lamp.road) + [("cable", lamp.cable)] * bool(lamp.cable)
    return [(kind, name) for kind, name in known if name] or [NOWHERE]


def rows(lamps: Sequence[Lamp], dark: Iterable[int], *, gap: float, at_least: int) -> list[Row]:
    """Every row of at least so many dark lamps, in the order of their names; a lamp can be in one of each key.

    `dark` are ids; `gap` in metres. Lamps far from dark ones need not be given.
    """
    by_key: dict[Key, list[Lamp]] = defaultdict(list)
    known = set(dark)
    for lamp in lamps:
        for key in keys_of(lamp):
            by_key[key].append(lamp)
    found: list[Row] = []
    for key in sorted(by_key):
        if sum(lamp.id in known for lamp in by_key[key]) >= at_least:
            found += _Road(key, by_key[key], known, gap).rows(at_least)
    return found


class _Road:
    """The lamps of one road or cable."""

    def __init__(self, key: Key, lamps: Sequence[Lamp], dark: set[int], gap: float) -> None:
        self._key = key
        self._gap = gap
        self._places = {lamp.id: earth_centred((lamp.lat, lamp.lon)) for lamp in lamps}
        self._dark = {one for one in self._places if one in dark}
        self._near = Nearby(self._places, radius=gap)

    def rows(self, at_least: int) -> Iterator[Row]:
        unions, plain, past = Unions(), defaultdict(list), defaultdict(list)
        for one in sorted(self._dark):
            for other, side in self._steps(one):
                if side == 0:
                    unions.join(one, other)
                    plain[one].append(other)
                else:
                    past[one].append(_Step(other, _minus(self._places[other], self._places[one]), side))
        one_sided = set()
        for one, other in self._one_sided(past, plain):
            unions.join(one, other)
            one_sided |= {one, other}
        for members in unions.sets(self._dark).values():
            if len(members) >= at_least and (self._key != NOWHERE or self._goes_on(members, plain, past)):
                lit = any(self._lit_near(one) for one in members)
                yield Row(self._key, tuple(members), not lit, bool(one_sided.intersection(members)))

    def _steps(self, one: int) -> Iterator[tuple[int, int]]:
        """(another dark lamp, 0), or the side on which lit ones stand between; none where they break the row."""
        here = self._places[one]
        near = self._near.near(here)
        lit = [(metres, self._places[other]) for metres, other in near if other not in self._dark]
        for metres, other in near:
            if other != one and other in self._dark:
                between = _between(self._places[other], metres, lit)
                sides = {_side(here, self._places[other], place) for place in between}
                if not sides:
                    yield other, 0
                elif len(sides) == 1 and 0 not in sides:
                    yield other, sides.pop()

    def _one_sided(self, past: Mapping[int, list[_Step]], plain: Mapping[int, list[int]]) -> Iterator[tuple[int, int]]:
        """Pairs of steps that go on straight past lit lamps on the same side; back again the sides are the others.

        One step past lit lamps will do where the other passes none and both are as straight as no bend is.
        """
        for middle, steps in past.items():
            for back in steps:
                for on in steps:
                    if back.side == -on.side and _turn(back.along, on.along) <= -_STRAIGHT:
                        yield middle, back.to
                        yield middle, on.to
                ways = [_minus(self._places[other], self._places[middle]) for other in plain[middle]]
                if any(_turn(back.along, on) <= -_VERY_STRAIGHT for on in ways):
                    yield middle, back.to

    def _goes_on(self, members: list[int], plain: Mapping[int, list[int]], past: Mapping[int, list[_Step]]) -> bool:
        """Whether the row goes straight on at some lamp: what goes round a corner only is no row."""
        for middle in members:
            ways = [_minus(self._places[other], self._places[middle]) for other in plain[middle]]
            ways += [step.along for step in past[middle]]
            if any(_turn(back, on) <= -_NO_CORNER for back in ways for on in ways):
                return True
        return False

    def _lit_near(self, one: int) -> bool:
        return any(other not in self._dark for _, other in self._near.near(self._places[one]))


def _between(there: Place, metres: float, lit: list[tuple[float, Place]]) -> list[Place]:
    nearer = metres * _LITTLE_NEARER
    return [place for away, place in lit if away < nearer and dist(place, there) < nearer]


def _side(here: Place, there: Place, other: Place) -> int:
    """On which side of the way a lamp stands, as seen in driving: 1 left, -1 right, 0 on the line or far off."""
    along, away = _minus(there, here), _minus(other, here)
    across = _cross(along, away)
    beside = _length(across) / _length(along)
    if not SIDE_FROM <= beside <= SIDE_TO:
        return 0
    return 1 if _dot(across, here) > 0 else -1


def _turn(back: Place, on: Place) -> float:
    """The cosine between two ways out of a place: -1 goes straight on."""
    lengths = _length(back) * _length(on)
    return _dot(back, on) / lengths if lengths else 1.0


def _minus(one: Place, other: Place) -> Place:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _dot(one: Place, other: Place) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _cross(a: Place, b: Place) -> Place:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _length(one: Place) -> float:
    return sqrt(_dot(one, one))
