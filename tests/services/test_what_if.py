"""Another rules file over the reports of the past: what would have gone elsewhere."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.routing import RulesError, load_rules
from app.services import triage
from app.services.what_if import what_if
from app.settings import PROJECT

FILE = PROJECT / "routing_rules.yaml"


@pytest.fixture
def other_rules(rules):
    def make(old, new):
        content = FILE.read_text().replace(old, new)
        assert content != FILE.read_text()
        try:
            return load_rules(FILE, content=content.encode())
        except RulesError as broken_examples:
            return broken_examples.rules

    return make


@pytest.fixture
def lamps_to_eiendom(other_rules):
    return other_rules(
        "  - name: Andre gatelys\n    when: {group: lamps}\n    unit: bydrift",
        "  - name: Andre gatelys\n    when: {group: lamps}\n    unit: eiendom",
    )


@pytest.fixture
def run(session, rules, clock):
    return lambda others, **more: what_if(session, rules, others, since=clock() - timedelta(days=365), **more)


def test_it_says_what_would_have_gone_elsewhere_and_what_the_desk_had_made_of_it(
    make_report, decide, rules, run, lamps_to_eiendom
):
    moved, better, worse, same = make_report(), make_report(), make_report(), make_report(category="sweeping")
    decide(triage.forward, better, unit_code="eiendom", rules=rules)
    decide(triage.forward, worse, unit_code="bydrift", rules=rules)
    found = run(lamps_to_eiendom)
    assert (found.total, found.elsewhere) == (4, 3)
    assert found.moved == {("bydrift", "eiendom"): 3}
    assert found.by_category == {("lamp_dark", "bydrift", "eiendom"): 3}
    assert (found.decided, found.right_now, found.right_then, found.better, found.worse) == (2, 1, 1, 1, 1)
    assert {one.reference for one in found.examples} == {moved.reference, better.reference, worse.reference}
    assert same.reference not in {one.reference for one in found.examples}
    assert not found.sampled


def test_a_file_that_sends_everything_to_one_unit_is_named(make_report, run, other_rules):
    for _ in range(19):
        make_report()
    always = "  - {name: Alt, when: {hours: {from: '00:00', to: '23:59'}}, unit: parkering}\n"
    everything = other_rules("\nrules:\n", "\nrules:\n" + always)
    assert run(everything).nearly_all_to is None, "a handful of reports says nothing"
    make_report()
    assert run(everything).nearly_all_to == "parkering"


def test_only_the_newest_are_looked_at_and_that_is_said(make_report, run, lamps_to_eiendom, clock):
    for _ in range(3):
        newest = make_report()
        clock.pass_(minutes=1)
    found = run(lamps_to_eiendom, most=1)
    assert (found.total, found.sampled) == (1, True)
    assert found.examples[0].reference == newest.reference


def test_it_stops_when_the_time_is_over_and_says_so(make_report, run, lamps_to_eiendom):
    make_report()
    found = run(lamps_to_eiendom, seconds=-1.0)
    assert (found.total, found.sampled, found.out_of_time) == (0, True, True)


def test_what_is_older_than_the_day_asked_for_is_left_out(make_report, run, lamps_to_eiendom, clock):
    make_report()
    clock.pass_(days=366)
    assert run(lamps_to_eiendom).total == 0


def test_a_text_in_the_files_stead_opens_no_file_elsewhere(tmp_path):
    content = FILE.read_text().replace("service_area: ", "service_area: ../../../etc/")
    with pytest.raises(RulesError) as refused:
        load_rules(FILE, content=content.encode())
    assert any("does not lie beside" in problem.sentence for problem in refused.value.problems)


def test_memory_stays_the_same_however_many_reports_there_are(session, make_report, run, lamps_to_eiendom):
    make_report()
    session.execute(text("SET LOCAL session_replication_role = replica"))  # No triggers: the map is not looked at.
    session.execute(
        text("""
            INSERT INTO report (reference, nonce, version, category_code, status, private, lat, lon, road_owner,
                asset_owner, text_public, answers, proposal_reason, channel, flags, created_at, changed_at)
            SELECT 'x' || n, 'n', 1, 'lamp_dark', 'forwarded', false, 69.65, 18.95, 'unknown', 'unknown', false,
                '[]', '[]', 'web', '{}', created_at, created_at
            FROM report, generate_series(1, 8000) n
        """)
    )
    run(lamps_to_eiendom, most=1_000)
    peaks = []
    for most in (2_000, 8_000):
        tracemalloc.start()
        assert run(lamps_to_eiendom, most=most).total == most
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] + 500_000, peaks
