"""Whose road a place is at, from everything that is known there. The owner of a lamp is another fact.

Four sources, the surest first:

1. The lamp that the report is about: its register says which road it lights. Near a crossing, on a bridge or beside a
   walkway the road nearest to the pin may be another one, and a lamp does not move.
2. The road register's answer for this very spot, when it was asked before: it is the roads' own register.
3. The nearest of the road lines in our own database, which are as old as their import.
4. Nobody knows: "unknown", which no routing rule takes for an owner.

A source that names no owner lets the next one speak. The road's reference comes from the source that told the owner,
or from one that agrees with it: a report must not carry one road's owner and another's number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.queries.surroundings import Surroundings

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RoadHere:
    """`owner`: state, county, municipality, private or unknown; `ref` such as FV862; `name` as on the street's sign."""

    owner: str = UNKNOWN
    ref: str | None = None
    name: str | None = None


class ByARoad(Protocol):
    """A lamp, or another thing of a register that knows which road it stands at."""

    @property
    def road_owner(self) -> str: ...
    @property
    def road_ref(self) -> str | None: ...


def road_at(around: Surroundings, lamp: ByARoad | None) -> RoadHere:
    """The road of a place, put together; `lamp` is the one that a report there is about, if any."""
    told = list(_told(around, lamp))
    owner = next((one.owner for one in told if one.owner != UNKNOWN), UNKNOWN)
    agreeing = [one for one in told if one.owner == owner]
    return RoadHere(
        owner=owner,
        ref=next((one.ref for one in agreeing if one.ref), None),
        name=next((one.name for one in agreeing if one.name), None),
    )


def _told(around: Surroundings, lamp: ByARoad | None) -> Iterator[RoadHere]:
    if lamp is not None:
        yield RoadHere(lamp.road_owner, lamp.road_ref)
    if around.kept_road:
        yield RoadHere(str(around.kept_road.get("owner") or UNKNOWN), around.kept_road.get("ref"))
    if around.road is not None:
        yield RoadHere(around.road.owner, around.road.ref, around.road.name)
