"""What a day for several crews is made of: visits, shifts, and the rounds that come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Why = Literal["no_time", "detour", "no_lift", "no_stock", "window", "unreachable", "solver"]
Progress = Callable[[float], None]
"""Told now and then how far the search is: 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stop to be planned. Times in seconds after midnight (local), `place` an index into the matrix.

    Work begins within `window` and lasts `service` seconds. A may-do visit (`must` False) is taken when it costs at
    most `detour` seconds of driving. `weight` says what is left out last when a shift is too short (more is dearer).
    `shift` binds it to one shift, `needs` is material by code.
    """

    place: int
    service: int = 0
    must: bool = True
    weight: float = 1.0
    window: tuple[int, int] | None = None
    lift: bool = False
    needs: Mapping[str, float] = field(default_factory=dict)
    shift: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One crew's day: leaves `start` (a place) at `begins`, is at `end` (None: anywhere) by `ends`; seconds of the day.

    `first` are visits already locked, driven first, in this order, whatever they cost. `stock` is all the material
    there is in the car (a code that is not named: none of it); None is as much as is needed.
    """

    start: int
    end: int | None
    begins: int
    ends: int
    lift: bool = False
    stock: Mapping[str, float] | None = None
    first: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One shift's answer: visits in order, when each is reached (seconds after midnight), and what is driven.

    `waits` are seconds until the window of each visit opens; `late` are the visits whose window is missed, and `over`
    the seconds after the shift's end at which the crew is back. A round without visits is not driven.
    """

    visits: tuple[int, ...]
    arrivals: tuple[int, ...]
    back_at: int
    drive_seconds: float
    drive_metres: float
    waits: tuple[int, ...] = ()
    late: tuple[int, ...] = ()
    over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """A round for each shift (maybe empty), and (visit, reason) of what is left out. `seconds`: what the search took.

    `by` is "pyvrp" when its answer is the one given, "own" when our own is.
    """

    rounds: tuple[Round, ...]
    left_out: tuple[tuple[int, Why], ...]
    seconds: float
    by: str = "pyvrp"
