"""Notices and numbers to ring: everywhere, or only somewhere, sometimes, for an answer; and the mistakes in them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.routing import Facts, RulesError, load_rules, notices_at, site_notices_at, stopper_at
from tests.routing.files import line_of, write_rules

OSLO = ZoneInfo("Europe/Oslo")
TOWN, COUNTRY = (69.65, 18.95), (69.2, 18.2)
HOLE = "    days_to_due: 5\n"
TEXTS = "texts: {nb: Ring nå., en: Ring now.}"


def rules_with(folder, lines, *, site=""):
    """The small file with more lines for the category "hole", and with notices for the whole site."""
    changes = [(HOLE, HOLE + lines)] if lines else []
    return load_rules(write_rules(folder, *changes, ("groups:\n", f"{site}groups:\n")))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


def hole(*, place=(None, None), answers=None, when="2026-06-01T12:00"):
    return Facts(category="hole", lat=place[0], lon=place[1], answers=answers or {}, at=at(when) if when else None)


def stopped(rules, **facts):
    stopper = stopper_at(rules, rules.categories["hole"], hole(**facts))
    return stopper.number if stopper else None


def noticed(rules, **facts):
    return [notice.text("en") for notice in notices_at(rules, rules.categories["hole"], hole(**facts))]


def test_a_plain_notice_holds_always(tmp_path):
    rules = rules_with(tmp_path, "    notice: {nb: Pass på., en: Take care.}\n")
    assert noticed(rules, when=None) == ["Take care."]
    assert rules.categories["hole"].notice_text("en") == "Take care."
    assert rules.categories["hole"].notice_text("nb") == "Pass på."


def test_a_notice_is_limited_to_an_area_dates_hours_and_answers_and_an_unknown_fact_meets_no_limit(tmp_path):
    for limit, meets, misses in (
        ("area: town", {"place": TOWN}, ({"place": COUNTRY}, {})),
        ("dates: {from: 05-20, to: 07-20}", {}, ({"when": "2026-05-19T23:00"}, {"when": None})),
        ("dates: {from: 11-01, to: 02-28}", {"when": "2026-01-31T08:00"}, ({}, {"when": "2026-10-31T23:59"})),
        ("dates: {from: 2026-06-01, to: 2026-06-01}", {}, ({"when": "2027-06-01T12:00"}, {"when": "2026-06-02T00:00"})),
        ('hours: {from: "22:00", to: "06:00"}', {"when": "2026-06-01T23:00"}, ({}, {"when": None})),
        ("answers: {size: large}", {"answers": {"size": "large"}}, ({"answers": {"size": "small"}}, {})),
        ("answers: {size: [small, large]}", {"answers": {"size": ["large"]}}, ({},)),
    ):
        rules = rules_with(tmp_path, f"    notice:\n      - {{{limit}, {TEXTS}}}\n")
        assert noticed(rules, **meets) == ["Ring now."], limit
        assert all(noticed(rules, **miss) == [] for miss in misses), limit
        assert rules.categories["hole"].notice_text("en") is None


def test_days_are_the_municipality_s_own(tmp_path):
    rules = rules_with(tmp_path, f"    notice: {{dates: {{from: 06-01, to: 06-01}}, {TEXTS}}}\n")
    category = rules.categories["hole"]
    late = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
    assert notices_at(rules, category, Facts(category="hole", at=late))
    assert not notices_at(rules, category, Facts(category="hole", at=late.replace(hour=21)))


def test_all_limits_of_one_stopper_must_hold_and_the_first_stopper_that_holds_speaks(tmp_path):
    rules = rules_with(
        tmp_path,
        "    stoppers:\n"
        f'      - {{number: "111", area: town, answers: {{size: large}}, {TEXTS}}}\n'
        f'      - {{number: "222", area: town, {TEXTS}}}\n',
    )
    assert stopped(rules, place=TOWN, answers={"size": "large"}) == "111"
    assert stopped(rules, place=TOWN, answers={"size": "small"}) == "222"
    assert stopped(rules, place=COUNTRY, answers={"size": "large"}) is None
    assert stopped(rules) is None


def test_the_number_for_the_whole_category_speaks_wherever_and_whenever(tmp_path):
    rules = rules_with(tmp_path, f'    phone_instead: {{number: "333", {TEXTS}}}\n')
    assert stopped(rules, when=None) == "333"


def test_notices_for_everybody_hold_in_their_time_and_place_the_most_serious_first(tmp_path):
    rules = rules_with(
        tmp_path,
        "",
        site="notices:\n"
        "  - {texts: {nb: Alltid., en: Always.}}\n"
        "  - {level: danger, dates: {from: 2026-12-24, to: 2026-12-25}, texts: {nb: Storm., en: Storm.}}\n"
        "  - {level: warning, area: town, texts: {nb: By., en: Town.}}\n",
    )

    def shown(when, lat=None, lon=None):
        return [notice.text("en") for notice in site_notices_at(rules, at=at(when), lat=lat, lon=lon)]

    assert shown("2026-06-01T12:00") == ["Always."]
    assert shown("2026-12-24T00:00") == ["Storm.", "Always."]
    assert shown("2027-12-24T00:00") == ["Always."]
    assert shown("2026-12-25T23:59", *TOWN) == ["Storm.", "Town.", "Always."]


@pytest.mark.parametrize(
    ("lines", "says", "line"),
    [
        (
            f"    notice:\n      - {{area: twon, {TEXTS}}}\n",
            "There is no area “twon”. Did you mean “town”?",
            "area: twon",
        ),
        (
            f"    notice: {{answers: {{sise: large}}, {TEXTS}}}\n",
            "no question “sise”. Did you mean “size”?",
            "sise",
        ),
        (f"    notice: {{answers: {{size: larg}}, {TEXTS}}}\n", "has no option “larg”. Did you mean “large”?", "larg}"),
        (f"    notice: {{dates: {{from: 02-30, to: 03-01}}, {TEXTS}}}\n", "There is no day 02-30", "02-30"),
        (f"    notice: {{dates: {{from: 2027-02-29, to: 2027-03-01}}, {TEXTS}}}\n", "no day 2027-02-29", "2027-02-29"),
        (f"    notice: {{dates: {{from: 2026-02-03, to: 03-01}}, {TEXTS}}}\n", "write both with a year", "2026-02-03"),
        (f"    notice: {{dates: {{from: 2026-02-03, to: 2026-02-01}}, {TEXTS}}}\n", "never come", "2026-02-03"),
        (f"    notice: {{dates: {{from: tomorrow, to: 03-01}}, {TEXTS}}}\n", "write month and day", "tomorrow"),
        ("    notice: {nb: Bare norsk.}\n", "has no text in English; add it", "Bare norsk"),
        (f"    notice: {{wether: bad, {TEXTS}}}\n", "The key “wether” is not known here", "wether"),
        (f"    stoppers:\n      - {{{TEXTS}}}\n", "The key “number” is missing; add it", "Ring now"),
        (f"    stoppers:\n      - {{number: ring, {TEXTS}}}\n", "write a telephone number", "number: ring"),
        (f'    stoppers:\n      - {{number: "1 1", area: moon, {TEXTS}}}\n', "There is no area “moon”", "moon"),
        (
            (
                f'    phone_instead: {{number: "333", {TEXTS}}}\n'
                f'    stoppers:\n      - {{number: "444", area: town, {TEXTS}}}\n'
            ),
            "This stopper never shows, because “phone_instead” stops the whole category; remove one of them.",
            "444",
        ),
        (
            f'    stoppers:\n      - {{number: "444", {TEXTS}}}\n      - {{number: "555", area: town, {TEXTS}}}\n',
            "never shows, because the one on line 30 does wherever it would; move it up.",
            "555",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(tmp_path, lines, says, line):
    with pytest.raises(RulesError) as refused:
        rules_with(tmp_path, lines)
    (problem,) = [one for one in refused.value.problems if says in one.sentence] or [refused.value.problems]
    assert getattr(problem, "line", None) == line_of(line, path=tmp_path / "rules.yaml"), problem


@pytest.mark.parametrize(
    ("site", "says"),
    [
        ("notices:\n  - {area: moon, texts: {nb: A, en: B}}\n", "There is no area “moon”"),
        ("notices:\n  - {level: loud, texts: {nb: A, en: B}}\n", "is not allowed for “level”"),
        ("notices:\n  - {answers: {size: large}, texts: {nb: A, en: B}}\n", "The key “answers” is not known here"),
        ("notices:\n  - {url: javascript:alert(1), texts: {nb: A, en: B}}\n", "begins with https://"),
        ("notices: soon\n", "is not a list; begin each with a dash"),
    ],
)
def test_a_mistake_in_a_notice_for_everybody_is_named(tmp_path, site, says):
    with pytest.raises(RulesError) as refused:
        rules_with(tmp_path, "", site=site)
    assert any(says in problem.sentence for problem in refused.value.problems), refused.value.problems
