"""One shift's round while it is put together: what fits where, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.planning.fleet_day import Day, Floats
from app.planning.fleet_types import Round
from app.planning.travel import UNREACHABLE_SECONDS

_ROUNDING = 1e-6


class Draft:
    """Visits of one shift in order. The locked ones come first and stay; all others are within window and shift."""

    def __init__(self, day: Day, shift: int) -> None:
        self.day, self.shift = day, shift
        self.stops = list(day.shifts[shift].first)
        self.locked = len(self.stops)
        self._settle()

    def _settle(self) -> None:
        """Work out anew when each place is left, and until when what follows it can still be reached."""
        day, stops = self.day, self.stops
        way = day.way(self.shift, stops)
        legs = day.seconds[way[:-1], way[1:]].tolist()
        opens, closes, service = (row[stops].tolist() for row in (day.opens, day.closes, day.service))
        shift = day.shifts[self.shift]
        leaves = [float(shift.begins)]
        for leg, opened, work in zip(legs, opens, service, strict=False):
            leaves.append(max(leaves[-1] + leg, opened) + work)
        latest = [float(shift.ends)]
        for leg, closed, work in zip(reversed(legs), reversed(closes), reversed(service), strict=False):
            latest.append(min(closed, latest[-1] - leg - work))
        self._way, self._legs = way, np.array(legs)
        self._leaves, self._latest = np.array(leaves), np.array(latest[::-1])
        self._stock: Floats = day.stock[self.shift] - day.needs[stops].sum(axis=0)

    @property
    def drive(self) -> float:
        """Seconds driven."""
        return float(self._legs.sum())

    @property
    def departure(self) -> float:
        """When the last locked visit is left, or the start: what follows is free to be planned."""
        return float(self._leaves[self.locked])

    @property
    def place_of_departure(self) -> int:
        """Where that is."""
        return int(self._way[self.locked])

    @property
    def stock(self) -> Floats:
        """What is left of each material."""
        return self._stock

    def offers(
        self, visits: Sequence[int] | NDArray[np.int64], *, stock: bool = True, window: bool = True
    ) -> tuple[Floats, NDArray[np.int64]]:
        """For each visit the seconds of driving that it adds where it costs least, and that position; inf: nowhere.

        Without `stock` or `window`, as if there were plenty, or all day for the visit.
        """
        day, wanted, first = self.day, np.asarray(visits, dtype=np.int64), self.locked
        before, after = self._way[first:-1], self._way[first + 1 :]
        there, onward = day.seconds[np.ix_(before, day.place[wanted])], day.seconds[np.ix_(day.place[wanted], after)].T
        begins = self._leaves[first:, None] + there
        if window:
            begins = np.maximum(begins, day.opens[wanted])
        fits = (begins <= day.closes[wanted] + _ROUNDING) | (not window)
        fits &= begins + day.service[wanted] + onward <= self._latest[first:, None] + _ROUNDING
        fits &= (there < UNREACHABLE_SECONDS) & (onward < UNREACHABLE_SECONDS)
        fits &= day.may_serve[self.shift, wanted]
        if stock:
            fits &= (day.needs[wanted] <= self._stock + _ROUNDING).all(axis=1)
        added = np.where(fits, there + onward - self._legs[first:, None], np.inf)
        where = added.argmin(axis=0)
        return added[where, np.arange(len(wanted))], where + first

    def insert(self, position: int, visit: int) -> None:
        self.stops.insert(position, visit)
        self._settle()

    def remove(self, visit: int) -> None:
        self.stops.remove(visit)
        self._settle()

    def put(self, stops: Iterable[int]) -> bool:
        """Drive these visits after the locked ones, in this order; refused (False) when that cannot be kept."""
        old, self.stops = self.stops, [*self.stops[: self.locked], *stops]
        self._settle()
        if self.holds():
            return True
        self.stops = old
        self._settle()
        return False

    def copy(self) -> Draft:
        """One that can be changed without changing this."""
        other = Draft(self.day, self.shift)
        other.stops = self.stops[:]
        other._settle()
        return other

    def holds(self) -> bool:
        """Whether all that is not locked is within its window, the shift, the stock, and may be done by this crew."""
        first, free = self.locked, np.array(self.stops[self.locked :], dtype=np.int64)
        if not len(free):
            return True
        reached = self._leaves[first:-1] + self._legs[first:-1]
        in_time = (reached <= self._latest[first:-1] + _ROUNDING).all()
        driven = (self._legs[first:] < UNREACHABLE_SECONDS).all()
        stocked = (self._stock >= -_ROUNDING).all() or not self.day.needs[free].any()
        return bool(in_time and driven and stocked and self.day.may_serve[self.shift, free].all())

    def as_round(self) -> Round:
        """The timetable of this draft."""
        day, stops = self.day, self.stops
        if not stops:
            begins = day.shifts[self.shift].begins
            return Round(visits=(), arrivals=(), back_at=begins, drive_seconds=0.0, drive_metres=0.0)
        reached = self._leaves[:-1] + self._legs[:-1]
        waits = np.maximum(day.opens[stops] - reached, 0)
        back = float(self._leaves[-1] + self._legs[-1])
        late = reached > day.closes[stops] + 1
        return Round(
            visits=tuple(stops),
            arrivals=tuple(int(moment) for moment in np.rint(reached)),
            back_at=round(back),
            drive_seconds=self.drive,
            drive_metres=float(day.metres[self._way[:-1], self._way[1:]].sum()),
            waits=tuple(int(wait) for wait in np.rint(waits)),
            late=tuple(stop for stop, missed in zip(stops, late, strict=True) if missed),
            over=max(0, round(back) - day.shifts[self.shift].ends),
        )
