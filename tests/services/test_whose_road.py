"""Which source is believed about the road at a place, when several speak."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.queries.surroundings import NearRoad, Surroundings
from app.services.whose_road import RoadHere, road_at


@dataclass(frozen=True)
class Lamp:
    road_owner: str = "unknown"
    road_ref: str | None = None


REGISTER = {"owner": "county", "ref": "FV9862 S1D1 m687", "metres": 3.4}
LINE = NearRoad(owner="municipality", ref="KV9001", name="Storgata", metres=8.0)


@pytest.mark.parametrize(
    ("lamp", "kept", "line", "found"),
    [
        (None, None, None, RoadHere()),
        (None, {}, None, RoadHere()),
        (None, None, LINE, RoadHere("municipality", "KV9001", "Storgata")),
        (None, {}, LINE, RoadHere("municipality", "KV9001", "Storgata")),
        (None, REGISTER, LINE, RoadHere("county", "FV9862 S1D1 m687")),
        (Lamp(), REGISTER, LINE, RoadHere("county", "FV9862 S1D1 m687")),
        (Lamp("state", "EV98"), REGISTER, LINE, RoadHere("state", "EV98")),
        # A lamp's register that knows the owner but not the number, with one that agrees and one that does not.
        (Lamp("county"), REGISTER, LINE, RoadHere("county", "FV9862 S1D1 m687")),
        (Lamp("state"), REGISTER, LINE, RoadHere("state")),
        (Lamp("municipality"), REGISTER, LINE, RoadHere("municipality", "KV9001", "Storgata")),
        # One who names no owner lets the next one speak.
        (None, {"owner": "unknown", "ref": "UV1"}, LINE, RoadHere("municipality", "KV9001", "Storgata")),
        (None, {"owner": "unknown", "ref": "UV1"}, None, RoadHere("unknown", "UV1")),
        (None, {"owner": None}, None, RoadHere()),
    ],
)
def test_the_surest_source_tells_the_owner_and_nobody_elses_number_is_mixed_in(lamp, kept, line, found):
    assert road_at(Surroundings(kept_road=kept, road=line), lamp) == found
