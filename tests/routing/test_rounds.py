"""Rounds and materials in the rules file: what holds without them, what they say, and the mistakes in them."""

from __future__ import annotations

import pytest

from app.planning.fault import Limits, Weights
from app.routing import RulesError, load_rules
from app.settings import PROJECT
from tests.routing.files import line_of, write_rules

LAMP = "    asset_kind: lamp\n"
MATERIALS = "materials:\n  bulb: {names: {nb: Pære, en: Bulb}, cost_ore: 4500, unit: stk}\n"


def rules_with(folder, section="", *, lamp=""):
    return load_rules(write_rules(folder, (LAMP, LAMP + lamp), ("groups:\n", f"{section}groups:\n")))


def mistakes(folder, section="", *, lamp=""):
    with pytest.raises(RulesError) as refused:
        rules_with(folder, section, lamp=lamp)
    return refused.value.problems


def test_a_file_without_the_sections_keeps_working(tmp_path):
    rules = rules_with(tmp_path)
    rounds = rules.rounds
    assert (rounds.winding, rounds.kmh, rounds.detour_minutes, rounds.goal_lit) == (1.4, 35.0, 5, 0.95)
    assert (rounds.service_minutes("lamp"), rounds.lift("lamp"), rounds.lift("hole")) == (15, True, False)
    assert rounds.needs("lamp") == {}
    assert rounds.lamp_categories == rounds.dark_categories == {"lamp"}
    assert rounds.summer is None
    assert rules.materials == {}


def test_what_stands_in_the_file_as_default_is_what_holds_without_it():
    rounds = load_rules(PROJECT / "routing_rules.yaml").rounds
    assert rounds.weights.model_dump() == type(rounds.weights)().model_dump()
    assert rounds.limits.model_dump() == type(rounds.limits)().model_dump()


def test_the_search_has_the_same_defaults_as_the_file():
    rounds = load_rules(PROJECT / "routing_rules.yaml").rounds
    assert Weights(**rounds.weights.model_dump()) == Weights()
    assert Limits(**rounds.limits.model_dump()) == Limits()


def test_a_category_says_what_mending_takes(tmp_path):
    rules = rules_with(tmp_path, MATERIALS, lamp="    service_minutes: 12\n    lift: false\n    needs: {bulb: 2}\n")
    assert rules.rounds.service_minutes("lamp") == 12
    assert not rules.rounds.lift("lamp")
    assert rules.rounds.needs("lamp") == {"bulb": 2.0}
    bulb = rules.materials["bulb"]
    assert (bulb.code, bulb.name("nb"), bulb.cost_ore, bulb.unit) == ("bulb", "Pære", 4500, "stk")


def test_a_category_that_has_left_the_file_takes_what_holds_for_all(tmp_path):
    rounds = rules_with(tmp_path, "rounds: {service_minutes: 20}\n").rounds
    assert (rounds.service_minutes("gone"), rounds.lift("gone"), rounds.needs("gone")) == (20, False, {})


def test_answers_say_what_is_dark_and_what_is_dangerous(tmp_path):
    rounds = rules_with(
        tmp_path, "rounds: {dark_categories: hole, lit_answers: {size: small}, danger_answers: {size: large}}\n"
    ).rounds
    small, large = ([{"code": "size", "value": value}] for value in ("small", "large"))
    assert [rounds.is_dark("hole", answers) for answers in ([], small, large)] == [True, False, True]
    assert [rounds.is_hazard("hole", answers) for answers in ([], small, large)] == [False, False, True]
    assert not rounds.is_dark("ice", [])


@pytest.mark.parametrize(
    ("section", "key", "sentence"),
    [
        ("rounds:\n  winding: 0.5\n", "winding", "write 1"),
        ("rounds:\n  kmh: fast\n", "kmh", "write a number"),
        ("rounds:\n  wnding: 2\n", "wnding", "Did you mean “winding”?"),
        ("rounds:\n  goal_lit: 0\n", "goal_lit", "write more than 0"),
        ("rounds:\n  goal_lit: 95\n", "goal_lit", "write 1"),
        ("rounds:\n  summer: {from: 02-30, to: 03-01}\n", "summer", "There is no day 02-30"),
        ("rounds:\n  lamp_categories: [lamp, lmap]\n", "lamp_categories", "Did you mean “lamp”?"),
        ("rounds:\n  stretch_categories: street\n", "stretch_categories", "There is no category “street”"),
        ("rounds:\n  lit_answers: {sise: small}\n", "lit_answers", "asks the question “sise”. Did you mean “size”?"),
        ("rounds:\n  danger_answers: {size: huge}\n", "danger_answers", "“size” has no option “huge”"),
        ("rounds:\n  weights: {row: -1}\n", "weights", "write 0"),
        ("rounds:\n  weights: {rwo: 1}\n", "weights", "Did you mean “row”?"),
        ("rounds:\n  limits: {row_lamps: 1}\n", "limits", "write 2 or more"),
        ("rounds:\n  limits: {row_lamps: 2.5}\n", "limits", "whole number"),
        ("rounds: 5\n", "rounds", "indented below it"),
        ("materials:\n  bulb: {names: {nb: Pære}}\n", "bulb", "no text in English"),
        ("materials:\n  bulb: {names: {nb: Pære, en: Bulb}, cost_ore: -5}\n", "bulb", "write 0"),
        ("materials:\n  bulb: {names: {nb: Pære, en: Bulb}, price: 5}\n", "bulb", "The key “price” is not known"),
        ("materials: [bulb]\n", "materials", "not written with codes as keys"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, section, key, sentence):
    (problem,) = mistakes(tmp_path, section)
    assert sentence in problem.sentence
    assert problem.line == line_of(key, path=tmp_path / "rules.yaml")


@pytest.mark.parametrize(
    ("lamp", "sentence"),
    [
        ("    needs: {blub: 1}\n", "There is no material “blub”. Did you mean “bulb”?"),
        ("    needs: {bulb: 0}\n", "write more than 0"),
        ("    service_minutes: 0\n", "write 1 or more"),
        ("    lift: maybe\n", "write true or false"),
    ],
)
def test_a_mistake_in_what_a_category_takes_is_named_with_its_line(tmp_path, lamp, sentence):
    (problem,) = mistakes(tmp_path, MATERIALS, lamp=lamp)
    assert sentence in problem.sentence
    assert problem.line == line_of(lamp.strip().partition(":")[0], path=tmp_path / "rules.yaml")
