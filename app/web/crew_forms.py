"""What is typed into the forms of crews and vehicles, and back again: nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import date, time
from math import isfinite

from starlette.datastructures import FormData

from app.errors import N_, Invalid
from app.models import Crew, Staff, Vehicle
from app.routing import Rules
from app.services.crew_keeping import CrewWords, VehicleWords

_PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_DAY_OF_YEAR = re.compile(r"\s*(\d{1,2})\s*[./ ]\s*(\d{1,2})\s*\.?\s*")
PUT_RIGHT = N_("Something must be put right before we can go on:")
NO_PLACE = N_("Write the start as latitude and longitude, for example 69.6492, 18.9553.")
NO_END = N_("Write the end as latitude and longitude, for example 69.6492, 18.9553.")
NO_TIME = N_("Write the time as hours and minutes, for example 07:00.")
NO_DAYS = N_("Write both days as day and month, for example 01.11.")
NO_NUMBER = N_("Write a number, or leave it empty.")
STOCK = "stock."


def typed(form: FormData, name: str) -> str:
    """What stands in a field, without spaces around it."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def whole_number(text: str) -> int | None:
    """A number of a hidden field or a short one, else None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def read_place(text: str) -> tuple[float, float] | None:
    """(lat, lon) in degrees WGS84 of "69.6492, 18.9553"; None for what is no place."""
    found = _PLACE.fullmatch(text)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return float(found[1]), float(found[2])


def read_time(text: str) -> time | None:
    """A time of day as browsers send it."""
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        return None


def own_units(staff: Staff, rules: Rules) -> list[str]:
    """The units whose crews drive, and that are the person's; the desk's own has none."""
    inside = [unit for unit in rules.units.values() if not unit.outside and not unit.desk]
    return [unit.code for unit in inside if staff.sees_all or unit.code in staff.unit_codes]


def read_vehicle(form: FormData, rules: Rules) -> VehicleWords:
    """Raises Invalid with a sentence for each field that cannot be read."""
    wrong: dict[str, str] = {}
    rests = _rests(typed(form, "rests_from"), typed(form, "rests_until"), wrong)
    stock = {code: _pieces(typed(form, STOCK + code), STOCK + code, wrong) for code in rules.materials}
    if wrong:
        raise Invalid(PUT_RIGHT, fields=wrong)
    return VehicleWords(
        unit_code=typed(form, "unit"),
        name=typed(form, "name"),
        lift=form.get("lift") == "yes",
        rests=rests,
        profile="lorry" if form.get("profile") == "lorry" else "car",
        stock={code: pieces for code, pieces in stock.items() if pieces is not None},
    )


def read_crew(form: FormData) -> CrewWords:
    """Raises Invalid with a sentence for each field that cannot be read."""
    start, end = read_place(typed(form, "start")), read_place(typed(form, "end"))
    begins, ends = read_time(typed(form, "shift_from")), read_time(typed(form, "shift_until"))
    elsewhere = form.get("ends") == "elsewhere"
    if start is None or begins is None or ends is None or (elsewhere and end is None):
        missing = {
            "start": NO_PLACE if start is None else "",
            "shift_from": NO_TIME if begins is None else "",
            "shift_until": NO_TIME if ends is None else "",
            "end": NO_END if elsewhere and end is None else "",
        }
        raise Invalid(PUT_RIGHT, fields={name: sentence for name, sentence in missing.items() if sentence})
    return CrewWords(
        unit_code=typed(form, "unit"),
        name=typed(form, "name"),
        start=start,
        start_name=typed(form, "start_name")[:120],
        returns=form.get("ends") == "start",
        end=end if elsewhere else None,
        end_name=typed(form, "end_name")[:120],
        shift_from=begins,
        shift_until=ends,
        vehicle_id=whole_number(typed(form, "vehicle")),
    )


def of_vehicle(vehicle: Vehicle) -> dict[str, str]:
    """The fields of the form as the vehicle stands."""
    return {
        "unit": vehicle.unit_code,
        "name": vehicle.name,
        "lift": "yes" if vehicle.lift else "",
        "rests_from": _shown_day(vehicle.lift_rests_from),
        "rests_until": _shown_day(vehicle.lift_rests_until),
        "profile": vehicle.profile,
        **{STOCK + code: f"{pieces:g}" for code, pieces in vehicle.stock.items()},
    }


def of_crew(crew: Crew) -> dict[str, str]:
    """The fields of the form as the crew stands."""
    end = place_text(crew.end_lat, crew.end_lon) if crew.end_lat is not None and crew.end_lon is not None else ""
    return {
        "unit": crew.unit_code,
        "name": crew.name,
        "vehicle": str(crew.vehicle_id or ""),
        "start": place_text(crew.start_lat, crew.start_lon),
        "start_name": crew.start_name or "",
        "ends": "elsewhere" if end else "start" if crew.returns else "anywhere",
        "end": end,
        "end_name": crew.end_name or "",
        "shift_from": f"{crew.shift_from:%H:%M}",
        "shift_until": f"{crew.shift_until:%H:%M}",
    }


def as_typed(form: FormData) -> dict[str, str]:
    """The fields as they came, to be shown again."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def place_text(lat: float | None, lon: float | None) -> str:
    """As it is typed."""
    return f"{round(lat or 0.0, 6)}, {round(lon or 0.0, 6)}"


def _shown_day(day: str | None) -> str:
    return f"{day[3:]}.{day[:2]}." if day else ""


def _rests(first: str, last: str, wrong: dict[str, str]) -> tuple[str, str] | None:
    if not first and not last:
        return None
    days = [_day_of_year(first), _day_of_year(last)]
    if days[0] is None or days[1] is None:
        wrong["rests_from" if days[0] is None else "rests_until"] = NO_DAYS
        return None
    return days[0], days[1]


def _day_of_year(text: str) -> str | None:
    found = _DAY_OF_YEAR.fullmatch(text)
    try:
        return f"{date(2024, int(found[2]), int(found[1])):%m-%d}" if found else None
    except ValueError:
        return None


def _pieces(text: str, name: str, wrong: dict[str, str]) -> float | None:
    try:
        pieces = float(text.replace(",", ".")) if text else None
    except ValueError:
        pieces = float("nan")
    if pieces is not None and not isfinite(pieces):
        wrong[name] = NO_NUMBER
        return None
    return pieces
