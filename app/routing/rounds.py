"""What a planner of rounds reads from the rules file: minutes, lifts, materials, and what is worth driving to first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from app.routing.catalogue import Category, Named
from app.routing.fields import Answers, Codes, Dates, FromFile

Weight = Annotated[float, Field(ge=0, le=10_000)]
Metres = Annotated[int, Field(ge=1, le=2000)]
Lamps = Annotated[int, Field(ge=2, le=100)]
Share = Annotated[float, Field(gt=0, le=1)]
SERVICE_MINUTES = 15


class Material(Named):
    """Something that is used at a stop. `cost_ore` is the price of one `unit` in hundredths of a krone.

    A `bulb` is what makes light in a lamp: bulbs are counted by themselves.
    """

    cost_ore: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    unit: Annotated[str, Field(min_length=1, max_length=12)] = "stk"
    bulb: bool = False


class FaultWeights(FromFile):
    """Points that say which fault comes first among those of one rank, and which is left out last."""

    stretch: Weight = 100
    danger: Weight = 80
    row: Weight = 60
    area: Weight = 40
    single: Weight = 20
    other: Weight = 20
    # What adds to them: each further dark lamp, each person beside the first, each day of age and over the due date.
    lamp: Weight = 3
    person: Weight = 3
    day: Weight = 0.5
    most_days: Annotated[int, Field(ge=0, le=3650)] = 60
    overdue: Weight = 15
    overdue_day: Weight = 0.5
    hazard: Weight = 25


class FaultLimits(FromFile):
    """From when on dark lamps are a row, a stretch or an area; metres geodesic."""

    row_lamps: Lamps = 3
    stretch_lamps: Lamps = 6
    whole_road_lamps: Lamps = 4
    gap_metres: Metres = 80
    stop_metres: Annotated[int, Field(ge=1, le=200)] = 30
    lamp_metres: Annotated[int, Field(ge=1, le=100)] = 25
    danger_metres: Metres = 25
    dark_area_metres: Metres = 150
    dark_area_lamps: Lamps = 8
    dark_area_share: Share = 0.6
    gather_metres: Metres = 400
    gather_faults: Lamps = 5


class RoundsInFile(FromFile):
    """The section `rounds`. Everything in it may be left out."""

    winding: Annotated[float, Field(ge=1, le=5)] = 1.4
    kmh: Annotated[float, Field(ge=5, le=130)] = 35.0
    detour_minutes: Annotated[int, Field(ge=0, le=120)] = 5
    service_minutes: Annotated[int, Field(ge=1, le=480)] = SERVICE_MINUTES
    stretch_minutes: Annotated[int, Field(ge=1, le=480)] = 45
    next_lamp_minutes: Annotated[int, Field(ge=0, le=120)] = 8
    lamp_categories: Codes | None = None
    dark_categories: Codes | None = None
    stretch_categories: Codes | None = None
    lit_answers: Answers | None = None
    danger_categories: Codes | None = None
    danger_answers: Answers | None = None
    summer: Dates | None = None
    goal_lit: Share = 0.95
    # What an hour of a crew with its car costs, in hundredths of a krone; without it lamps cost their material alone.
    hour_cost_ore: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    weights: FaultWeights = FaultWeights()
    limits: FaultLimits = FaultLimits()


@dataclass(frozen=True, slots=True)
class RoundRules:
    """The section with the categories it is about. A category that has left the file gets what holds for all."""

    file: RoundsInFile
    categories: Mapping[str, Category]

    def service_minutes(self, category: str) -> int:
        """Minutes of work at a stop with a report of this category."""
        found = self.categories.get(category)
        return found.service_minutes if found and found.service_minutes else self.file.service_minutes

    def lift(self, category: str) -> bool:
        """Whether one must be lifted to it; a lamp unless the file says otherwise."""
        found = self.categories.get(category)
        if found is None:
            return False
        return found.lift if found.lift is not None else found.asset_kind == "lamp"

    def needs(self, category: str) -> dict[str, float]:
        """What one takes along for it: {material code: pieces}."""
        found = self.categories.get(category)
        return dict(found.needs) if found else {}

    @property
    def lamp_categories(self) -> frozenset[str]:
        """Categories of reports on lamps: those that are named, else those with a lamp's number and of stretches."""
        if self.file.lamp_categories is not None:
            return frozenset(self.file.lamp_categories)
        with_lamp = {code for code, category in self.categories.items() if category.asset_kind == "lamp"}
        return frozenset(with_lamp | self.stretch_categories | set(self.file.dark_categories or ()))

    @property
    def dark_categories(self) -> frozenset[str]:
        """Categories that say a lamp is dark; where none is named, all on lamps."""
        named = self.file.dark_categories
        return frozenset(named) if named is not None else self.lamp_categories

    @property
    def stretch_categories(self) -> frozenset[str]:
        """Categories that say several lamps are dark."""
        return frozenset(self.file.stretch_categories or ())

    def is_dark(self, category: str, answers: list[dict[str, Any]]) -> bool:
        """Whether a report says that a lamp is dark: not that it flickers, is broken or is lit by day."""
        dark = category in self.dark_categories or category in self.stretch_categories
        return dark and not _answered(self.file.lit_answers, answers)

    def is_hazard(self, category: str, answers: list[dict[str, Any]]) -> bool:
        """Whether a report itself says that somebody can be hurt."""
        return category in (self.file.danger_categories or ()) or _answered(self.file.danger_answers, answers)

    @property
    def weights(self) -> FaultWeights:
        """Points for what comes first."""
        return self.file.weights

    @property
    def limits(self) -> FaultLimits:
        """From when on dark lamps are a row, a stretch or an area."""
        return self.file.limits

    @property
    def hour_cost_ore(self) -> int | None:
        """What an hour of a crew costs, in hundredths of a krone; None where the file does not say."""
        return self.file.hour_cost_ore

    @property
    def winding(self) -> float:
        """How much longer a way is than the straight line, where no road network is known."""
        return self.file.winding

    @property
    def kmh(self) -> float:
        """How fast one drives, where no road network is known."""
        return self.file.kmh

    @property
    def detour_minutes(self) -> int:
        """What a stop that may wait costs at most on the way."""
        return self.file.detour_minutes

    @property
    def summer(self) -> Dates | None:
        """The days on which lamps are off; what is reported then is gathered for the autumn."""
        return self.file.summer

    @property
    def goal_lit(self) -> float:
        """The share of lamps that should be lit."""
        return self.file.goal_lit


def _answered(wanted: Mapping[str, tuple[str, ...]] | None, answers: list[dict[str, Any]]) -> bool:
    if not wanted:
        return False
    for answer in answers:
        value = answer.get("value")
        given = value if isinstance(value, list) else [value]
        if any(str(one) in wanted.get(str(answer.get("code")), ()) for one in given):
            return True
    return False
