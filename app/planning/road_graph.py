"""Roads between junctions, with their shape: numpy arrays that fit into a few megabytes, packed for the database."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.planning.road_seasons import Season

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
# Bits of `open`: who may drive in which direction. Nobody is dropped off in a tunnel or on a ferry.
CAR_FORWARD, CAR_BACK, LORRY_FORWARD, LORRY_BACK, NO_STOP = 1, 2, 4, 8, 16
SCALE = 1e7
_ARRAYS = ("start", "end", "shape_at", "lat", "lon", "way", "kmh", "open", "season")
_FORMAT = 1


class NotPacked(ValueError):  # noqa: N818  (what it is, not what went wrong)
    """The bytes are no road network of this program's."""


@dataclass(frozen=True)
class RoadGraph:
    """`m` edges between `nodes` junctions; edge `e` has the points `shape_at[e]` up to `shape_at[e + 1]`.

    `start`, `end`: junctions, int32[m]. `lat`, `lon`: 1e-7 degrees WGS84, int32[points]. `way`: the OpenStreetMap way
    of the stretch from this point to the next, int64[points]. `kmh`: what a car drives, float32[m]. `open`: the bits
    above, uint8[m]. `season`: 0, or one more than the index in `seasons`, int16[m].
    """

    nodes: int
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    shape_at: NDArray[np.int32]
    lat: NDArray[np.int32]
    lon: NDArray[np.int32]
    way: NDArray[np.int64]
    kmh: NDArray[np.float32]
    open: NDArray[np.uint8]
    season: NDArray[np.int16]
    seasons: tuple[Season, ...] = ()

    @property
    def edges(self) -> int:
        """How many there are."""
        return len(self.start)

    @cached_property
    def degrees(self) -> Floats:
        """(lat, lon) of each point of a shape, degrees, float64[points, 2]."""
        return np.column_stack((self.lat, self.lon)) / SCALE

    @cached_property
    def places(self) -> Floats:
        """Cartesian metres from the centre of the earth, float64[points, 3]."""
        return earth_centred(self.degrees)

    @cached_property
    def edge_of(self) -> Whole:
        """The edge of each point, int64[points]."""
        return np.repeat(np.arange(self.edges), np.diff(self.shape_at))

    @cached_property
    def along(self) -> Floats:
        """Metres from the edge's start to each point, float64[points]."""
        steps = np.zeros(len(self.lat))
        steps[1:] = np.linalg.norm(np.diff(self.places, axis=0), axis=1)
        steps[self.shape_at[:-1]] = 0.0
        total = np.cumsum(steps)
        run: Floats = total - total[self.shape_at[:-1]][self.edge_of]
        return run

    @cached_property
    def metres(self) -> Floats:
        """Length of each edge, float64[m]."""
        length: Floats = self.along[self.shape_at[1:] - 1]
        return length

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        (south, west), (north, east) = self.degrees.min(axis=0), self.degrees.max(axis=0)
        return float(west), float(south), float(east), float(north)

    def pack(self) -> bytes:
        """For the database: compressed."""
        head = {
            "format": _FORMAT,
            "nodes": self.nodes,
            "seasons": [[[*map(list, span)] for span in one.spans] + [one.opens] for one in self.seasons],
        }
        out = io.BytesIO()
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez_compressed(out, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **arrays)
        return out.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> RoadGraph:
        """What `pack` made. Raises NotPacked."""
        try:
            with np.load(io.BytesIO(packed), allow_pickle=False) as file:
                head = json.loads(bytes(file["head"]))
                arrays = {name: file[name] for name in _ARRAYS}
            if head["format"] != _FORMAT:
                raise NotPacked("The road network was packed by another version of this program.")
            return cls(nodes=head["nodes"], seasons=tuple(_season(one) for one in head["seasons"]), **arrays)
        except (KeyError, ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise NotPacked(f"The road network cannot be read: {error}") from error


def _season(packed: Sequence[Any]) -> Season:
    *spans, opens = packed
    return Season(tuple((tuple(first), tuple(last)) for first, last in spans), opens=bool(opens))


def earth_centred(degrees: Floats) -> Floats:
    """(lat, lon) in degrees to Cartesian metres on the ellipsoid, float64[n, 3]; exact, as `distance.earth_centred`."""
    lat, lon = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    flat = 1 / 298.257223563
    squared = flat * (2 - flat)
    normal = 6_378_137.0 / np.sqrt(1 - squared * np.sin(lat) ** 2)
    level = normal * np.cos(lat)
    return np.column_stack((level * np.cos(lon), level * np.sin(lon), normal * (1 - squared) * np.sin(lat)))
