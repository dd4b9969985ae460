"""Which dark lamps are in a row: straight streets, bends, crossings, gaps, lit lamps, and two sides of a road."""

from __future__ import annotations

from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.rows import rows
from tests.planning.lamp_streets import straight, street


def found(lamps, *ids, gap=80.0, at_least=3):
    return [row.lamps for row in rows(lamps, ids, gap=gap, at_least=at_least)]


def test_three_dark_lamps_after_each_other_on_a_straight_street_are_a_row():
    assert found(straight(10), 4, 5, 6) == [(4, 5, 6)]


def test_two_are_no_row():
    assert found(straight(10), 4, 5) == []


def test_a_lit_lamp_between_breaks_the_row():
    assert found(straight(10), 2, 3, 5, 6) == []
    assert found(straight(10), 1, 2, 3, 5, 6, 7) == [(1, 2, 3), (5, 6, 7)]


def test_a_gap_without_lamps_breaks_the_row():
    lamps = street((0, 0), (30, 0), (60, 0), (160, 0), (190, 0), (220, 0))
    assert found(lamps, 2, 3, 4) == []
    assert found(lamps, *range(1, 7)) == [(1, 2, 3), (4, 5, 6)]
    assert found(lamps, *range(1, 7), gap=110) == [(1, 2, 3, 4, 5, 6)]


def test_a_row_goes_round_a_bend():
    bend = street(*((100 * cos(n * pi / 16), 100 * sin(n * pi / 16)) for n in range(16)))
    assert found(bend, 5, 6, 7, 8, 9) == [(5, 6, 7, 8, 9)]
    assert found(bend, 5, 6, 8, 9) == [], "the lit one in the bend breaks it"


def test_a_row_goes_round_a_sharp_corner_of_one_road():
    corner = street((0, 0), (30, 0), (60, 0), (60, 30), (60, 60))
    assert found(corner, 2, 3, 4) == [(2, 3, 4)]
    assert found(corner, 1, 2, 4, 5) == [], "the way over the corner leads past a lit lamp"


def test_lamps_of_a_crossing_street_neither_join_nor_break_a_row():
    along = straight(7)
    across = street((75, -60), (75, -30), (75, 3), (75, 30), (75, 60), first=20, road="KV2")
    assert found([*along, *across], 3, 4, 22) == []
    assert found([*along, *across], 2, 3, 4) == [(2, 3, 4)]
    assert found([*along, *across], 3, 4, 5, 21, 22, 23) == [(3, 4, 5), (21, 22, 23)]


def test_pairs_on_both_sides_of_a_road_are_one_row_when_both_are_dark():
    ladder = [*straight(6), *straight(6, north=9, first=11)]
    assert found(ladder, 2, 3, 12, 13) == [(2, 3, 12, 13)]


def test_one_side_of_a_road_with_pairs_is_a_row_though_the_other_side_is_lit():
    ladder = [*straight(6), *straight(6, north=9, first=11)]
    assert found(ladder, 2, 3, 4) == [(2, 3, 4)]


def test_one_side_of_a_road_with_lamps_in_turn_is_a_row_though_the_other_side_is_lit():
    left = straight(6, step=40)
    right = street(*((20 + 40 * n, -11) for n in range(6)), first=11)
    found_rows = rows([*left, *right], [2, 3, 4], gap=80, at_least=3)
    assert [row.lamps for row in found_rows] == [(2, 3, 4)]
    assert found_rows[0].one_side


def test_a_lit_lamp_between_on_the_same_side_breaks_that_side():
    left = straight(8, step=40)
    right = street(*((20 + 40 * n, -11) for n in range(8)), first=11)
    assert found([*left, *right], 2, 3, 5, 6) == []


def test_both_sides_in_turn_are_one_row():
    left = straight(6, step=40)
    right = street(*((20 + 40 * n, -11) for n in range(6)), first=11)
    assert found([*left, *right], 2, 12, 3, 13) == [(2, 3, 12, 13)]


def test_where_one_side_ends_in_lamps_without_any_opposite_the_row_goes_on():
    lamps = [*straight(6, step=40), *street((20, -11), (60, -11), first=11)]
    assert found(lamps, 2, 3, 4) == [(2, 3, 4)]


def test_a_lit_lamp_in_a_gentle_bend_breaks_the_row():
    bend = street(*((230 * cos(n * 30 / 230), 230 * sin(n * 30 / 230)) for n in range(16)))
    assert found(bend, 4, 5, 7, 8) == []


def test_every_second_lamp_dark_is_no_row_even_when_lamps_stand_a_little_off_the_line():
    wobbly = street(*((30 * n, 1.8 * (-1) ** n) for n in range(12)))
    assert found(wobbly, 1, 3, 5, 7) == []


def test_a_side_arm_of_the_road_belongs_to_the_row():
    fork = [*straight(5), *street((60, 30), (60, 60), first=11)]
    assert found(fork, 3, 11, 12) == [(3, 11, 12)]


def test_without_a_known_road_lamps_on_a_line_are_a_row():
    assert found(straight(8, road=None), 3, 4, 5) == [(3, 4, 5)]


def test_without_a_known_road_three_around_a_square_are_none():
    square = street((0, 0), (30, 0), (0, 30), (30, 30), road=None)
    assert found(square, 1, 2, 3) == []


def test_without_a_known_road_a_lit_lamp_breaks_the_row_too():
    assert found(straight(8, road=None), 2, 3, 5, 6) == []


def test_lamps_on_one_cable_are_neighbours_across_two_roads():
    lamps = [*straight(3, cable="K7"), *street((60, 30), (60, 60), first=11, road="KV2", cable="K7")]
    assert found(lamps, 3, 11, 12) == [(3, 11, 12)]


def test_two_lamps_on_one_mast_are_two():
    lamps = street((0, 0), (0, 0), (30, 0), (60, 0))
    assert found(lamps, 1, 2, 3) == [(1, 2, 3)]


def test_a_row_is_alone_only_where_no_lamp_of_its_road_is_lit_near_it():
    lamps = [*straight(5), *straight(4, north=60, first=21, road="KV2")]
    assert [row.alone for row in rows(lamps, [1, 2, 3, 4, 5], gap=80, at_least=3)] == [True]
    assert [row.alone for row in rows(lamps, [1, 2, 3, 4], gap=80, at_least=3)] == [False]


@pytest.mark.parametrize("lat", [-89.9, 0.0, 89.9])
def test_rows_are_found_everywhere_on_earth(lat):
    step = 30 / 111_320
    from app.planning.fault import Lamp

    lamps = [Lamp(id=n, lat=lat + (n - 3) * step * (0.1 if lat else 1), lon=179.99999, road="R") for n in range(6)]
    assert found(lamps, 1, 2, 3) == [(1, 2, 3)]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=40, unique=True),
    st.sets(st.integers(1, 40)), st.randoms(),
)  # fmt: skip
def test_the_order_of_lamps_makes_no_difference_and_a_row_holds_dark_lamps_only(spots, out, random):
    lamps = street(*spots)
    shuffled = list(lamps)
    random.shuffle(shuffled)
    row_ids = found(lamps, *out)
    assert found(shuffled, *sorted(out, reverse=True)) == row_ids
    members = [one for row in row_ids for one in row]
    assert set(members) <= out
    assert len(members) == len(set(members))
    assert all(len(row) >= 3 for row in row_ids)
