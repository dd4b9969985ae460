import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.geometry import Polygon
from app.routing.polygon_files import read_polygons

SQUARE = ((18.9, 69.6), (19.0, 69.6), (19.0, 69.7), (18.9, 69.7), (18.9, 69.6))
HOLE = ((18.94, 69.64), (18.96, 69.64), (18.96, 69.66), (18.94, 69.66), (18.94, 69.64))
WAVES = [
    (
        18.9 + 0.1 * (1 + 0.4 * math.sin(7 * a)) * math.cos(a),
        69.6 + 0.03 * (1 + 0.4 * math.sin(7 * a)) * math.sin(a),
    )
    for a in (2 * math.pi * n / 200 for n in range(200))
]
WAVY = Polygon(((*WAVES, WAVES[0]),))


@pytest.mark.parametrize(
    ("lat", "lon"), [(69.6, 18.9), (69.7, 19.0), (69.65, 18.9), (69.65, 19.0), (69.6, 18.95), (69.7, 18.95)]
)
def test_corners_and_edges_are_inside(lat, lon):
    assert Polygon((SQUARE,)).holds(lat, lon)


def test_a_hole_is_outside_and_its_border_inside():
    polygon = Polygon((SQUARE, HOLE))
    assert not polygon.holds(69.65, 18.95)
    assert polygon.holds(69.64, 18.95)
    assert polygon.holds(69.63, 18.95)


@given(edge=st.integers(0, 199), share=st.floats(0, 1))
def test_a_place_worked_out_on_any_edge_is_inside(edge, share):
    (x1, y1), (x2, y2) = WAVY.rings[0][edge], WAVY.rings[0][edge + 1]
    assert WAVY.holds(y1 + share * (y2 - y1), x1 + share * (x2 - x1))


def turns(lat: float, lon: float) -> int:
    """How often the outline goes round the place, by adding up angles: not the way under test."""
    total = 0.0
    for (x1, y1), (x2, y2) in zip(WAVY.rings[0], WAVY.rings[0][1:], strict=False):
        step = math.atan2(y2 - lat, x2 - lon) - math.atan2(y1 - lat, x1 - lon)
        total += math.remainder(step, 2 * math.pi)
    return round(total / (2 * math.pi))


def test_it_agrees_with_adding_up_angles_at_ten_thousand_places():
    chance = random.Random(1)
    inside = 0
    for _ in range(10_000):
        lat, lon = chance.uniform(69.54, 69.66), chance.uniform(18.72, 19.08)
        assert WAVY.holds(lat, lon) == (turns(lat, lon) != 0), (lat, lon)
        inside += WAVY.holds(lat, lon)
    assert 2_000 < inside < 8_000


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(None, 18.95), (69.65, None), (91, 18.95), (69.65, 181), (math.nan, 18.95), (69.65, math.inf)],
)
def test_off_the_globe_or_unknown_is_outside(lat, lon):
    area = read_polygons(json.dumps({"type": "Polygon", "coordinates": [SQUARE]}).encode())
    assert area.holds(69.65, 18.95)
    assert not area.holds(lat, lon)


def test_a_collection_of_islands_is_one_area():
    far = [[lon + 1, lat] for lon, lat in SQUARE]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [[far]]}},
    ]
    area = read_polygons(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert area.holds(69.65, 18.95)
    assert area.holds(69.65, 19.95)
    assert not area.holds(69.65, 19.5)
    assert read_polygons(json.dumps(area.geojson()).encode()) == area
