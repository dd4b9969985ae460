"""From reports to faults: each kind and rank, reports together and apart, and the same whatever the order."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.danger_places import Dangers, metres_to
from app.planning.fault import Danger, FaultReport, Lamp, Limits, Weights
from app.planning.faults import find_faults
from tests.planning.lamp_streets import METRES, at, dark, pin, straight, street

CROSSING = Danger(kind="crossing", name="Skolebakken", lines=((at(60, 5),),))


def codes(fault) -> list[str]:
    return [why["code"] for why in fault.why]


def shape(faults):
    return [(f.kind, f.rank, sorted(f.reports), f.lamps) for f in faults]


def only(faults):
    assert len(faults) == 1, faults
    return faults[0]


def test_nothing_reported_is_nothing_to_drive_to():
    assert find_faults([], straight(5)) == []


def test_one_dark_lamp_is_a_single_fault_at_the_lamp():
    lamps = straight(9)
    fault = only(find_faults(dark(lamps, 4), lamps))
    assert (fault.kind, fault.rank, fault.lamp, fault.lamps) == ("single", 5, 4, (4,))
    assert (fault.lat, fault.lon) == (lamps[3].lat, lamps[3].lon)
    assert codes(fault) == ["single"]


def test_reports_and_mine_too_on_one_lamp_are_one_fault_and_weigh_more():
    lamps = straight(9)
    reports = [*dark(lamps, 4), pin(93, 10), *dark(lamps, 4, people=3)]
    fault = only(find_faults(reports, lamps))
    assert sorted(fault.reports) == [0, 1, 2]
    assert {"code": "people", "people": 5} in fault.why
    assert fault.weight == 20 + 4 * 3


def test_reports_within_thirty_metres_are_one_fault_where_the_register_knows_no_lamp():
    assert [sorted(f.reports) for f in find_faults([pin(0, 0), pin(20, 0), pin(300, 0)])] == [[0, 1], [2]]


def test_three_in_a_row_are_one_fault_of_rank_three_at_the_middle_lamp():
    lamps = straight(12)
    fault = only(find_faults(dark(lamps, 4, 5, 6), lamps))
    assert (fault.kind, fault.rank, fault.lamp, fault.lamps) == ("row", 3, 5, (4, 5, 6))
    assert fault.why[0] == {"code": "row", "lamps": 3, "road": "KV1"}


def test_a_report_beside_a_row_belongs_to_it():
    lamps = straight(12)
    fault = only(find_faults([*dark(lamps, 4, 5, 6), pin(120, 28)], lamps))
    assert sorted(fault.reports) == [0, 1, 2, 3]


def test_six_in_a_row_are_a_stretch_and_come_first():
    lamps = straight(20)
    first, second = find_faults([*dark(lamps, 1, 2, 3), *dark(lamps, *range(8, 14))], lamps)
    assert (first.kind, first.rank, len(first.lamps)) == ("stretch", 1, 6)
    assert (second.kind, second.rank) == ("row", 3)


def test_four_are_a_stretch_where_the_road_has_no_other_lamp():
    alone = straight(4)
    assert only(find_faults(dark(alone, 1, 2, 3, 4), alone)).kind == "stretch"
    assert codes(only(find_faults(dark(alone, 1, 2, 3, 4), alone)))[0] == "whole_road"
    longer = straight(5)
    assert only(find_faults(dark(longer, 1, 2, 3, 4), longer)).kind == "row"


def test_three_of_a_road_of_three_are_a_row():
    lamps = straight(3)
    assert only(find_faults(dark(lamps, 1, 2, 3), lamps)).kind == "row"


@pytest.mark.parametrize(("lamps", "kind"), [(None, "stretch"), (12, "stretch"), (4, "row"), (2, "single")])
def test_who_reports_several_dark_lamps_is_believed(lamps, kind):
    fault = only(find_faults([pin(0, 0, stretch=True, lamps=lamps)]))
    assert fault.kind == kind
    assert {"code": "said", "lamps": lamps or 0} in fault.why


def test_a_reported_stretch_takes_dark_lamps_of_its_road_with_it():
    lamps = [*straight(10), *straight(10, north=40, first=21, road="KV2")]
    faults = find_faults([*dark(lamps, 5, stretch=True), *dark(lamps, 7), *dark(lamps, 25)], lamps)
    assert [(f.kind, sorted(f.reports)) for f in faults] == [("stretch", [0, 1]), ("single", [2])]


def test_a_lamp_that_flickers_or_is_lit_by_day_is_in_no_row():
    lamps = straight(10)
    faults = find_faults([*dark(lamps, 4, 6), *dark(lamps, 5, dark=False)], lamps)
    assert {fault.kind for fault in faults} == {"single"}
    assert ["lamp"] in [codes(fault) for fault in faults]


def test_a_dark_lamp_at_a_crossing_comes_before_a_row():
    lamps = straight(20)
    faults = find_faults([*dark(lamps, 10, 11, 12), *dark(lamps, 3)], lamps, [CROSSING])
    assert [(f.kind, f.rank) for f in faults] == [("danger", 2), ("row", 3)]
    assert faults[0].why[0] == {"code": "crossing", "name": "Skolebakken", "metres": 5}


def test_a_row_over_a_crossing_is_dangerous_and_says_both():
    lamps = straight(20)
    fault = only(find_faults(dark(lamps, 2, 3, 4), lamps, [CROSSING]))
    assert (fault.kind, fault.rank, codes(fault)[:2]) == ("danger", 2, ["row", "crossing"])


def test_a_stretch_over_a_crossing_stays_first_and_weighs_more():
    lamps = straight(20)
    out = dark(lamps, *range(1, 8))
    plain, dangerous = only(find_faults(out, lamps)), only(find_faults(out, lamps, [CROSSING]))
    assert dangerous.kind == "stretch"
    assert dangerous.weight == plain.weight + Weights().hazard


def test_a_lamp_that_is_lit_is_not_dangerous_at_a_crossing():
    lamps = straight(9)
    assert only(find_faults(dark(lamps, 3, dark=False), lamps, [CROSSING])).kind == "single"


def test_what_the_report_calls_dangerous_is_rank_two():
    lamps = straight(9)
    fault = only(find_faults(dark(lamps, 3, hazard=True), lamps))
    assert (fault.kind, fault.rank, codes(fault)) == ("danger", 2, ["hazard"])


def test_single_lamps_that_have_gathered_are_worth_one_trip():
    lamps = [lamp for n in range(5) for lamp in straight(1, north=120 * n, first=n + 1, road=f"KV{n}")]
    faults = find_faults(dark(lamps, 1, 2, 3, 4, 5), lamps)
    assert {(f.kind, f.rank, f.trip) for f in faults} == {("area", 4, 1)}
    assert all(f.why[0] == {"code": "gathered", "faults": 5, "metres": 400} for f in faults)
    assert {f.kind for f in find_faults(dark(lamps, 1, 2, 3, 4), lamps)} == {"single"}


def test_an_area_where_most_lamps_are_dark_is_one_fault_of_rank_one():
    block = [Lamp(id=n, lat=at(40 * (n % 4), 0)[0] + 40 * (n // 4) / METRES, lon=at(40 * (n % 4), 0)[1], road=f"R{n}")
             for n in range(16)]  # fmt: skip
    fault = only(find_faults(dark(block, *range(11)), block))
    assert (fault.kind, fault.rank) == ("stretch", 1)
    assert fault.why[0] == {"code": "dark_area", "lamps": 11, "of": 16, "metres": 150}
    assert {f.kind for f in find_faults(dark(block, 0, 3, 5, 10, 15), block)} <= {"area", "single"}


def test_many_dark_lamps_among_more_lit_ones_are_no_dark_area():
    block = [Lamp(id=n, lat=at(0, 35 * (n // 5))[0], lon=at(35 * (n % 5), 0)[1], road=f"R{n}") for n in range(25)]
    faults = find_faults(dark(block, *range(0, 25, 2)), block)
    assert "stretch" not in {fault.kind for fault in faults}


def test_the_oldest_report_names_a_fault():
    lamps = straight(3)
    reports = [*dark(lamps, 1, days=1), *dark(lamps, 1, days=9), *dark(lamps, 1, days=4)]
    assert only(find_faults(reports, lamps)).reports == (1, 2, 0)


def test_a_cable_of_which_most_is_dark_is_a_stretch_wherever_its_lamps_stand():
    lamps = [*straight(3, cable="K9"), *street((500, 0), (500, 300), (900, 0), first=11, road="KV2", cable="K9")]
    fault = only(find_faults(dark(lamps, 1, 3, 11, 12), lamps))
    assert fault.kind == "stretch"
    assert fault.why[0] == {"code": "dark_cable", "lamps": 4, "of": 6, "cable": "K9"}


def test_what_somebody_else_is_to_mend_makes_a_row_but_is_in_no_fault():
    lamps = straight(12)
    fault = only(find_faults([*dark(lamps, 4, 5), *dark(lamps, 6, free=False), *dark(lamps, 11, free=False)], lamps))
    assert (fault.kind, sorted(fault.reports), fault.lamps) == ("row", [0, 1], (4, 5, 6))
    assert {"code": "also", "lamps": 1} in fault.why


def test_what_is_no_lamp_is_ranked_by_danger_and_due_date_and_kept_apart_by_category():
    reports = [
        pin(0, 0, work="pothole"), pin(5, 0, work="sign"), pin(8, 0), pin(900, 0, work="pothole", days_over=-2.0),
        pin(1800, 0, work="pothole", days_over=4.2), pin(2700, 0, work="pothole", hazard=True),
    ]  # fmt: skip
    ranked = {f.reports: (f.kind, f.rank, codes(f)[0]) for f in find_faults(reports)}
    assert ranked == {
        (0,): ("other", 5, "other"), (1,): ("other", 5, "other"), (2,): ("single", 5, "single"),
        (3,): ("other", 4, "due_soon"), (4,): ("other", 3, "overdue"), (5,): ("other", 2, "hazard"),
    }  # fmt: skip


def test_age_due_date_and_people_raise_the_weight():
    lamps = straight(3)

    def weight(**said) -> float:
        return only(find_faults(dark(lamps, 1, **said), lamps)).weight

    assert weight() < weight(days=10) < weight(days=40) < weight(days=60) == weight(days=900)
    assert weight() == weight(days_over=-1) < weight(days_over=1) < weight(days_over=20)
    assert weight() < weight(people=2) < weight(people=9)


def test_weights_and_limits_are_the_municipalitys():
    lamps = straight(12)
    assert only(find_faults(dark(lamps, 4, 5), lamps, limits=Limits(row_lamps=2))).kind == "row"
    assert only(find_faults(dark(lamps, 4), lamps, weights=Weights(single=7))).weight == 7


def test_a_report_without_a_number_is_about_the_nearest_lamp():
    lamps = straight(12)
    fault = only(find_faults([pin(89, 6), pin(121, -8), pin(152, 4)], lamps))
    assert (fault.kind, fault.lamps) == ("row", (4, 5, 6))


def test_metres_to_points_lines_and_areas():
    here = at(0, 0)
    assert metres_to(Danger(kind="other", lines=((at(30, 40),),)), here) == pytest.approx(50, rel=0.01)
    assert metres_to(Danger(kind="other", lines=((at(-50, 12), at(50, 12)),)), here) == pytest.approx(12, rel=0.01)
    ring = (at(-20, -20), at(20, -20), at(20, 20), at(-20, 20), at(-20, -20))
    hole = (at(-5, -5), at(5, -5), at(5, 5), at(-5, 5), at(-5, -5))
    assert metres_to(Danger(kind="other", lines=(ring,), area=True), here) == 0
    assert metres_to(Danger(kind="other", lines=(ring, hole), area=True), here) == pytest.approx(5, rel=0.01)
    assert metres_to(Danger(kind="other", lines=(ring,)), here) == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize(("lat", "lon"), [(69.65, 18.95), (0.0, 179.9999), (89.9, 40.0), (-45.0, -179.9999)])
def test_a_place_is_found_near_everywhere_on_earth(lat, lon):
    place = Danger(kind="other", lines=(((lat, lon),),))
    beside = lat, (lon + 10 / METRES / max(0.001, cos(radians(lat))) + 180) % 360 - 180
    assert [round(metres) for metres, _ in Dangers([place], within=25).near(beside)] == [10]
    assert list(Dangers([place], within=25).near((lat - 0.001, lon))) == []


def town(random: Random, *, count: int) -> tuple[list[Lamp], list[FaultReport]]:
    lamps = []
    for number in range(30):
        lamps += straight(40, north=120 * number, first=1 + 40 * number, road=f"KV{number}")
    reports = []
    for _ in range(count):
        lamp = random.choice(lamps)
        reports.append(
            FaultReport(
                lat=lamp.lat + random.uniform(-1e-4, 1e-4), lon=lamp.lon + random.uniform(-2e-4, 2e-4),
                lamp=lamp.id if random.random() < 0.7 else None, work=random.choice(["lamp"] * 3 + ["pothole"]),
                dark=random.random() < 0.9, stretch=random.random() < 0.05, people=random.randint(1, 4),
                days=random.uniform(0, 90), days_over=random.uniform(-20, 20), hazard=random.random() < 0.05,
                free=random.random() < 0.9,
            )
        )  # fmt: skip
    return lamps, reports


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_each_free_report_is_in_exactly_one_fault_and_the_order_makes_no_difference(seed, count):
    random = Random(seed)
    lamps, reports = town(random, count=count)
    faults = find_faults(reports, lamps, [CROSSING])
    assert sorted(n for fault in faults for n in fault.reports) == [n for n, one in enumerate(reports) if one.free]
    order = list(range(count))
    random.shuffle(order)
    random.shuffle(lamps)
    again = find_faults([reports[n] for n in order], lamps, [CROSSING])
    back = [replace(f, reports=tuple(order[n] for n in f.reports)) for f in again]
    assert back == faults
    assert [f.rank for f in faults] == sorted(f.rank for f in faults)
    assert all(f.why for f in faults)
    assert {reports[n].work == "lamp" for f in faults if f.kind == "other" for n in f.reports} <= {False}


def test_ten_thousand_reports_on_one_lamp_are_one_fault():
    lamps = straight(3)
    assert len(find_faults(dark(lamps, 2) * 10_000, lamps)) == 1
