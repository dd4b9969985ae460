"""Solving in a process of its own, which can be ended whatever it does: `python -m app.planning.solver_process`.

The question comes on standard input, and the answer goes to standard output, both as pickles of our own objects: first
how far the search is, as numbers from 0 to 1, then the plan.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from app.planning.fleet import FleetPlan, Shift, Visit, plan_fleet
from app.planning.travel import Travel

NICENESS = 10


@dataclass(frozen=True, kw_only=True)
class Question:
    """What `plan_fleet` is asked, with the seconds it may search and those after which the process ends itself."""

    travel: Travel
    visits: Sequence[Visit]
    shifts: Sequence[Shift]
    detour: int
    budget: float
    hard_seconds: float


def answer(asked: Question, progress: Callable[[float], None] | None = None) -> FleetPlan:
    """The plan."""
    return plan_fleet(
        asked.travel, asked.visits, asked.shifts, detour=asked.detour, budget=asked.budget, progress=progress
    )


def main() -> None:
    """Answer one question. Others' work on this machine goes first, and nobody has to wait for us longer than told."""
    os.nice(NICENESS)
    asked: Question = pickle.load(sys.stdin.buffer)  # noqa: S301  (it comes from the worker that started us)
    signal.setitimer(signal.ITIMER_REAL, asked.hard_seconds)  # The alarm's own doing is to end the process.
    out = sys.stdout.buffer
    _tell(out, answer(asked, lambda share: _tell(out, float(share))))


def _tell(out: BinaryIO, what: object) -> None:
    pickle.dump(what, out)
    out.flush()


if __name__ == "__main__":
    main()
