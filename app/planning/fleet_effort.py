"""How long to search: by the clock, or by counted steps where the answer must be the same on every machine."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.planning.fleet_solver import Enough
from app.planning.fleet_types import Progress

_TELL_EVERY = 0.2


class Effort:
    """`budget` seconds from now, of which each part of the search has a share; with `steps`, no clock decides."""

    def __init__(self, budget: float, steps: int | None, progress: Progress | None) -> None:
        self.begun = time.perf_counter()
        self.budget, self.steps = budget, steps
        self._progress, self._told = progress, self.begun

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.perf_counter() - self.begun

    def expired(self, share: float) -> Callable[[], bool]:
        """A question that is answered yes when this share of the budget is used."""

        def over() -> bool:
            self._tell()
            return self.steps is None and self.seconds > share * self.budget

        return over

    def enough(self, share: float, patience: int) -> Enough:
        """The same for PyVRP, which asks before every step; also yes after `patience` steps without a better cost."""
        over, asked, last_gain = self.expired(share), 0, 0
        least: int | None = None

        def stop(best_cost: int) -> bool:
            nonlocal asked, last_gain, least
            asked += 1
            if least is None or best_cost < least:
                least, last_gain = best_cost, asked
            counted = self.steps is not None and asked > self.steps
            return over() or counted or asked - last_gain > patience

        return stop

    def _tell(self) -> None:
        now = time.perf_counter()
        if self._progress is not None and now - self._told > _TELL_EVERY:
            self._told = now
            self._progress(min(0.99, (now - self.begun) / self.budget) if self.budget > 0 else 0.99)

    def done(self) -> None:
        """Tell that it is over."""
        if self._progress is not None:
            self._progress(1.0)
