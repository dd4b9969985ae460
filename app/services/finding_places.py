"""One search for a place: coordinates, a report's reference, a number on a mast, our own register, Kartverket's.

The first that understands the text answers. Other people's registers are asked last, together, for two seconds at most,
and no database connection is held meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from app.db import reading, transaction
from app.lookup.addresses import begin_search
from app.lookup.asking import RegisterDown
from app.lookup.names import begin_names
from app.models import Report
from app.models.place import searchable
from app.models.reference import completed_reference, looks_like_reference, parse_reference
from app.queries.places import MOST, PlaceFound, search_with
from app.queries.surroundings import plain_number, surroundings
from app.queries.visible import is_public
from app.routing import in_service_area
from app.services.coordinates import is_no_place, read_coordinates

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.db import SessionFactory
    from app.lookup.registers import Registers
    from app.routing import Rules

LONGEST = 200
SHORTEST = 2
# The same place in two registers, which do not agree on the last metres.
SAME_DEGREES = 0.001
Kind = Literal["coordinates", "swapped", "report", "lamp", "address", "street", "name"]
# "11-012", "L 12b": a number with little around it, not "Storgata 5".
_LIKE_A_MAST = re.compile(r"[^\W\d]{0,4}[\s.\-_/]?[0-9][0-9\s./\-_]{0,20}[^\W\d]?")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place to choose, degrees WGS84. `label` is its name, number or reference; `category` is a report's."""

    kind: Kind
    label: str
    detail: str
    lat: float
    lon: float
    category: str = ""

    def fits(self, words: list[str]) -> bool:
        """Whether it is what was asked for, and not merely like it."""
        if self.kind not in {"address", "street", "name"}:
            return True
        known = searchable(f"{self.label} {self.detail}").split()
        return all(any(one.startswith(typed) for one in known) for typed in words)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the best first, at most ten. `elsewhere` counts what lies outside our area and was left out.

    `silent`: a register that should have been asked gave nothing, so there may be more. `asked` is what was typed.
    `nowhere`: the coordinates are those of a device that does not know. `no_report`: a report's number that none has.
    """

    asked: str
    hits: tuple[Hit, ...] = ()
    elsewhere: int = 0
    silent: bool = False
    nowhere: bool = False
    no_report: bool = False

    @property
    def only(self) -> Hit | None:
        """The one place that was meant without doubt: the only one, or the only address that is called exactly so.

        A report is found to be read as often as for its place, so it is not taken unasked.
        """
        typed = searchable(self.asked)
        if len(self.hits) == 1:
            return self.hits[0] if self.fits and self.hits[0].kind not in {"swapped", "report"} else None
        exact = [hit for hit in self.hits if hit.kind == "address" and searchable(hit.label) == typed]
        return exact[0] if len(exact) == 1 else None

    @property
    def fits(self) -> bool:
        """Whether any of it is what was asked for."""
        words = searchable(self.asked).split()
        return any(hit.fits(words) for hit in self.hits)


def find_places(
    factory: SessionFactory,
    registers: Registers,
    rules: Rules,
    text: str,
    *,
    quick: bool = False,
    may_ask: Callable[[], bool] = lambda: True,
) -> Found:
    """Look for what somebody typed. `quick`: in our own database only, which is what a search while typing may cost.

    `may_ask` is asked only when a register would be.
    """
    text = " ".join(text[: LONGEST * 10].split())[:LONGEST]
    pair = read_coordinates(text)
    if pair is not None:
        return _at(pair, text, rules)
    if len(searchable(text)) < (SHORTEST if quick else 1):
        return Found(text)
    number = text.removeprefix("#")
    if looks_like_reference(number) or completed_reference(number) is not None:
        hits = tuple(_numbered(factory, text))
        return _inside(Found(text, hits, no_report=not hits), rules)
    found = _inside(Found(text, tuple(_own(factory, text))), rules)
    if quick or _is_answered(found, text) or not may_ask():
        return found
    return _with_registers(found, registers, rules, text)


def _own(factory: SessionFactory, text: str) -> list[Hit]:
    if _LIKE_A_MAST.fullmatch(plain_number(text)):
        hits = _numbered(factory, text)
        if hits:
            return hits
    with reading(factory) as connection:
        return [_hit(place) for place in search_with(connection, text)]


def _numbered(factory: SessionFactory, text: str) -> list[Hit]:
    with transaction(factory) as session:
        return _report(session, parse_reference(text.removeprefix("#"))) or _lamps(session, text)


def _at(pair: tuple[float, float], text: str, rules: Rules) -> Found:
    lat, lon = pair
    if in_service_area(rules, lat, lon):
        return Found(text, (Hit("coordinates", _written(lat, lon), "", lat, lon),))
    if in_service_area(rules, lon, lat):
        return Found(text, (Hit("swapped", _written(lon, lat), "", lon, lat),))
    return Found(text, elsewhere=1, nowhere=is_no_place(lat, lon))


def _written(lat: float, lon: float) -> str:
    return f"{lat:.6f}".rstrip("0").rstrip(".") + ", " + f"{lon:.6f}".rstrip("0").rstrip(".")


def _report(session: Session, reference: str | None) -> list[Hit]:
    """A report that everybody may see; whether there is another is nobody's business."""
    if reference is None:
        return []
    wanted = select(Report.category_code, Report.lat, Report.lon).where(Report.reference == reference, is_public())
    return [
        Hit("report", reference, "", lat, lon, category=category)
        for category, lat, lon in session.execute(wanted)
        if lat is not None and lon is not None
    ]


def _lamps(session: Session, text: str) -> list[Hit]:
    lamps = surroundings(session, lat=None, lon=None, asset_kind="lamp", number=text).numbered
    return [Hit("lamp", lamp.number or "", lamp.street or "", lamp.lat, lamp.lon) for lamp in lamps]


def _hit(place: PlaceFound) -> Hit:
    kind: Kind = "address" if place.kind == "address" else "street" if place.kind == "street" else "name"
    return Hit(kind, place.label, place.detail or "", place.lat, place.lon)


def _inside(found: Found, rules: Rules) -> Found:
    inside = tuple(hit for hit in found.hits if in_service_area(rules, hit.lat, hit.lon))
    return replace(found, hits=inside[:MOST], elsewhere=found.elsewhere + len(found.hits) - len(inside))


def _is_answered(found: Found, text: str) -> bool:
    """A report, a lamp or a place that is called exactly so; what merely looks alike may be a place we do not know."""
    typed = searchable(text)
    return any(
        hit.kind in {"report", "lamp"} or typed in {searchable(hit.label), searchable(f"{hit.label} {hit.detail}")}
        for hit in found.hits
    )


def _with_registers(found: Found, registers: Registers, rules: Rules, text: str) -> Found:
    number = rules.municipality.number
    if number is None:
        return found
    waiting = []
    if registers.addresses.base_url:
        waiting.append(begin_search(registers.addresses, text, municipality=number))
    if registers.names.base_url:
        waiting.append(begin_names(registers.names, text, municipality=number))
    answers = [_heard(wait) for wait in waiting]
    told = [_hit(place) for answer in answers for place in answer or ()]
    # An exact name goes before what we ourselves found alike.
    exact = [hit for hit in told if searchable(hit.label) == searchable(text)]
    merged = _each_once([*exact, *found.hits, *told])
    return _inside(replace(found, hits=tuple(merged), silent=None in answers), rules)


def _heard(wait: Callable[[], list[PlaceFound]]) -> list[PlaceFound] | None:
    try:
        return wait()
    except RegisterDown:
        return None


def _each_once(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in hits:
        if not any(_same(hit, other) for other in kept):
            kept.append(hit)
    return kept


def _same(one: Hit, other: Hit) -> bool:
    near = abs(one.lat - other.lat) < SAME_DEGREES and abs(one.lon - other.lon) < 3 * SAME_DEGREES
    return near and searchable(one.label) == searchable(other.label)
