"""Where stops cost least on a round that has an order already: one matrix for all of them, asked for once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.planning.fleet import Round as Way
from app.planning.fleet import arrivals, insert_cheapest
from app.services.round_measuring import Course, Planner, course, has_lift

if TYPE_CHECKING:
    from app.models import Stop
    from app.queries.rounds import Round


@dataclass(slots=True)
class Fitting:
    """What is left of a round with the stops that may come to it; `order` are visits of its course, as they stand."""

    driven: Round
    course: Course
    order: list[int]

    @classmethod
    def of(cls, driven: Round, extra: Sequence[Stop], planner: Planner) -> Fitting:
        """The round with these stops beside it, none of them on it yet."""
        return cls(driven, course(driven, planner, extra=extra), list(range(len(driven.left))))

    @property
    def stops(self) -> list[Stop]:
        """What would be left to drive to, in order."""
        return [self.course.stops[visit] for visit in self.order]

    def costs(self, stop: Stop) -> float | None:
        """Seconds more to drive; None where nobody gets there, without a lift, or where something is late by it."""
        visit = self._visit(stop)
        if stop.needs_lift and not has_lift(self.driven.route_list):
            return None
        if visit + 1 in self.course.travel.unreachable:
            return None
        before, after = self._way(self.order), self._way(self._with(visit))
        if after.over > before.over or len(after.late) > len(before.late):
            return None
        return after.drive_seconds - before.drive_seconds

    def put(self, stop: Stop) -> None:
        """Take the stop where it costs least, whatever it costs."""
        self.order = self._with(self._visit(stop))

    def _with(self, visit: int) -> list[int]:
        there = self.course
        position = insert_cheapest(there.travel, there.visits, there.shift, self.order, visit)
        return [*self.order[:position], visit, *self.order[position:]]

    def _way(self, order: Sequence[int]) -> Way:
        return arrivals(self.course.travel, self.course.visits, self.course.shift, order)

    def _visit(self, stop: Stop) -> int:
        return next(index for index, one in enumerate(self.course.stops) if one is stop)
