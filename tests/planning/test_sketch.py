"""The small map of a round: north is up, everything is on the paper, and numbers can be read."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.sketch import MOST_AWAY, draw

START = (69.64, 18.95)


def test_north_is_up_east_is_right_and_a_metre_is_as_long_both_ways():
    east = 0.01 / math.cos(math.radians(69.645))
    drawn = draw([(1, 69.65, 18.95), (2, 69.64, 18.95 + east)], [], start=START)
    (sx, sy), north, right = drawn.start, drawn.pins[0].at, drawn.pins[1].at
    assert north[1] < sy
    assert right[0] > sx
    assert sy - north[1] == pytest.approx(right[0] - sx, rel=0.01)


def test_the_bar_is_as_long_as_it_says():
    drawn = draw([(1, 69.65, 18.95)], [], start=START)
    metres = (drawn.start[1] - drawn.pins[0].at[1]) * drawn.bar_metres / drawn.bar
    assert metres == pytest.approx(1112, rel=0.02)


def test_stops_on_one_spot_have_numbers_beside_each_other():
    drawn = draw([(n, 69.65, 18.95) for n in range(1, 9)], [], start=START)
    shown = [pin.shown_at for pin in drawn.pins]
    assert min(math.dist(a, b) for i, a in enumerate(shown) for b in shown[i + 1 :]) >= 1.6 * drawn.radius
    assert {pin.at for pin in drawn.pins} == {drawn.pins[0].at}


@pytest.mark.parametrize("count", [9, 40, 150])
def test_however_many_lie_together_each_number_stands_by_its_place(count):
    near = [(n, 69.65 + n % 7 / 20_000, 18.95 + n % 5 / 20_000) for n in range(1, count)]
    drawn = draw([*near, (count, 69.95, 18.3)], [], start=START)
    far = max(math.dist(pin.at, pin.shown_at) for pin in drawn.pins)
    assert 0 < far <= MOST_AWAY * drawn.radius + 0.2


def test_a_round_from_west_to_east_takes_the_width_and_no_more_height_than_it_needs():
    along = [(n, 69.64, 18.95 + n / 100) for n in range(1, 9)]
    wide = draw(along, [], start=START, width=720, height=260)
    tall = draw([(n, 69.64 + n / 100, 18.95) for n in range(1, 9)], [], start=START, width=720, height=260)
    assert (wide.height, tall.height) == (130, 260)
    xs = [pin.at[0] for pin in wide.pins]
    assert max(xs) - wide.start[0] > 0.9 * wide.width


def test_one_place_alone_is_a_drawing_too():
    drawn = draw([], [], start=START)
    assert drawn.start == (drawn.width / 2, drawn.height / 2)
    assert drawn.lines == drawn.pins == ()


places = st.tuples(st.floats(-89, 89), st.floats(-179, 179))


@settings(max_examples=40)
@given(st.lists(places, max_size=30), places)
def test_whatever_the_places_all_of_it_is_on_the_paper(stops, start):
    legs = [[(start[1], start[0]), *((lon, lat) for lat, lon in stops)]]
    drawn = draw([(n, lat, lon) for n, (lat, lon) in enumerate(stops, 1)], legs, start=start, end=start)
    points = [drawn.start, *(one for line in drawn.lines for one in line)]
    points += [spot for pin in drawn.pins for spot in (pin.at, pin.shown_at)]
    assert all(-0.1 <= x <= drawn.width + 0.1 and -0.1 <= y <= drawn.height + 0.1 for x, y in points)
