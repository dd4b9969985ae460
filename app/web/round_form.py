"""What the forms of a planned round post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.errors import N_, Invalid
from app.services.round_handover import NOTHING, TO_WHOM

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from app.queries.rounds import Round

_PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
NO_PLACE = N_("Write the place as latitude and longitude, for example 69.6492, 18.9553.")


def version_of(form: FormData) -> int | None:
    """The version of the list that the page showed."""
    return _number(form.get("version"))


def new_order(form: FormData) -> list[int]:
    """Ids in the wanted order, each once."""
    return list(dict.fromkeys(ids_of(form, "order")))


def ids_of(form: FormData, name: str) -> list[int]:
    """The numbers posted by this name; what is none is left out."""
    return [number for value in form.getlist(name) if (number := _number(value)) is not None]


def moved_by_button(order: list[int], move: str) -> list[int]:
    """`12:up` or `12:down`: the order with this stop one place earlier or later."""
    stop, _, way = move.partition(":")
    number = _number(stop)
    if number not in order or way not in {"up", "down"}:
        return order
    place = order.index(number)
    other = place - 1 if way == "up" else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return order


def chosen_stops(form: FormData, driven: Round) -> list[int]:
    """Those that are ticked, or all that is left and not locked. Raises Invalid where there is none."""
    free = [stop.id for stop in driven.left if not stop.locked]
    found = free if form.get("what") == "all" else ids_of(form, "stop")
    if not found:
        raise Invalid(NOTHING, fields={"stop": NOTHING})
    return found


@dataclass(frozen=True, slots=True)
class Target:
    """Who takes stops: a list, or a new one for a crew, a vehicle, or nobody by name."""

    list_id: int | None = None
    crew_id: int | None = None
    vehicle_id: int | None = None


def target_typed(form: FormData) -> Target:
    """`list:12`, `crew:3`, `vehicle:4` or `new`. Raises Invalid for anything else."""
    kind, _, row = str(form.get("target") or "").partition(":")
    number = _number(row)
    if kind == "new":
        return Target()
    if number is None or kind not in {"list", "crew", "vehicle"}:
        raise Invalid(TO_WHOM, fields={"target": TO_WHOM})
    return Target(**{f"{kind}_id": number})


def place_typed(text: str) -> tuple[float, float] | None:
    """Degrees WGS84 of "69.65, 18.95"; None where nothing is written. Raises Invalid for what is no place."""
    if not text.strip():
        return None
    found = _PLACE.fullmatch(text)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        raise Invalid(NO_PLACE, fields={"here": NO_PLACE})
    return float(found[1]), float(found[2])


def _number(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
