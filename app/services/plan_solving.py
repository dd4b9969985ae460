"""Solving without being held up by it: in a process of its own, with an end that always comes."""

from __future__ import annotations

import logging
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

from app.planning.fleet import FleetPlan
from app.planning.solver_process import Question, answer
from app.services.plan_problem import Problem
from app.settings import PROJECT

log = logging.getLogger(__name__)

BUDGET_LEAST, BUDGET_MOST, BUDGET_OF_A_STOP = 0.3, 8.0, 0.02
# What starting Python and a search that does not look at its clock may take beside the search itself.
HARD_SECONDS = 30.0
AT_ONCE_MOST = 0.6


class TooLongError(Exception):
    """The process was ended at its last hour, before it had an answer."""


class BrokenError(Exception):
    """The process ended without an answer, long before its time: killed by somebody, out of memory, or broken."""


def budget_for(made: Problem, *, waiting: int = 0) -> float:
    """Seconds to search: more for more stops, less while others wait."""
    seconds = BUDGET_LEAST + BUDGET_OF_A_STOP * len(made.visits)
    return max(BUDGET_LEAST, min(seconds, BUDGET_MOST) / (1 + waiting / 5))


def solve_here(made: Problem) -> FleetPlan:
    """In this process, for a short list that somebody waits for."""
    return answer(_question(made, budget=min(AT_ONCE_MOST, 0.03 * len(made.visits))))


def solve_apart(
    made: Problem, *, budget: float, progress: Callable[[float], None], hard_seconds: float = HARD_SECONDS
) -> FleetPlan:
    """In a process of its own, which is killed `hard_seconds` after the search should have ended.

    Raises TooLongError, and BrokenError for a process that ended before. `progress` is told now and then how far it
    is, from 0 to 1.
    """
    asked = _question(made, budget=budget, hard_seconds=budget + hard_seconds)
    command = [sys.executable, "-m", "app.planning.solver_process"]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        rung = threading.Event()
        alarm = threading.Timer(asked.hard_seconds, _end, (process, rung))
        alarm.start()
        try:
            return _listen(process, asked, progress)
        except BrokenError as broken:
            # The process has an alarm of its own, at the same moment as ours.
            if rung.is_set() or process.wait() == -signal.SIGALRM:
                raise TooLongError from broken
            raise
        finally:
            alarm.cancel()
            process.kill()


def _end(process: subprocess.Popen[bytes], rung: threading.Event) -> None:
    rung.set()
    process.kill()


def _listen(process: subprocess.Popen[bytes], asked: Question, progress: Callable[[float], None]) -> FleetPlan:
    if process.stdin is None or process.stdout is None:
        raise BrokenError
    try:
        pickle.dump(asked, process.stdin)
        process.stdin.close()
        while True:
            told = pickle.load(process.stdout)  # noqa: S301  (our own process says it)
            if isinstance(told, FleetPlan):
                return told
            progress(told)
    except (EOFError, BrokenPipeError, pickle.UnpicklingError) as ended:
        raise BrokenError from ended


def _question(made: Problem, *, budget: float, hard_seconds: float = HARD_SECONDS) -> Question:
    return Question(
        travel=made.travel,
        visits=[replace(visit, needs=dict(visit.needs)) for visit in made.visits],
        shifts=made.shifts,
        detour=made.detour,
        budget=budget,
        hard_seconds=hard_seconds,
    )
