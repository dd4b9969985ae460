"""What a planner asks for: a day, who drives, what must be done and what may be taken along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from app.planning.travel import Profile

MOST_STOPS = 200
MOST_SHIFTS = 12
# Who says nothing about the end of a day drives until all is done.
NO_END = 10 * 86_400


@dataclass(frozen=True, kw_only=True)
class ShiftWanted:
    """One crew's day, as it is on that day. Degrees WGS84, seconds after midnight (local); `stock` None: all there is.

    Without `ends` it goes on until all is done. Without `returns` and an end it ends at its last stop.
    """

    start_lat: float
    start_lon: float
    start_name: str = ""
    returns: bool = True
    end_lat: float | None = None
    end_lon: float | None = None
    end_name: str = ""
    begins: int
    ends: int | None = None
    name: str = ""
    crew_id: int | None = None
    vehicle_id: int | None = None
    lift: bool = True
    stock: Mapping[str, float] | None = None
    profile: Profile = "car"

    @property
    def start(self) -> tuple[float, float]:
        """(lat, lon) of the start."""
        return self.start_lat, self.start_lon

    @property
    def end(self) -> tuple[float, float] | None:
        """(lat, lon) of the end; None: at the last stop."""
        if self.end_lat is not None and self.end_lon is not None:
            return self.end_lat, self.end_lon
        return self.start if self.returns else None


@dataclass(frozen=True, kw_only=True)
class WindowWanted:
    """When a category may be driven to ("": all), in seconds after midnight (local)."""

    category_code: str = ""
    opens: int
    closes: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A planner's question.

    A fault must be done when it has a report in `references`, or one of `category_codes`; where both are empty, all
    must. With `must_rank` only those of that rank or better must, unless they are named. With `take_along` everything
    else is taken that costs at most `detour_minutes` (None: as the rules say).
    """

    unit_code: str
    day: date
    shifts: tuple[ShiftWanted, ...]
    name: str = ""
    category_codes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    must_rank: int | None = None
    take_along: bool = False
    detour_minutes: int | None = None
    area: str = ""
    windows: tuple[WindowWanted, ...] = field(default_factory=tuple)
    most_stops: int = MOST_STOPS


_WANTED = TypeAdapter(Wanted)


def to_json(wanted: Wanted) -> dict[str, Any]:
    """As `RoutePlan.asked` keeps it."""
    made: dict[str, Any] = _WANTED.dump_python(wanted, mode="json")
    return made


def from_json(asked: Mapping[str, Any]) -> Wanted:
    """What was asked for; other keys than ours are left out."""
    return _WANTED.validate_python({key: value for key, value in asked.items() if key != "turn"})
