"""What a planner types: day, crews, must and may, time windows; read into a question, and shown again as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from starlette.datastructures import FormData

from app.errors import N_, Invalid
from app.models import Crew, Vehicle
from app.routing import Rules
from app.services.plan_problem import seconds_of_day
from app.services.plan_wanted import MOST_STOPS, ShiftWanted, Wanted, WindowWanted
from app.web.crew_forms import NO_PLACE, NO_TIME, PUT_RIGHT, read_place, read_time, typed, whole_number

WINDOW_ROWS = 3
MOST_DETOUR = 120
# Where a blank line of a vehicle's stock means that there is always enough.
PLENTY = 1_000_000.0
BAD_DAY = N_("Write the day as it stands in the calendar, for example 2026-11-26.")
BAD_NUMBER = N_("Write a whole number, or leave it empty.")
OVER = N_("The shift of %(crew)s is over for today.")
TWICE = N_("Two crews cannot drive in the same vehicle.")


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What there is to choose from: the unit's crews and vehicles, and the time it is there."""

    crews: Sequence[Crew]
    vehicles: Mapping[int, Vehicle]
    rules: Rules
    local_now: datetime


@dataclass
class Mistakes:
    """Sentences by field, with what fills them in."""

    fields: dict[str, str] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)

    def add(self, name: str, sentence: str, **params: object) -> None:
        """The first mistake of a field is the one to read."""
        self.fields.setdefault(name, sentence)
        self.params.update(params)

    def refuse(self) -> None:
        """Raises Invalid where there is one."""
        if self.fields:
            raise Invalid(PUT_RIGHT if len(self.fields) > 1 else next(iter(self.fields.values())),
                          fields=self.fields, **self.params)  # fmt: skip


def is_day(text: str) -> bool:
    """Whether it can be read as a day: what comes with a link may be anything."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_plan(form: FormData, choices: Choices) -> Wanted:
    """The question of the form with crews. Raises Invalid with a sentence for each field that cannot be read."""
    wrong = Mistakes()
    day = _day(typed(form, "day"), choices, wrong)
    shifts = _shifts(form, day, choices, wrong)
    wanted = _shared(form, wrong)
    wrong.refuse()
    return replace(wanted, day=day, shifts=tuple(shifts))


def read_round(form: FormData, choices: Choices) -> Wanted:
    """One round from one place, now: the question of the simple form."""
    wrong, now = Mistakes(), choices.local_now
    start = read_place(typed(form, "start"))
    if start is None:
        wrong.add("start", NO_PLACE)
    wanted = _shared(form, wrong)
    wrong.refuse()
    shift = ShiftWanted(
        start_lat=start[0] if start else 0.0,
        start_lon=start[1] if start else 0.0,
        start_name=typed(form, "start_name")[:120],
        returns=form.get("ends") != "anywhere",
        begins=seconds_of_day(now.time()),
    )
    return replace(wanted, day=now.date(), shifts=(shift,))


def _shared(form: FormData, wrong: Mistakes) -> Wanted:
    """What both forms ask. The day and the shifts are the caller's."""
    along = form.get("along") == "yes"
    return Wanted(
        unit_code=typed(form, "unit"),
        day=date.min,
        shifts=(),
        name=typed(form, "name")[:120],
        category_codes=_texts(form, "category"),
        references=_texts(form, "report"),
        must_rank=whole_number(typed(form, "must_rank")),
        take_along=along,
        detour_minutes=_number(form, "detour", most=MOST_DETOUR, wrong=wrong) if along else None,
        area=typed(form, "area"),
        windows=_windows(form, wrong),
        most_stops=_number(form, "most", most=MOST_STOPS, wrong=wrong, least=1) or MOST_STOPS,
    )


def _texts(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(value for value in form.getlist(name)[:200] if isinstance(value, str) and value)


def _day(text: str, choices: Choices, wrong: Mistakes) -> date:
    if text and not is_day(text):
        wrong.add("day", BAD_DAY)
    return date.fromisoformat(text) if is_day(text) else choices.local_now.date()


def _number(form: FormData, name: str, *, most: int, wrong: Mistakes, least: int = 0) -> int | None:
    text = typed(form, name)
    number = whole_number(text)
    if text and (number is None or not least <= number <= most):
        wrong.add(name, BAD_NUMBER)
    return number


def _windows(form: FormData, wrong: Mistakes) -> tuple[WindowWanted, ...]:
    found = []
    for row in range(WINDOW_ROWS):
        opens, closes = typed(form, f"window_from-{row}"), typed(form, f"window_until-{row}")
        if not opens and not closes:
            continue
        first, last = read_time(opens or "00:00"), read_time(closes or "23:59")
        if first is None or last is None or last <= first:
            wrong.add(f"window_from-{row}", N_("Write when the window opens and closes, for example 09:00 and 14:00."))
            continue
        code = typed(form, f"window_category-{row}")
        found.append(WindowWanted(category_code=code, opens=seconds_of_day(first), closes=seconds_of_day(last)))
    return tuple(found)


def _shifts(form: FormData, day: date, choices: Choices, wrong: Mistakes) -> list[ShiftWanted]:
    ticked = set(_texts(form, "crew"))
    shifts = [
        shift
        for crew in choices.crews
        if str(crew.id) in ticked and (shift := _shift(form, crew, day, choices, wrong)) is not None
    ]
    driven = [shift.vehicle_id for shift in shifts if shift.vehicle_id is not None]
    if len(driven) != len(set(driven)):
        wrong.add("crew", TWICE)
    if not ticked:
        wrong.add("crew", N_("Choose at least one crew, or a round from one place."))
    return shifts


def _shift(form: FormData, crew: Crew, day: date, choices: Choices, wrong: Mistakes) -> ShiftWanted | None:
    """The crew's usual day, with what was changed for this one."""
    start = read_place(typed(form, f"start-{crew.id}")) if form.get(f"start-{crew.id}") else None
    begins, ends = read_time(typed(form, f"from-{crew.id}")), read_time(typed(form, f"until-{crew.id}"))
    if form.get(f"start-{crew.id}") and start is None:
        wrong.add(f"start-{crew.id}", NO_PLACE)
    if begins is None or ends is None:
        wrong.add(f"from-{crew.id}", NO_TIME)
        return None
    first, last = seconds_of_day(begins), seconds_of_day(ends)
    if day == choices.local_now.date():  # Nobody drives before now.
        first = max(first, seconds_of_day(choices.local_now.time()))
    if last <= first:
        over = day == choices.local_now.date() and ends > begins
        wrong.add(f"from-{crew.id}", OVER if over else N_("The shift must end after it begins."), crew=crew.name)
        return None
    vehicle = choices.vehicles.get(whole_number(typed(form, f"vehicle-{crew.id}")) or 0)
    lat, lon = start or (crew.start_lat, crew.start_lon)
    moved = start is not None and (abs(lat - crew.start_lat) > 1e-5 or abs(lon - crew.start_lon) > 1e-5)
    return ShiftWanted(
        name=crew.name,
        crew_id=crew.id,
        vehicle_id=vehicle.id if vehicle else None,
        start_lat=lat,
        start_lon=lon,
        start_name="" if moved else crew.start_name or "",
        returns=crew.returns,
        end_lat=crew.end_lat,
        end_lon=crew.end_lon,
        end_name=crew.end_name or "",
        begins=first,
        ends=last,
        lift=vehicle.lifts_on(day) if vehicle else True,
        stock=stock_of(vehicle, choices.rules),
        profile="lorry" if vehicle and vehicle.profile == "lorry" else "car",
    )


def stock_of(vehicle: Vehicle | None, rules: Rules) -> dict[str, float] | None:
    """What is in the car; of what nobody counted there is always enough. Without a vehicle nothing is counted."""
    if vehicle is None or not vehicle.stock:
        return None
    return {**dict.fromkeys(rules.materials, PLENTY), **vehicle.stock}


def shown_windows(given: FormData) -> list[dict[str, str]]:
    """The rows of the form, as they were typed."""
    names = ("category", "from", "until")
    return [{name: typed(given, f"window_{name}-{row}") for name in names} for row in range(WINDOW_ROWS)]
