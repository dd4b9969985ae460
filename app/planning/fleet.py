"""A day for several crews: who drives where, in which order, and what is left out and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.planning.travel import Travel

Why = Literal["no_time", "detour", "no_lift", "no_stock", "window", "unreachable", "solver"]
Progress = Callable[[float], None]
"""Told now and then how far the search is: 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stop to be planned. Times in seconds after midnight (local), `place` an index into the matrix.

    A may-do visit (`must` False) is taken when it costs at most `detour` seconds of driving. `weight` says what is left
    out last when a shift is too short (more is dearer). `shift` binds it to one shift, `needs` is material by code.
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

    `first` are visits already locked, driven first, in this order.
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
    """One shift's answer: visits in order, when each is reached (seconds after midnight), and what is driven."""

    visits: tuple[int, ...]
    arrivals: tuple[int, ...]
    back_at: int
    drive_seconds: float
    drive_metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """A round for each shift (maybe empty), and (visit, reason) of what is left out. `seconds`: what the search took."""

    rounds: tuple[Round, ...]
    left_out: tuple[tuple[int, Why], ...]
    seconds: float
    by: str = "pyvrp"


def plan_fleet(
    travel: Travel,
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    *,
    detour: int = 300,
    budget: float = 5.0,
    seed: int = 1,
    progress: Progress | None = None,
) -> FleetPlan:
    """The best rounds found within `budget` seconds; what cannot be done is left out, with the reason, and raises nothing."""
    raise NotImplementedError
