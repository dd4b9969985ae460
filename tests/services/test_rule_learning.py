"""What the desk's corrections say about the rules, and the change of the file that would follow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.queries import rule_figures
from app.routing import load_rules
from app.services import right_unit, rule_learning, triage
from tests.application import STORGATA

RULES = """\
# Ours.
municipality:
  names: {nb: Tromsø}
  country: "NO"
  timezone: Europe/Oslo
  languages: [nb]
  service_area: all.geojson
  map: {lat: 69.65, lon: 18.95, zoom: 12}
  outside: {texts: {nb: Ikke her}}
groups: {lamps: {names: {nb: Lys}}, roads: {names: {nb: Veg}}}
units:
  bydrift: {names: {nb: Bydrift}, channels: [{kind: inbox}]}
  eiendom: {names: {nb: Eiendom}, channels: [{kind: inbox}]}
categories:
  lamp_dark: {group: lamps, names: {nb: Mørk}, help: {nb: Mørk lampe}}
  sweeping: {group: roads, names: {nb: Hull}, help: {nb: Hull i vegen}}
rules:
  # Whoever drives there anyway.
  - name: Alt på vegen  # for now
    when: {group: [lamps, roads], road_owner: municipality}
    unit: bydrift
fallback: {name: Ellers, unit: eiendom}
examples:
  - report: {category: sweeping, road_owner: municipality}
    unit: bydrift
"""
AREA = """{"type": "Polygon", "coordinates": [[[17, 69], [20, 69], [20, 70], [17, 70], [17, 69]]]}"""


@pytest.fixture
def own_rules(tmp_path):
    (tmp_path / "all.geojson").write_text(AREA)
    (tmp_path / "rules.yaml").write_text(RULES)
    return load_rules(tmp_path / "rules.yaml")


@pytest.fixture
def went(session, make_report, decide, own_rules, clock):
    """Reports that a rule proposed Bydrift for, and where they went."""

    def do(times, *, category, unit):
        for _ in range(times):
            report = make_report(category=category, lat=STORGATA[0], lon=STORGATA[1])
            report.proposed_rule, report.proposed_unit_code = "Alt på vegen", "bydrift"
            report.road_owner = "municipality"
            session.commit()
            decide(triage.forward, report, unit_code=unit, rules=own_rules)

    return do


@pytest.fixture
def learned(session, own_rules, clock):
    return lambda: rule_learning.learn(session, own_rules, since=clock() - timedelta(days=90))


def test_others_have_it_without_a_letter_is_counted_until_it_is_open_again(
    session, went, learned, make_report, decide, rules
):
    went(2, category="sweeping", unit="bydrift")
    report = make_report(category="sweeping", lat=STORGATA[0], lon=STORGATA[1])
    report.proposed_rule, report.proposed_unit_code = "Alt på vegen", "bydrift"
    session.commit()
    decide(right_unit.refer, report, unit_code="statens_vegvesen", rules=rules)
    (figure,) = [one.figure for one in learned()]
    assert (figure.decided, figure.right, figure.corrected) == (3, 2, 1)
    found = rule_figures.decisions(session, ["Alt på vegen"], since=report.created_at)
    assert sorted(one.unit for one in found) == ["bydrift", "bydrift", "statens_vegvesen"]
    decide(triage.reopen, report)
    assert [one.figure.decided for one in learned()] == [2]


def test_what_a_unit_had_before_others_had_it_is_counted_once(session, learned, make_report, decide, rules):
    report = make_report(category="sweeping", lat=STORGATA[0], lon=STORGATA[1])
    report.proposed_rule, report.proposed_unit_code = "Alt på vegen", "bydrift"
    session.commit()
    decide(triage.forward, report, unit_code="bydrift", rules=rules)
    decide(right_unit.refer, report, unit_code="statens_vegvesen", rules=rules)
    assert [(one.figure.decided, one.figure.right) for one in learned()] == [(1, 0)]


def test_each_correction_is_counted_against_its_rule(went, learned):
    went(3, category="sweeping", unit="bydrift")
    went(1, category="lamp_dark", unit="eiendom")
    (one,) = learned()
    assert (one.figure.decided, one.figure.right, one.figure.corrected, one.figure.percent_right) == (4, 3, 1, 75)
    assert not one.suggests


def test_a_report_counts_where_it_ended_and_once(session, went, learned, clock, kari, own_rules, make_report, decide):
    report = make_report(category="sweeping")
    report.proposed_rule, report.proposed_unit_code = "Alt på vegen", "bydrift"
    session.commit()
    decide(triage.forward, report, unit_code="bydrift", rules=own_rules)
    clock.pass_(days=1)
    decide(triage.forward, report, unit_code="eiendom", rules=own_rules)
    (one,) = learned()
    assert (one.figure.decided, one.figure.right) == (1, 0)


def test_what_was_decided_too_long_ago_is_not_counted(went, learned, clock):
    went(1, category="sweeping", unit="bydrift")
    clock.pass_(days=91)
    assert learned() == []


def test_what_the_corrections_have_in_common_becomes_a_rule_before_the_one_that_was_wrong(went, learned, own_rules):
    went(6, category="sweeping", unit="bydrift")
    went(5, category="lamp_dark", unit="eiendom")
    (one,) = learned()
    assert one.lesson.conditions == (("category", "lamp_dark"),)
    edit = rule_learning.change(one.lesson, own_rules)
    assert edit.problems == ()
    assert edit.diff == (
        "--- a/rules.yaml\n+++ b/rules.yaml\n@@ -16,6 +16,9 @@\n"
        "   sweeping: {group: roads, names: {nb: Hull}, help: {nb: Hull i vegen}}\n"
        " rules:\n"
        "   # Whoever drives there anyway.\n"
        "+  - name: Alt på vegen (eiendom)\n"
        "+    when: {road_owner: municipality, category: lamp_dark}\n"
        "+    unit: eiendom\n"
        "   - name: Alt på vegen  # for now\n"
        "     when: {group: [lamps, roads], road_owner: municipality}\n"
        "     unit: bydrift\n"
    )


def test_a_rule_that_is_wrong_throughout_gets_another_unit_and_its_broken_example_is_named(went, learned, own_rules):
    went(5, category="sweeping", unit="eiendom")
    went(5, category="lamp_dark", unit="eiendom")
    (one,) = learned()
    assert one.lesson.conditions == ()
    edit = rule_learning.change(one.lesson, own_rules)
    assert "-    unit: bydrift\n+    unit: eiendom\n" in edit.diff
    (problem,) = edit.problems
    assert "example" in problem.sentence
    assert own_rules.path.read_text() == RULES


def test_four_corrections_or_no_clear_majority_propose_nothing(went, learned):
    went(4, category="lamp_dark", unit="eiendom")
    went(6, category="lamp_dark", unit="bydrift")
    (one,) = learned()
    assert not one.suggests


def test_a_file_that_somebody_has_changed_meanwhile_is_not_edited(went, learned, own_rules):
    went(5, category="lamp_dark", unit="eiendom")
    (one,) = learned()
    own_rules.path.write_text(RULES.replace("Alt på vegen", "Noe annet"))
    with pytest.raises(rule_learning.NotEditable):
        rule_learning.change(one.lesson, own_rules)
