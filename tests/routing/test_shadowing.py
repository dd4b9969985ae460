import pytest

from app.routing import RulesError, load_rules
from tests.routing.files import RULES, line_of, write_rules

SECTION = RULES[RULES.index("rules:\n") : RULES.index("fallback:")]
EXAMPLES = RULES[RULES.index("examples:\n") :]


def with_rules(folder, *whens: str):
    lines = [f"  - {{name: Rule {n}, when: {{{when}}}, unit: works}}" for n, when in enumerate(whens)]
    return write_rules(folder, (SECTION, "rules:\n" + "\n".join(lines) + "\n"), (EXAMPLES, ""))


@pytest.mark.parametrize(
    "whens",
    [
        ("category: lamp", "category: lamp"),
        ("category: lamp", "category: lamp, road_owner: state"),
        ("group: road", "category: [hole, ice]"),
        ("category: [hole, ice]", "group: road"),
        ("category: hole", "category: ice", "group: road, area: town"),
        ("area: town", "category: lamp, area: town"),
        ("road_owner: [state, county]", "road_owner: county, category: lamp"),
        ("road_owner: state", "road_owner: county", "road_owner: [county, state]"),
        ("answers: {size: [large, small]}", "category: hole, answers: {size: large}"),
        ("dates: {from: 10-01, to: 04-30}", "dates: {from: 12-01, to: 01-31}"),
        ("hours: {from: 15:00, to: 08:00}", "hours: {from: 22:00, to: 06:00}, category: lamp"),
        ("weekdays: [sat, sun]", "weekdays: sun"),
        ("group: lamps", "category: [hole, ice]", "group: [lamps, road], area: town"),
    ],
)
def test_a_rule_that_can_never_match_stops_the_file(tmp_path, whens):
    path = with_rules(tmp_path, *whens)
    with pytest.raises(RulesError) as caught:
        load_rules(path)
    last = len(whens) - 1
    assert [problem.line for problem in caught.value.problems] == [line_of(f"Rule {last}", path=path)]
    assert f"“Rule {last}” can never match" in caught.value.problems[0].sentence
    assert "“Rule 0” on line" in caught.value.problems[0].sentence


@pytest.mark.parametrize(
    "whens",
    [
        ("category: lamp, road_owner: state", "category: lamp"),
        ("category: hole", "group: road"),
        ("area: town", "category: lamp"),
        ("road_owner: [state, county, municipality, private]", "category: lamp"),  # An owner may be unknown.
        ("answers: {size: large}", "answers: {size: [large, small]}"),
        ("dates: {from: 10-01, to: 04-30}", "dates: {from: 09-30, to: 10-02}"),
        ("hours: {from: 15:00, to: 08:00}", "hours: {from: 07:00, to: 08:01}"),
        ("weekdays: sun", "weekdays: [sat, sun]"),
        (
            "category: [lamp, hole, ice]",
            "road_owner: state",
        ),  # Old reports have categories that left the file.
    ],
)
def test_a_rule_with_something_left_to_match_is_fine(tmp_path, whens):
    assert len(load_rules(with_rules(tmp_path, *whens)).rules) == len(whens)


def test_categories_outside_the_groups_beside_them_can_never_match(tmp_path):
    with pytest.raises(RulesError, match="never matches; name one or the other"):
        load_rules(with_rules(tmp_path, "category: lamp, group: road"))
