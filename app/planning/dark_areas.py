"""Whole areas dark: a fuse has burnt, and many lamps around are dark, whatever road they stand on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.planning.distance import earth_centred
from app.planning.fault import Lamp, Limits
from app.planning.nearby import Nearby, Unions


@dataclass(frozen=True, slots=True)
class DarkArea:
    """Lamps that went dark together: `dark` of the `of` that stand there; `cable` where they hang on one."""

    lamps: tuple[int, ...]
    dark: int
    of: int
    cable: str | None = None


def dark_areas(lamps: Sequence[Lamp], dark: set[int], *, limits: Limits) -> list[DarkArea]:
    """Areas around dark lamps with enough dark ones and enough of all dark; those that overlap are one.

    All lamps within `dark_area_metres` of a dark one must be given, and all on its cable.
    """
    return [*_cables(lamps, dark, limits), *_around(lamps, dark, limits)]


def _cables(lamps: Sequence[Lamp], dark: set[int], limits: Limits) -> list[DarkArea]:
    on_cable: dict[str, list[int]] = defaultdict(list)
    for lamp in lamps:
        if lamp.cable:
            on_cable[lamp.cable].append(lamp.id)
    found = []
    for cable, ids in sorted(on_cable.items()):
        out = tuple(sorted(dark.intersection(ids)))
        if len(out) >= limits.whole_road_lamps and len(out) >= limits.dark_area_share * len(ids):
            found.append(DarkArea(out, len(out), len(ids), cable))
    return found


def _around(lamps: Sequence[Lamp], dark: set[int], limits: Limits) -> list[DarkArea]:
    if len(dark) < limits.dark_area_lamps:
        return []
    places = {lamp.id: earth_centred((lamp.lat, lamp.lon)) for lamp in lamps}
    near = Nearby(places, radius=limits.dark_area_metres)
    unions, around = Unions(), {}
    for one in sorted(dark.intersection(places)):
        everyone = {other for _, other in near.near(places[one])}
        out = everyone & dark
        if len(out) >= limits.dark_area_lamps and len(out) >= limits.dark_area_share * len(everyone):
            around[one] = everyone
            for other in out:
                unions.join(one, other)
    grown: dict[int, set[int]] = defaultdict(set)
    for one, everyone in around.items():
        grown[unions.find(one)] |= everyone
    found = []
    for _, everyone in sorted(grown.items()):
        together = tuple(sorted(everyone & dark))
        found.append(DarkArea(together, len(together), len(everyone)))
    return found
