"""Kartverket's register of addresses: by words, and the nearest to a place. © Kartverket, CC BY 4.0."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.lookup.asking import Question, Register, RegisterDown
from app.models.place import calm
from app.queries.places import PlaceFound

METRES = 200
MOST = 10
LONGEST = 120
# Signs of the register's own search language, and what nobody types on purpose.
_SIGNS = re.compile(r"[^\w\s.,/\-]+")

Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Model = TypeVar("Model", bound=BaseModel)


class _Point(BaseModel):
    lat: Lat
    lon: Lon


class _Address(BaseModel):
    adressetekst: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00-\x1f]+$")]
    postnummer: Annotated[str, Field(max_length=10)] | None = None
    poststed: Annotated[str, Field(max_length=60)] | None = None
    representasjonspunkt: _Point
    metres: float | None = Field(None, alias="meterDistanseTilPunkt", ge=0, allow_inf_nan=False)

    @property
    def detail(self) -> str | None:
        return calm(f"{self.postnummer or ''} {self.poststed or ''}".strip()) or None


class _Answer(BaseModel):
    adresser: list[dict[str, Any]]


_ANSWER = TypeAdapter(_Answer)


@dataclass(frozen=True, slots=True)
class AddressFound:
    """The address nearest to a place: "Storgata 5C", "9008 Tromsø", metres from the place."""

    label: str
    detail: str | None
    metres: float


@dataclass(frozen=True, slots=True)
class AddressQuestion:
    """A question on its way."""

    question: Question[_Answer]

    def wait(self) -> AddressFound | None:
        """The nearest; None: there is none within 200 m, which is a fact. Raises RegisterDown."""
        near = [
            AddressFound(one.adressetekst, one.detail, one.metres)
            for one in readable(self.question.wait().adresser, _Address, register="addresses")
            if one.metres is not None and one.metres <= METRES
        ]
        # The register promises no order.
        return min(near, key=lambda one: one.metres, default=None)


def begin_address(register: Register, *, lat: float, lon: float) -> AddressQuestion:
    """Ask for the address nearest to a place, degrees WGS84, without waiting for the answer."""
    params = {"lat": lat, "lon": lon, "radius": METRES, "koordsys": 4258, "utkoordsys": 4258, "treffPerSide": MOST}
    return AddressQuestion(register.begin("/punktsok", params, _ANSWER, when_404=b'{"adresser": []}'))


def begin_search(register: Register, text: str, *, municipality: str) -> Callable[[], list[PlaceFound]]:
    """Look for an address by words in the municipality with this number; call the result to wait for at most ten.

    The call raises RegisterDown.
    """
    params = {
        "sok": plain(text), "fuzzy": "true", "kommunenummer": municipality, "utkoordsys": 4258, "treffPerSide": MOST,
        "side": 0,
    }  # fmt: skip
    question = register.begin("/sok", params, _ANSWER)

    def wait() -> list[PlaceFound]:
        found = readable(question.wait().adresser, _Address, register="addresses")
        return [_place(one) for one in found][:MOST]

    return wait


def plain(text: str) -> str:
    """What was typed, without signs that the register would take for orders."""
    return " ".join(_SIGNS.sub(" ", text).split())[:LONGEST]


def readable(items: Iterable[dict[str, Any]], shape: type[Model], *, register: str) -> list[Model]:
    """The items that have the agreed shape. Raises RegisterDown when there are some and none has it."""
    found, broken = [], 0
    for item in items:
        try:
            found.append(shape.model_validate(item))
        except ValidationError:
            broken += 1
    if broken and not found:
        raise RegisterDown(register, "nonsense")
    return found


def _place(address: _Address) -> PlaceFound:
    point = address.representasjonspunkt
    return PlaceFound("address", address.adressetekst, address.detail, point.lat, point.lon)
