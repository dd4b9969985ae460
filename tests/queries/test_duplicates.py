"""Candidates: open reports near by or on the same lamp, best first, in one statement."""

from __future__ import annotations

from app.models import Actor, Asset
from app.queries.duplicates import candidates, parts
from app.services import merging
from tests.application import STORGATA

LAT, LON = STORGATA


def found(session, report, rules, staff):
    session.expire_all()
    return [one.reference for one in candidates(session, report, rules=rules, staff=staff)]


def test_the_nearest_of_the_same_kind_comes_first_and_other_groups_never(session, make_report, kari, rules):
    report = make_report(category="sweeping")
    far = make_report(category="sweeping", lat=LAT + 0.0006, lon=LON)
    near = make_report(category="sweeping", lat=LAT + 0.0001, lon=LON)
    make_report(category="lamp_dark")
    make_report(category="sweeping", lat=LAT + 0.01, lon=LON)
    assert found(session, report, rules, kari) == [near.reference, far.reference]


def test_closed_and_merged_ones_are_no_candidates(session, make_report, kari, rules, clock, decide):
    report, closed, merged, kept = (make_report(category="sweeping") for _ in range(4))
    closed.reject(actor=Actor.of(kari), at=clock(), words="No.")
    session.commit()
    decide(merging.mark_duplicate, merged, typed=kept.reference)
    assert found(session, report, rules, kari) == [kept.reference]


def test_one_lamp_is_found_though_its_pins_lie_apart(session, make_report, kari, rules):
    lamp = Asset(kind="lamp", source_ref="1", number="17", lat=LAT, lon=LON, owner="municipality")
    session.add(lamp)
    session.commit()
    report, other = make_report(), make_report()
    report.asset_id = other.asset_id = lamp.id
    other.lat = LAT + 0.02
    session.commit()
    first = candidates(session, report, rules=rules, staff=kari)[0]
    assert (first.reference, first.beside.same_lamp, first.lamp) == (other.reference, True, "17")
    assert first.is_likely


def test_a_unit_finds_only_what_it_may_see_and_a_stranger_nothing(
    session, make_report, kari, ola, eva, rules, clock, decide
):
    report, other = make_report(category="sweeping"), make_report(category="sweeping")
    for one in (report, other):
        one.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    assert found(session, report, rules, ola) == [other.reference]
    assert found(session, report, rules, eva) == []


def test_a_kind_that_is_never_the_same_has_no_candidates(session, make_report, kari, rules):
    never = next(code for code, one in rules.categories.items() if one.similar_metres == 0)
    report = make_report(category=never, description="Takk for ny lampe")
    make_report(category=never, description="Takk for ny lampe")
    assert found(session, report, rules, kari) == []


def test_however_many_there_are_it_is_one_statement(session, make_report, kari, rules, count_queries):
    report = make_report(category="sweeping")
    for number in range(12):
        make_report(category="sweeping", description=f"Et hull i veien nummer {number}")
    session.refresh(report)
    assert kari.sees_all
    with count_queries() as counted:
        listed = candidates(session, report, rules=rules, staff=kari)
    assert counted.number == 1
    assert len(listed) == 9


def test_what_went_into_a_report_is_listed_with_its_words(session, make_report, kari, decide):
    kept, part = make_report(), make_report(description="Mørkt ved trappa")
    decide(merging.mark_duplicate, part, typed=kept.reference)
    (one,) = parts(session, kept)
    assert (one.reference, one.words, one.by) == (part.reference, "Mørkt ved trappa", "Kari")
