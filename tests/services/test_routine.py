"""Fixed rounds: kept by their unit, driven by the calendar or when somebody says so, with the reports along the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Actor, DriveState, RoutineKind
from app.planning.calendar import make_rule
from app.queries import routine as queries
from app.services import routine
from app.services.routine import RoundWanted
from app.services.routine_drives import take_along
from app.web.passing import passing_here, passing_report
from tests.application import STORGATA

LAT, LON = STORGATA
NORTH = 0.00045  # Some 50 metres.
WANTED = RoundWanted(
    unit_code="bydrift", name="Brøyterunde sentrum", kind=RoutineKind.SNOW,
    way=[[(LAT, LON), (LAT + 10 * NORTH, LON)]], reach=25, category_codes=("snow", "path_winter"), public=True,
    rule=make_rule(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), since=date(2026, 1, 1), season=None,
    begins=time(0, 1), ends=time(23, 59),
)  # fmt: skip


@pytest.fixture
def keep(session, rules, ola):
    def make(**changed):
        one = routine.keep(session, replace(WANTED, **changed), by=ola, rules=rules)
        session.commit()
        return one

    return make


@pytest.fixture
def waiting(make_report, kari, session, clock):
    """A report that waits at Bydrift, so many steps of 50 m along the street and metres beside it."""

    def make(step: float, *, aside: float = 0.0, category: str = "snow"):
        report = make_report(category=category, lat=LAT + step * NORTH, lon=LON + aside / 38_800)
        report.forward("bydrift", actor=Actor.of(kari), at=clock())
        session.commit()
        return report

    return make


def today(clock, rules):
    return clock().astimezone(rules.timezone).date()


def said(session, clock, rules, *, lat=LAT + NORTH, category="snow", lang="nb"):
    return passing_here(session, lat=lat, lon=LON, category=category, at=clock(), rules=rules, lang=lang)


def test_residents_on_the_way_read_by_when_the_plough_has_been_there(session, keep, clock, rules):
    keep()
    assert said(session, clock, rules) == ["Brøytebilen kommer hit innen kl. 23:59 i dag."]
    assert said(session, clock, rules, lat=LAT - 3 * NORTH) == []
    assert said(session, clock, rules, category="litter_bin") == []


def test_a_round_that_is_not_for_residents_tells_them_nothing(session, keep, clock, rules):
    keep(public=False)
    assert said(session, clock, rules) == []


def test_nothing_is_promised_after_the_hour_nor_on_a_day_without_a_round(session, keep, clock, rules):
    local = clock().astimezone(rules.timezone)
    over = (local - timedelta(minutes=1)).time().replace(second=0, microsecond=0)
    keep(ends=over, begins=time(0, 0))
    other_day = make_rule([("MO", "TU", "WE", "TH", "FR", "SA", "SU")[(local.weekday() + 1) % 7]])
    keep(rule=other_day)
    assert said(session, clock, rules) == []


def test_a_later_hour_and_a_cancelled_day_reach_residents_at_once(session, keep, clock, rules, ola):
    one, day = keep(ends=time(23, 30)), today(clock, rules)
    given = {"by": ola, "at": clock(), "rules": rules}
    routine.change_drive(session, one, day, "late", until=time(23, 45), **given)
    assert said(session, clock, rules) == ["Brøytebilen kommer hit innen kl. 23:45 i dag."]
    routine.change_drive(session, one, day, "cancel", **given)
    assert said(session, clock, rules) == []
    routine.change_drive(session, one, day, "restore", **given)
    assert said(session, clock, rules) != []
    routine.change_drive(session, one, day, "finish", **given)
    assert said(session, clock, rules) == []


def test_a_round_without_a_calendar_comes_when_somebody_starts_it(session, keep, clock, rules, ola):
    one = keep(rule=None)
    assert said(session, clock, rules) == []
    routine.change_drive(session, one, today(clock, rules), "start", by=ola, at=clock(), rules=rules)
    assert said(session, clock, rules) == ["Brøytebilen kommer hit innen kl. 23:59 i dag."]


def test_an_hour_that_is_over_is_refused(session, keep, clock, rules, ola):
    with pytest.raises(Invalid):
        routine.change_drive(
            session, keep(), today(clock, rules), "late", until=time(0, 2), by=ola, at=clock(), rules=rules
        )


def test_reports_along_the_way_come_in_driving_order(session, keep, waiting):
    far, near = waiting(8), waiting(2, aside=20)
    waiting(3, aside=60)
    waiting(4, category="litter_bin")
    waiting(-3)
    assert [along.report.id for along in queries.reports_along(session, keep())] == [near.id, far.id]


def test_a_waiting_report_is_proposed_for_the_next_drive(session, keep, waiting, clock, rules):
    report, beside = waiting(2), waiting(2, aside=80)
    one = keep()
    found = queries.proposals(session, [report, beside], at=clock(), rules=rules)
    assert {number: drive.round.id for number, drive in found.items()} == {report.id: one.id}
    assert found[report.id].day == today(clock, rules)


def test_what_is_taken_along_is_planned_for_the_day_in_the_order_of_the_way(
    session, keep, waiting, clock, rules, ola, planner
):
    far, near = waiting(8), waiting(2)
    one, day = keep(), today(clock, rules) + timedelta(days=1)
    made = take_along(session, one, day, references=[far.reference, near.reference], planner=planner(ola))
    session.commit()
    assert [[entry.report_id for entry in stop.entries] for stop in made.stops] == [[near.id], [far.id]]
    assert [(report.status, report.planned_for) for report in (far, near)] == [("scheduled", day)] * 2
    assert queries.reports_along(session, one) == []


def test_the_crew_reads_when_it_is_where_and_how_long_the_work_takes(
    session, keep, waiting, clock, rules, ola, planner
):
    waiting(2), waiting(8)
    one, day = keep(), today(clock, rules) + timedelta(days=1)
    references = [along.report.reference for along in queries.reports_along(session, one)]
    made = take_along(session, one, day, references=references, planner=planner(ola))
    first, second = made.stops
    work = 60 * rules.rounds.service_minutes("snow")
    assert (first.sort_order, second.sort_order, first.service_seconds) == (1, 2, work)
    a_second = timedelta(seconds=1)  # Times are kept by the second.
    assert abs(first.arrives_at - made.starts_at - timedelta(seconds=first.leg_seconds)) <= a_second
    assert abs(second.arrives_at - first.arrives_at - timedelta(seconds=work + second.leg_seconds)) <= a_second
    assert made.ends_by > second.arrives_at
    assert second.leg_metres == pytest.approx(6 * 50 * rules.rounds.winding, rel=0.02)
    assert made.total_metres == pytest.approx(first.leg_metres + second.leg_metres + made.back_metres)


def test_nothing_goes_along_with_a_cancelled_round(session, keep, waiting, clock, rules, ola, planner):
    report, one, day = waiting(2), keep(), today(clock, rules)
    given = {"by": ola, "at": clock(), "rules": rules}
    routine.change_drive(session, one, day, "cancel", **given)
    with pytest.raises(Conflict):
        take_along(session, one, day, references=[report.reference], planner=planner(ola))
    assert report.status == "forwarded"


def test_a_closed_report_hears_nothing_of_the_plough(session, keep, waiting, clock, rules, kari):
    keep()
    report = waiting(2)
    assert passing_report(session, report, at=clock(), rules=rules, lang="en") != []
    report.fix(actor=Actor.of(kari), at=clock())
    assert passing_report(session, report, at=clock(), rules=rules, lang="en") == []


def test_only_the_own_unit_and_the_desk_keep_a_round(session, keep, rules, eva, kari):
    one = keep()
    with pytest.raises(Forbidden):
        routine.keep(session, WANTED, by=eva, rules=rules)
    with pytest.raises(NotFound):
        queries.round_for(session, eva, one.id)
    assert queries.round_for(session, kari, one.id) is one


def test_the_slower_of_two_editors_is_told(session, keep, rules, ola):
    one = keep()
    routine.keep(session, replace(WANTED, name="Ny"), by=ola, rules=rules, kept=one, version=one.version)
    session.commit()
    with pytest.raises(Conflict):
        routine.keep(session, WANTED, by=ola, rules=rules, kept=one, version=1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"way": []}, "way"),
        ({"way": [[(LAT, LON)]]}, "way"),
        ({"way": [[(LAT, LON), (LAT, LON)]]}, "way"),
        ({"way": [[(LAT, LON), (99.0, LON)]]}, "way"),
        ({"reach": 0}, "reach"),
        ({"category_codes": ()}, "category"),
        ({"category_codes": ("nothing",)}, "category"),
        ({"begins": time(14), "ends": time(7)}, "begins"),
        ({"rule": make_rule(["MO"], until=date(2025, 1, 1))}, "until"),
    ],
)
def test_a_mistake_is_said_at_its_field(session, rules, ola, changed, field):
    with pytest.raises(Invalid) as refused:
        routine.keep(session, replace(WANTED, **changed), by=ola, rules=rules)
    assert list(refused.value.fields) == [field]


def test_the_calendar_knows_what_people_changed(session, keep, clock, rules, ola):
    one, day = keep(), today(clock, rules)
    routine.change_drive(session, one, day, "cancel", by=ola, at=clock(), rules=rules)
    found = queries.drives(session, [one], day, day + timedelta(days=1), zone=rules.timezone)
    assert [(drive.day, drive.state) for drive in found] == [
        (day, DriveState.CANCELLED),
        (day + timedelta(days=1), DriveState.PLANNED),
    ]
