from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.routing import Facts, Reason, areas_at, explain, in_service_area, load_rules, propose_unit
from tests.routing.files import RULES, write_rules

SECTION = RULES[RULES.index("rules:\n") : RULES.index("fallback:")]
EXAMPLES = RULES[RULES.index("examples:\n") :]
OWNERS = ("state", "county", "municipality", "private", "unknown")


@pytest.fixture
def rules(tmp_path):
    return load_rules(write_rules(tmp_path))


def rules_with(folder, *whens: str):
    lines = [f"  - {{name: Rule {n}, when: {{{when}}}, unit: works}}" for n, when in enumerate(whens)]
    return load_rules(write_rules(folder, (SECTION, "rules:\n" + "\n".join(lines) + "\n"), (EXAMPLES, "")))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Oslo"))


def test_the_first_rule_that_matches_decides(rules):
    assert propose_unit(rules, Facts(category="lamp", asset_owner="county")).unit.code == "county"
    assert propose_unit(rules, Facts(category="lamp", asset_owner="municipality")).unit.code == "works"


def test_without_a_match_the_fallback_speaks_and_says_so(rules):
    proposal = propose_unit(rules, Facts(category="ice"))
    assert (proposal.unit.code, proposal.rule_name, proposal.matched) == ("desk", "The desk finds out", False)
    assert proposal.reason.text("nb") == "Ingen fordelingsregel passet."
    assert proposal.reason.text("en") == "No routing rule matched."


def test_an_owner_that_is_not_known_matches_no_condition_on_owners(rules):
    assert propose_unit(rules, Facts(category="hole", road_owner="unknown")).unit.code == "desk"
    last = explain(rules, Facts(category="hole", road_owner="unknown"))[-2].conditions[-1]
    assert not last.matched
    assert last.text("en") == "the road is owned by the county: no, this is not known"
    assert last.text("nb") == "vegen eies av fylkeskommunen: nei, dette er ikke kjent"


def test_a_report_without_a_place_matches_no_area(rules):
    facts = Facts(category="hole", answers={"size": "large"})
    assert propose_unit(rules, facts).unit.code == "desk"
    placed = facts.model_copy(update={"lat": 69.65, "lon": 18.95})
    assert propose_unit(rules, placed).unit.code == "works"


def test_the_reason_is_a_sentence_in_the_readers_language(rules):
    facts = Facts(category="hole", lat=69.65, lon=18.95, answers={"size": "large"})
    reason = propose_unit(rules, facts).reason
    assert reason.text("en") == (
        "The category is “Hole”, the place is in the town and the answer to “How large?” is “Large”."
    )
    assert reason.text("nb") == "Kategorien er «Hull», stedet ligger i byen og svaret på «Hvor stort?» er «Stort»."
    assert reason.text("fi").startswith("The category is")


def test_a_reason_survives_being_kept_as_json(rules):
    facts = Facts(category="hole", lat=69.65, lon=18.95, answers={"size": "large"})
    reason = propose_unit(rules, facts).reason
    kept = Reason.from_data(reason.as_data())
    assert [kept.text(lang) for lang in ("nb", "en")] == [reason.text(lang) for lang in ("nb", "en")]


def test_explain_ends_with_the_rule_that_decided_and_says_what_was_there_instead(rules):
    steps = explain(rules, Facts(category="hole", lat=69.65, lon=18.95, answers={"size": "small"}, road_owner="county"))
    assert [step.matched for step in steps] == [False, False, False, True]
    assert steps[0].conditions[0].text("en") == "the category is “Dark lamp”: no, it is “Hole”"
    assert steps[2].conditions[2].text("en") == "the answer to “How large?” is “Large”: no, it is “Small”"
    assert steps[-1].text("en").splitlines()[0] == "County roads"


FACTS = st.builds(
    Facts,
    category=st.sampled_from(["lamp", "hole", "ice", "gone"]),
    lat=st.sampled_from([None, 69.65, 69.5, 89.0, 95.0]),
    lon=st.just(18.95),
    road_owner=st.sampled_from(OWNERS),
    asset_owner=st.sampled_from(OWNERS),
    answers=st.sampled_from([{}, {"size": "large"}, {"size": ["small", "large"]}, {"size": None}, {"other": 3}]),
)


def test_the_quick_way_and_the_explained_way_agree(rules):
    @settings(max_examples=300, deadline=None)
    @given(facts=FACTS)
    def agree(facts: Facts) -> None:
        proposal, decided = propose_unit(rules, facts), explain(rules, facts)[-1]
        assert (proposal.rule_name, proposal.unit) == (decided.rule_name, decided.unit)

    agree()


def test_a_report_of_a_category_that_left_the_file_still_gets_a_unit(rules):
    assert propose_unit(rules, Facts(category="gone", road_owner="county")).unit.code == "desk"
    assert explain(rules, Facts(category="gone"))[0].conditions[0].text("en").endswith("no, it is gone")


@pytest.mark.parametrize(
    ("when", "moment", "matches"),
    [
        ("dates: {from: 10-15, to: 04-30}", "2026-10-15T00:00", True),
        ("dates: {from: 10-15, to: 04-30}", "2026-04-30T23:59", True),
        ("dates: {from: 10-15, to: 04-30}", "2026-05-01T00:00", False),
        ("dates: {from: 02-29, to: 02-29}", "2028-02-29T12:00", True),
        ("dates: {from: 06-01, to: 08-31}", "2026-07-01T12:00", True),
        ("hours: {from: 15:30, to: 07:00}", "2026-02-03T15:30", True),
        ("hours: {from: 15:30, to: 07:00}", "2026-02-03T06:59", True),
        ("hours: {from: 15:30, to: 07:00}", "2026-02-03T07:00", False),
        ("hours: {from: 08:00, to: 15:30}", "2026-02-03T15:30", False),
        ("weekdays: [sat, sun]", "2026-02-07T00:00", True),
        ("weekdays: [sat, sun]", "2026-02-06T23:59", False),
    ],
)
def test_dates_and_hours_are_local_and_may_run_over_new_year_and_midnight(tmp_path, when, moment, matches):
    rules = rules_with(tmp_path, when)
    for at in (local(moment), local(moment).astimezone(UTC)):
        assert propose_unit(rules, Facts(category="ice", at=at)).matched is matches
    assert not propose_unit(rules, Facts(category="ice")).matched


def test_a_time_without_a_zone_is_refused(rules):
    with pytest.raises(ValueError, match="time zone"):
        propose_unit(rules, Facts(category="ice", at=datetime(2026, 1, 1)))


@pytest.mark.parametrize("answer", ["12", 12, 12.0, ["12"], [7, 12], (12,)])
def test_an_answer_matches_however_the_form_hands_it_over(tmp_path, answer):
    section = ("kind: one", "kind: number")
    options = RULES[RULES.index("        options:\n") : RULES.index("  ice:\n")]
    rule = (SECTION, "rules:\n  - {name: Twelve, when: {answers: {size: 12}}, unit: works}\n")
    rules = load_rules(write_rules(tmp_path, rule, (EXAMPLES, ""), section, (options, "")))
    assert propose_unit(rules, Facts(category="hole", answers={"size": answer})).rule_name == "Twelve"
    assert not propose_unit(rules, Facts(category="hole", answers={"size": 1})).matched


def test_places_on_a_border_belong_and_places_off_the_globe_do_not(rules):
    assert in_service_area(rules, 69.0, 18.0)
    assert in_service_area(rules, 70.0, 19.0)
    assert not in_service_area(rules, 68.9999, 19.0)
    assert not in_service_area(rules, 99.0, 19.0)
    assert not in_service_area(rules, None, None)
    assert areas_at(rules, 69.6, 18.9) == {"town"}
    assert areas_at(rules, 69.7, 19.0) == {"town"}
    assert areas_at(rules, 69.5, 19.5) == set()
    assert areas_at(rules, 999.0, 999.0) == set()
