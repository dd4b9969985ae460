"""What is worked out once when the file is read, to make proposals quick: rules by facts, areas by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from app.routing.geometry import MultiPolygon, Polygon, on_the_globe

CELLS = 24


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """The numbers of the rules that can match, in the file's order, by category, road owner and asset owner.

    The key None stands for a category that has left the file: old reports still have it.
    """

    candidates: Mapping[tuple[str | None, str, str], tuple[int, ...]]
    categories: frozenset[str]

    def of(self, category: str, road_owner: str, asset_owner: str) -> tuple[int, ...]:
        """The candidates; their conditions on these three hold already."""
        known = category if category in self.categories else None
        return self.candidates[known, road_owner, asset_owner]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The conditions of one rule that the index is about; None: any value will do."""

    categories: frozenset[str] | None
    road_owners: Sequence[str] | None
    asset_owners: Sequence[str] | None


def index_rules(wanted: Sequence[Wanted], *, categories: Sequence[str], owners: Sequence[str]) -> RuleIndex:
    """One list for each combination; the same lists are kept once."""
    kept: dict[tuple[int, ...], tuple[int, ...]] = {}
    candidates = {}
    for category in (*categories, None):
        here = [n for n, w in enumerate(wanted) if w.categories is None or category in w.categories]
        for road, asset in product(owners, owners):
            found = tuple(
                n
                for n in here
                if (road in (wanted[n].road_owners or owners)) and (asset in (wanted[n].asset_owners or owners))
            )
            candidates[category, road, asset] = kept.setdefault(found, found)
    return RuleIndex(candidates, frozenset(categories))


@dataclass(frozen=True, slots=True)
class AreaIndex:
    """A grid over all areas; each cell names the polygons that may reach into it."""

    west: float
    south: float
    columns_per_degree: float
    rows_per_degree: float
    cells: tuple[tuple[tuple[str, Polygon], ...], ...]

    def at(self, lat: float | None, lon: float | None) -> frozenset[str]:
        """The codes of the areas that hold the place, in degrees WGS84; a border counts as inside."""
        if lat is None or lon is None or not self.cells or not on_the_globe(lat, lon):
            return frozenset()
        column = int((lon - self.west) * self.columns_per_degree)
        row = int((lat - self.south) * self.rows_per_degree)
        if lon < self.west or lat < self.south or column > CELLS or row > CELLS:
            return frozenset()
        cell = self.cells[min(row, CELLS - 1) * CELLS + min(column, CELLS - 1)]
        return frozenset(code for code, polygon in cell if polygon.holds(lat, lon))


def index_areas(areas: Mapping[str, MultiPolygon]) -> AreaIndex:
    """Each polygon is put into every cell that its bounding box touches."""
    polygons = [(code, polygon) for code, area in areas.items() for polygon in area.polygons]
    if not polygons:
        return AreaIndex(0, 0, 0, 0, ())
    west, south = min(p.west for _, p in polygons), min(p.south for _, p in polygons)
    columns = CELLS / (max(p.east for _, p in polygons) - west)
    rows = CELLS / (max(p.north for _, p in polygons) - south)
    cells: list[list[tuple[str, Polygon]]] = [[] for _ in range(CELLS * CELLS)]
    for code, polygon in polygons:
        for row in _range(polygon.south - south, polygon.north - south, per_degree=rows):
            for column in _range(polygon.west - west, polygon.east - west, per_degree=columns):
                cells[row * CELLS + column].append((code, polygon))
    return AreaIndex(west, south, columns, rows, tuple(tuple(cell) for cell in cells))


def _range(low: float, high: float, *, per_degree: float) -> range:
    return range(min(int(low * per_degree), CELLS - 1), min(int(high * per_degree), CELLS - 1) + 1)
