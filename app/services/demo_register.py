"""The demo's own register of addresses and names, so that the search works offline: coarse, and written by hand."""

from __future__ import annotations

from math import cos, radians
from typing import TYPE_CHECKING

from app.models import Place
from app.services.demo_places import METRES_PER_DEGREE, PLACES, STREETS, point_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.demo_places import Street

# How far houses stand from the middle of their street, metres.
SETBACK = 14
OUTSIDE_TOWN = {
    "Turistvegen": "9020 Tromsdalen",
    "Tromsdalsvegen": "9020 Tromsdalen",
    "Lunheimvegen": "9022 Krokelvdalen",
    "Krokvegen": "9022 Krokelvdalen",
    "Straumsvegen": "9100 Kvaløysletta",
    "Selnesvegen": "9100 Kvaløysletta",
}
# (Northern Sámi, Norwegian, lat, lon): an island, a strait or a valley lies somewhere in its middle.
NAMES = (
    ("Romsa", "Tromsø", 69.6492, 18.9560),
    ("Romssasuolu", "Tromsøya", 69.6660, 18.9350),
    ("Sállir", "Kvaløya", 69.6900, 18.6500),
    ("Romssavággi", "Tromsdalen", 69.6420, 19.0150),
    ("Romssanuorri", "Tromsøysundet", 69.6620, 18.9900),
    ("Loavgavárri", "Fløya", 69.6290, 18.9990),
    ("", "Skansen", 69.6523, 18.9634),
    ("", "Prestvannet", 69.6585, 18.9362),
    ("", "Tromsøbrua", 69.6503, 18.9775),
    ("", "Ishavskatedralen", 69.6481, 18.9878),
    ("", "Breivika", 69.6730, 18.9740),
    ("", "Telegrafbukta", 69.6345, 18.9108),
    ("", "Kvaløysletta", 69.6950, 18.8640),
    ("", "Kroken", 69.6810, 19.0700),
    ("", "Ersfjordbotn", 69.6945, 18.6335),
    ("", "Eidkjosen", 69.6701, 18.8302),
    ("", "Sommarøy", 69.6330, 18.0060),
)


def places() -> list[Place]:
    """Addresses, streets and names, as an import would leave them."""
    return [*_addresses(), *_names()]


def _addresses() -> Iterator[Place]:
    for street in STREETS:
        postal = OUTSIDE_TOWN.get(street.name, "9008 Tromsø")
        lat, lon = point_on(street.line, 0.5)
        town = postal.partition(" ")[2]
        yield Place(kind="street", source_ref=f"demo-{street.name}", label=street.name, detail=town, lat=lat, lon=lon)
        yield from _houses(street, postal)


def _houses(street: Street, postal: str) -> Iterator[Place]:
    """Odd numbers on one side, even ones on the other."""
    count = street.lamps * 3
    for number in range(1, count + 1):
        lat, lon = point_on(street.line, number / (count + 1))
        lon += (SETBACK if number % 2 else -SETBACK) / (METRES_PER_DEGREE * cos(radians(lat)))
        label = f"{street.name} {number}"
        yield Place(
            kind="address", source_ref=f"demo-{label}", label=label, detail=postal,
            lat=round(lat, 5), lon=round(lon, 5),
        )  # fmt: skip


def _names() -> Iterator[Place]:
    for sami, norwegian, lat, lon in NAMES:
        for label, other in ((sami, norwegian), (norwegian, sami)):
            if label:
                ref = f"demo-{norwegian}-{label}"
                yield Place(kind="name", source_ref=ref, label=label, detail=other or None, lat=lat, lon=lon)
    for code, (lat, lon, label) in PLACES.items():
        yield Place(kind="name", source_ref=f"demo-{code}", label=label, detail=None, lat=lat, lon=lon)
