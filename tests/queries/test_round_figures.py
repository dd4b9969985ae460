"""The figures of rounds, against rounds whose figures are worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.models import Actor, Asset, EntryKind, Report, RouteList
from app.queries.round_figures import round_figures
from tests.application import STORGATA

PERIOD = {"first": date(2026, 10, 1), "last": date(2026, 12, 31)}


@pytest.fixture
def lamps(session):
    """Ten municipal lamps in a row, and one of the county's."""
    found = [
        Asset(
            kind="lamp", source_ref=str(number), number=str(number), lat=STORGATA[0] + 0.01 * number, lon=STORGATA[1],
            owner="county" if number == 10 else "municipality",
        )
        for number in range(11)
    ]  # fmt: skip
    session.add_all(found)
    session.commit()
    return found


@pytest.fixture
def dark(waiting, session):
    """A report on a lamp that waits at Bydrift."""

    def make(lamp: Asset | None, **given: object) -> Report:
        report = waiting(**given)
        report.asset_id = lamp.id if lamp else None
        session.commit()
        return report

    return make


@pytest.fixture
def figures(session, rules, clock):
    def read(unit="bydrift", **given):
        return round_figures(
            session, unit_code=unit, zone=rules.timezone, at=clock(),
            lamp_categories=rules.rounds.lamp_categories, dark_categories=rules.rounds.dark_categories,
            bulbs={"led_40", "bulb_70"}, **{**PERIOD, **given},
        )  # fmt: skip

    return read


def month(found, first):
    return next(one for one in found.months if one.first == first)


def test_bulbs_hours_and_cost_are_what_the_crews_said(lamps, dark, make_round, cab_of, per, figures):
    both = [dark(lamps[0]), dark(lamps[1])]
    route_list = make_round(both, [dark(lamps[2])], [dark(lamps[3])])
    cab = cab_of(per, route_list)
    cab.tap(route_list.stops[0], "done", minutes=30, materials={"led_40": 2.0, "fuse_10": 1.0})
    cab.tap(route_list.stops[1], "needs_lift", minutes=15)
    cab.tap(route_list.stops[2], "done", materials={"bulb_70": 1.0})
    whole = figures().whole
    assert (whole.visits, whole.done, whole.lamps, whole.timed) == (3, 2, 3, 2)
    assert (whole.bulbs, whole.hours) == (3.0, 0.75)
    assert whole.materials == {"led_40": 2.0, "fuse_10": 1.0, "bulb_70": 1.0}
    assert whole.material_ore == 2 * 145000 + 4500 + 18900
    # 45 minutes at 950 kroner an hour, and the material, for three lamps.
    assert whole.cost_per_lamp(95000) == pytest.approx((0.75 * 95000 + 2 * 145000 + 4500 + 18900) / 3)
    assert whole.cost_per_lamp(None) == pytest.approx((2 * 145000 + 4500 + 18900) / 3)


def test_what_is_no_lamp_costs_no_lamp_anything(waiting, make_round, cab_of, per, figures):
    route_list = make_round([waiting(category="pothole", answers={"size": "large"})])
    cab_of(per, route_list).tap(route_list.stops[0], "done", minutes=20, materials={"cold_asphalt": 2.0})
    whole = figures().whole
    assert (whole.lamps, whole.lamp_minutes, whole.lamp_material_ore, whole.material_ore) == (0, 0, 0, 42000)
    assert whole.cost_per_lamp(95000) is None
    assert whole.metres_per_lamp is None


def test_what_nobody_timed_or_used_has_no_known_cost(dark, lamps, make_round, cab_of, per, figures):
    route_list = make_round([dark(lamps[0])], [dark(lamps[1])])
    cab = cab_of(per, route_list)
    cab.tap(route_list.stops[0], "done")
    whole = figures().whole
    assert (whole.lamps, whole.lamp_told) == (1, 0)
    assert whole.cost_per_lamp(95000) is None
    cab.tap(route_list.stops[1], "done", minutes=30)
    assert figures().whole.cost_per_lamp(95000) == 95000 / 2 / 2


def test_before_the_first_report_nobody_knows_how_many_lamps_are_lit(dark, lamps, figures, clock):
    clock.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    dark(lamps[0])
    clock.pass_(hours=1)
    found = figures()
    assert [found.lit(one) for one in found.months] == [None, pytest.approx(0.9), None]


def test_a_day_belongs_to_its_month_where_people_live(waiting, make_round, cab_of, per, figures, clock):
    clock.now = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # In Tromsø November has begun.
    route_list = make_round([waiting()])
    cab_of(per, route_list).tap(route_list.stops[0], "done")
    clock.now = datetime(2026, 12, 24, 12, 0, tzinfo=UTC)
    found = figures()
    assert [one.first.month for one in found.months] == [10, 11, 12]
    assert [one.done for one in found.months] == [0, 1, 0]
    assert figures(first=date(2026, 11, 2)).whole.done == 0


def test_the_first_visit_counts_and_only_while_nobody_has_opened_it_again(
    dark, lamps, make_round, cab_of, per, kari, figures, session, clock
):
    at_once, later, again = dark(lamps[0]), dark(lamps[1]), dark(lamps[2])
    route_list = make_round([at_once], [later], [again])
    cab = cab_of(per, route_list)
    cab.tap(route_list.stops[0], "done")
    cab.tap(route_list.stops[1], "not_found")
    cab.tap(route_list.stops[2], "done")
    again.reopen(actor=Actor.of(kari), at=clock() + timedelta(hours=2))
    session.commit()
    clock.pass_(days=1)
    second = make_round([later])
    cab_of(per, second).tap(second.stops[0], "done")
    whole = figures().whole
    assert (whole.first_visits, whole.first_mended) == (3, 1)
    assert whole.first_time == pytest.approx(1 / 3)


def test_a_tick_that_was_taken_back_counts_nowhere(dark, lamps, make_round, cab_of, per, figures):
    route_list = make_round([dark(lamps[0])])
    cab = cab_of(per, route_list)
    cab.tap(route_list.stops[0], "done", minutes=10, materials={"led_40": 1.0})
    cab.tap(route_list.stops[0], kind=EntryKind.UNDO)
    whole = figures().whole
    assert (whole.visits, whole.lamps, whole.bulbs, whole.minutes) == (0, 0, 0, 0)


@pytest.mark.parametrize(("days", "failed"), [(89, 1), (91, 0)])
def test_a_lamp_fails_again_when_it_is_reported_within_ninety_days(
    days, failed, dark, lamps, make_round, cab_of, per, figures, clock, session
):
    route_list = make_round([dark(lamps[0])], [dark(lamps[1])])
    cab = cab_of(per, route_list)
    for stop in route_list.stops:
        cab.tap(stop, "done")
    clock.pass_(days=days)
    dark(lamps[0])
    whole = figures().whole
    assert (whole.watched, whole.failed_again) == (2, failed)


def test_lit_are_the_municipality_s_lamps_that_nobody_has_reported_as_dark(
    dark, lamps, make_round, cab_of, per, figures, clock
):
    clock.now = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
    first, _second, _county = dark(lamps[0]), dark(lamps[1]), dark(lamps[10])
    clock.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    route_list = make_round([first])
    cab_of(per, route_list).tap(route_list.stops[0], "done")
    found = figures()
    assert (found.lamps_in_all, found.only_municipal) == (10, True)
    assert [one.dark for one in found.months] == [2, 1, None]
    assert found.lit(found.months[0]) == pytest.approx(0.8)


def test_the_way_of_each_lamp_is_the_planned_one_and_the_driven_one(
    dark, lamps, make_round, cab_of, per, figures, session
):
    route_list = make_round([dark(lamps[0])], [dark(lamps[1])])
    make_round([dark(lamps[2])])  # Not driven, so its way is nobody's.
    cab = cab_of(per, route_list)
    for stop in route_list.stops:
        cab.tap(stop, "done")
    cab.tap(None, kind=EntryKind.END, metres=5000.0)
    whole = figures(last=date(2026, 12, 31)).whole
    assert session.get_one(RouteList, route_list.id).total_metres == 3000.0
    assert (whole.metres_per_lamp, whole.driven_per_lamp) == (1500.0, 2500.0)


def test_another_unit_s_rounds_are_not_counted(dark, lamps, make_round, cab_of, per, figures):
    route_list = make_round([dark(lamps[0])])
    cab_of(per, route_list).tap(route_list.stops[0], "done", minutes=10)
    assert figures(unit="eiendom").whole.visits == 0


def test_the_figures_take_six_statements_however_many_stops_there_are(
    dark, lamps, make_round, cab_of, per, figures, count_queries
):
    route_list = make_round(*([dark(lamp)] for lamp in lamps))
    cab = cab_of(per, route_list)
    for stop in route_list.stops:
        cab.tap(stop, "done", minutes=10, materials={"led_40": 1.0})
    with count_queries() as counted:
        found = figures()
    assert counted.number == 6
    assert month(found, date(2026, 11, 1)).bulbs == 11
