"""What is worth driving to, as data: reports and lamps that go in, faults that come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from app.planning.distance import Point

FaultKind = Literal["stretch", "danger", "row", "area", "single", "other"]
KINDS: tuple[FaultKind, ...] = ("stretch", "danger", "row", "area", "single", "other")
DangerKind = Literal["crossing", "school_way", "other"]
Why = dict[str, Any]
"""One reason: {"code": ..., and the numbers and names that its sentence needs}. JSON can hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReport:
    """An open report as the search for faults sees it. Degrees WGS84.

    `work` keeps apart what is not mended together: faults hold reports of one work only ("lamp", else the category).
    `dark` says that a lamp is dark, `lamps` how many are, as far as the reporter knew (a stretch); `people` have told
    of it. `days` is its age, `days_over` what it is over its due date (negative: days that are left; None: no date).
    `free` False: it is only a witness of a dark lamp (another unit's, or on a list already) and in no fault.
    """

    lat: float
    lon: float
    work: str = "lamp"
    lamp: int | None = None
    dark: bool = True
    stretch: bool = False
    lamps: int | None = None
    people: int = 1
    days: float = 0.0
    days_over: float | None = None
    hazard: bool = False
    free: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """A lamp of the register, by its id there; `road` and `cable` are whatever names them."""

    id: int
    lat: float
    lon: float
    road: str | None = None
    cable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A place where the dark is dangerous: points, lines or areas in (lat, lon). An area's rings are closed lines."""

    kind: DangerKind
    name: str = ""
    lines: tuple[tuple[Point, ...], ...]
    area: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points by kind, and what adds to them; app/routing/rounds.py says what each is for."""

    stretch: float = 100
    danger: float = 80
    row: float = 60
    area: float = 40
    single: float = 20
    other: float = 20
    lamp: float = 3
    person: float = 3
    day: float = 0.5
    most_days: int = 60
    overdue: float = 15
    overdue_day: float = 0.5
    hazard: float = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on dark lamps are a row, a stretch or an area; metres geodesic."""

    row_lamps: int = 3
    stretch_lamps: int = 6
    whole_road_lamps: int = 4
    gap_metres: float = 80
    stop_metres: float = 30
    lamp_metres: float = 25
    danger_metres: float = 25
    dark_area_metres: float = 150
    dark_area_lamps: int = 8
    dark_area_share: float = 0.6
    gather_metres: float = 400
    gather_faults: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One place to drive to. `reports` are indices into what was given, the one that names it first.

    `rank` 1 comes first; within a rank the greater `weight` does. `lamp` is the lamp to drive to, `lamps` all that are
    dark there. Faults of one `trip` (kind area) lie near each other and are worth one trip together.
    """

    reports: tuple[int, ...]
    lat: float
    lon: float
    kind: FaultKind
    rank: int
    weight: float
    why: tuple[Why, ...]
    lamp: int | None = None
    lamps: tuple[int, ...] = ()
    trip: int | None = field(default=None)
