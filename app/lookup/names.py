"""Kartverket's central register of place names (SSR), in Norwegian, Northern Sámi and Kven. © Kartverket, CC BY 4.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from app.lookup.addresses import Lat, Lon, plain, readable
from app.lookup.asking import Register
from app.queries.places import PlaceFound

MOST = 10


class _Point(BaseModel):
    nord: Lat
    ost: Lon = Field(alias="øst")


class _Name(BaseModel):
    spelling: str = Field(alias="skrivemåte", min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")
    kind: str | None = Field(None, alias="navneobjekttype", max_length=60)
    standing: str | None = Field(None, alias="navnestatus", max_length=60)
    representasjonspunkt: _Point


class _Answer(BaseModel):
    navn: list[dict[str, Any]]


_ANSWER = TypeAdapter(_Answer)


def begin_names(register: Register, text: str, *, municipality: str) -> Callable[[], list[PlaceFound]]:
    """Look for a place name in the municipality with this number; call the result to wait for at most ten.

    The call raises RegisterDown. Without the register's own forgiveness: it finds far too much.
    """
    params = {"sok": plain(text), "knr": municipality, "utkoordsys": 4258, "treffPerSide": MOST, "side": 1}
    question = register.begin("/navn", params, _ANSWER, when_404=b'{"navn": []}')

    def wait() -> list[PlaceFound]:
        found = readable(question.wait().navn, _Name, register="names")
        places = [_place(one) for one in found if one.standing != "historisk"]
        return list(dict.fromkeys(places))[:MOST]

    return wait


def _place(name: _Name) -> PlaceFound:
    point = name.representasjonspunkt
    return PlaceFound("name", name.spelling, name.kind, point.nord, point.ost)
