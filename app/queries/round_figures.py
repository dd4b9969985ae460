"""What a unit's rounds came to, month by month: lamps, bulbs, hours, kilometres, and how well it was done.

Months are where people live. A lamp is counted once a stop; a stop with a lamp report but no known lamp counts as one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.queries import round_statements as statements

AGAIN_DAYS = 90


@dataclass(frozen=True, slots=True)
class Month:
    """What was done from its `first` day on, within the period. Kroner in hundredths, minutes of work, metres.

    `visits` are stops that a crew came to, `timed` those of them of which it said how long they took;
    `lamp_told` those with lamps of which it said how long they took or what was used there.
    """

    first: date
    visits: int = 0
    done: int = 0
    lamps: int = 0
    minutes: int = 0
    timed: int = 0
    lamp_minutes: int = 0
    lamp_told: int = 0
    material_ore: int = 0
    lamp_material_ore: int = 0
    materials: Mapping[str, float] = field(default_factory=dict)
    bulbs: float = 0.0
    first_visits: int = 0
    first_mended: int = 0
    watched: int = 0
    failed_again: int = 0
    planned_metres: float = 0.0
    driven_metres: float = 0.0
    driven_planned_metres: float = 0.0
    driven_lamps: int = 0
    dark: int | None = None

    @property
    def hours(self) -> float:
        """Hours of work at stops."""
        return self.minutes / 60

    @property
    def first_time(self) -> float | None:
        """Share of reports mended at the first visit."""
        return self.first_mended / self.first_visits if self.first_visits else None

    @property
    def again(self) -> float | None:
        """Share of mended lamps that failed again."""
        return self.failed_again / self.watched if self.watched else None

    @property
    def metres_per_lamp(self) -> float | None:
        """Planned way for each mended lamp."""
        return self.planned_metres / self.lamps if self.lamps and self.planned_metres else None

    @property
    def driven_per_lamp(self) -> float | None:
        """Driven way for each mended lamp, of the rounds that say what they drove."""
        return self.driven_metres / self.driven_lamps if self.driven_lamps and self.driven_metres else None

    def cost_per_lamp(self, hour_cost_ore: int | None) -> float | None:
        """Material, and the crew's time at the price of an hour, for each mended lamp; in hundredths of a krone.

        None where nobody said what was used or how long it took: that nothing is known is not that it cost nothing.
        """
        if not self.lamps or not self.lamp_told:
            return None
        return (self.lamp_material_ore + self.lamp_minutes / 60 * (hour_cost_ore or 0)) / self.lamps


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """The months of the period, all of them together, and the lamps of the register that are counted as lit."""

    months: list[Month]
    whole: Month
    lamps_in_all: int
    only_municipal: bool

    def lit(self, month: Month) -> float | None:
        """Share of the register's lamps of which nobody had said that they are dark, when the month was over."""
        return 1 - month.dark / self.lamps_in_all if self.lamps_in_all and month.dark is not None else None

    @property
    def lit_now(self) -> float | None:
        """The same for the last month, which is today where the period is not over."""
        return self.lit(self.months[-1]) if self.months else None


def round_figures(
    session: Session,
    *,
    unit_code: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    at: datetime,
    lamp_categories: Collection[str],
    dark_categories: Collection[str],
    bulbs: Collection[str],
) -> RoundFigures:
    """Six statements, however many stops there are; from `first` to `last`, both included."""
    months = {day: Month(day) for day in _firsts(first, last)}
    given = {
        "unit": unit_code,
        "since": _midnight(first, zone),
        "until": _midnight(last + timedelta(days=1), zone),
        "first": first,
        "last": last,
        "zone": str(zone),
        "lamps": sorted(lamp_categories),
        "dark": sorted(dark_categories),
        "again": timedelta(days=AGAIN_DAYS),
    }
    _add(session, months, statements.STOPS, given)
    _add_materials(session, months, given, bulbs=bulbs)
    _add(session, months, statements.FIRST_VISITS, given)
    _add(session, months, statements.FAILED_AGAIN, given)
    _add(session, months, statements.WAYS, given)
    ends = [(day, _end(day, last, zone, at)) for day in months if _midnight(day, zone) <= at]
    given |= {"days": [day for day, _ in ends], "ends": [end for _, end in ends]}
    register = session.execute(statements.LIT, given).mappings().all()
    for row in register:
        months[row["month"]] = replace(months[row["month"]], dark=row["dark"])
    found = list(months.values())
    return RoundFigures(
        months=found,
        whole=together(found),
        lamps_in_all=register[0]["in_all"] if register else 0,
        only_municipal=bool(register and register[0]["municipal"]),
    )


def together(months: Collection[Month]) -> Month:
    """The sum of the months; what is dark is no sum."""
    whole = Month(min((month.first for month in months), default=date.min))
    materials: dict[str, float] = {}
    for month in months:
        for code, pieces in month.materials.items():
            materials[code] = materials.get(code, 0) + pieces
    sums = {name: sum(getattr(month, name) for month in months) for name in _SUMMED}
    return replace(whole, **sums, materials=materials)


_SUMMED = (
    "visits", "done", "lamps", "minutes", "timed", "lamp_minutes", "lamp_told", "material_ore", "lamp_material_ore",
    "bulbs", "first_visits", "first_mended", "watched", "failed_again", "planned_metres", "driven_metres",
    "driven_planned_metres", "driven_lamps",
)  # fmt: skip


def _add(session: Session, months: dict[date, Month], statement: Any, given: Mapping[str, Any]) -> None:
    for row in session.execute(statement, given).mappings():
        values = dict(row)
        month = values.pop("month")
        if month in months:
            months[month] = replace(months[month], **values)


def _add_materials(
    session: Session, months: dict[date, Month], given: Mapping[str, Any], *, bulbs: Collection[str]
) -> None:
    for month, code, pieces in session.execute(statements.MATERIALS, given):
        known = months[month]
        more = pieces if code in bulbs else 0.0
        months[month] = replace(known, materials={**known.materials, code: pieces}, bulbs=known.bulbs + more)


def _firsts(first: date, last: date) -> list[date]:
    """The first days of the months from one day to another."""
    days, day = [], first.replace(day=1)
    while day <= last:
        days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return days


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _end(first: date, last: date, zone: ZoneInfo, at: datetime) -> datetime:
    next_month = (first + timedelta(days=32)).replace(day=1)
    return min(_midnight(min(next_month, last + timedelta(days=1)), zone), at)
