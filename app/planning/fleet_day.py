"""A day's visits and shifts as arrays: what every search over rounds reads, and nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from app.planning.fleet_types import Shift, Visit
from app.planning.travel import UNREACHABLE_SECONDS, Travel

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class Day:
    """`seconds[i, j]` and `metres[i, j]` have one place more than the travel: `anywhere`, which is near to all others.

    An open round ends there. `place`, `service`, `opens`, `closes` and `weight` are by visit, `needs[visit, material]`
    and `stock[shift, material]` in the order of `materials`. `may_serve[shift, visit]` says what lift and binding
    allow.
    Raises ValueError for a place or a visit that there is none of, and for one that is locked twice.
    """

    def __init__(self, travel: Travel, visits: Sequence[Visit], shifts: Sequence[Shift]) -> None:
        self.anywhere = len(travel.seconds)
        self.seconds = np.pad(travel.seconds, (0, 1))
        self.metres = np.pad(travel.metres, (0, 1))
        self.visits, self.shifts = tuple(visits), tuple(shifts)
        _check(self.anywhere, self.visits, self.shifts)
        self.place = np.array([visit.place for visit in visits], dtype=np.int64)
        self.service = np.array([visit.service for visit in visits], dtype=np.float64)
        self.opens = np.array([visit.window[0] if visit.window else -inf for visit in visits], dtype=np.float64)
        self.closes = np.array([visit.window[1] if visit.window else inf for visit in visits], dtype=np.float64)
        self.weight = np.array([visit.weight for visit in visits], dtype=np.float64)
        self.must = np.array([visit.must for visit in visits], dtype=np.bool_)
        self.locked = frozenset(visit for shift in shifts for visit in shift.first)
        self.materials = sorted({code for visit in visits for code in visit.needs})
        self.needs = self._amounts([visit.needs for visit in visits], 0.0)
        self.stock = self._amounts([shift.stock for shift in shifts], inf)
        self.may_serve = self._who_may()

    def _amounts(self, rows: Sequence[object], unlimited: float) -> Floats:
        table = np.zeros((len(rows), len(self.materials)))
        for row, amounts in zip(table, rows, strict=True):
            row[:] = [amounts.get(code, 0.0) for code in self.materials] if hasattr(amounts, "get") else unlimited
        return table

    def _who_may(self) -> Booleans:
        rows = [
            [(shift.lift or not visit.lift) and visit.shift in (None, number) for visit in self.visits]
            for number, shift in enumerate(self.shifts)
        ]
        return np.array(rows, dtype=np.bool_).reshape(len(self.shifts), len(self.visits))

    def end_of(self, shift: int) -> int:
        """The place where a shift ends; `anywhere` if it is open."""
        end = self.shifts[shift].end
        return self.anywhere if end is None else end

    def way(self, shift: int, stops: Sequence[int]) -> NDArray[np.int64]:
        """The places of a round: start, visits, end."""
        return np.array([self.shifts[shift].start, *self.place[list(stops)], self.end_of(shift)], dtype=np.int64)

    def reachable(self, shift: int) -> Booleans:
        """Visits to which a way leads from a shift's start, and from there to its end."""
        there = self.seconds[self.shifts[shift].start, self.place] < UNREACHABLE_SECONDS
        back = self.seconds[self.place, self.end_of(shift)] < UNREACHABLE_SECONDS
        return np.asarray(there & back, dtype=np.bool_)


def _check(places: int, visits: Sequence[Visit], shifts: Sequence[Shift]) -> None:
    named = [visit.place for visit in visits]
    named += [place for shift in shifts for place in (shift.start, shift.end) if place is not None]
    if not all(0 <= place < places for place in named):
        raise ValueError(f"Visits and shifts must name one of the {places} places, counted from 0.")
    locked = [visit for shift in shifts for visit in shift.first]
    if not all(0 <= visit < len(visits) for visit in locked):
        raise ValueError(f"A locked visit must be one of the {len(visits)} visits, counted from 0.")
    if len(set(locked)) < len(locked):
        raise ValueError("A visit can be locked once only.")
