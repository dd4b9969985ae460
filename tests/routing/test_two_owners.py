"""Road owner and lamp owner are two facts, and the rules see both."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app as gatami
from app.routing import Facts, explain, load_rules, propose_unit

TROMSO = Path(__file__).resolve().parents[2] / "routing_rules.yaml"
OWNERS = ("state", "county", "municipality", "private", "unknown")
UNIT_OF = {
    "state": "statens_vegvesen",
    "county": "troms_fylkeskommune",
    "municipality": "bydrift",
    "private": "servicetorget",
    "unknown": "bydrift",
}


@pytest.fixture(scope="module")
def tromso():
    return load_rules(TROMSO)


@pytest.mark.parametrize(("lamp", "road"), list(product(OWNERS, OWNERS)))
def test_a_lamp_goes_to_its_owner_and_to_the_roads_owner_only_when_that_is_not_known(tromso, lamp, road):
    facts = Facts(category="lamp_dark", asset_owner=lamp, road_owner=road)
    assert propose_unit(tromso, facts).unit.code == UNIT_OF[lamp if lamp != "unknown" else road]


@pytest.mark.parametrize(("lamp", "road"), list(product(OWNERS, OWNERS)))
def test_a_hole_in_the_road_goes_to_the_roads_owner_whoevers_lamp_stands_there(tromso, lamp, road):
    facts = Facts(category="pothole", asset_owner=lamp, road_owner=road, answers={"size": "large"})
    assert propose_unit(tromso, facts).unit.code == UNIT_OF[road]


def test_the_explanation_tells_both_facts_apart(tromso):
    steps = explain(tromso, Facts(category="lamp_dark", asset_owner="municipality", road_owner="county"))
    assert steps[-1].rule_name == "Gatelys som kommunen eier"
    assert "the lamp or other object is owned by the municipality: yes" in steps[-1].text("en")
    unknown = explain(tromso, Facts(category="lamp_dark", road_owner="county"))
    assert "the road is owned by the county: yes" in unknown[-1].text("en")
    told = "\n".join(step.text("en") for step in unknown)
    assert "the lamp or other object is owned by the county: no, this is not known" in told


def test_the_command_shows_both():
    done = CliRunner().invoke(
        gatami,
        ["rules", "explain", "--category", "lamp_dark", "--road-owner", "county", "--asset-owner", "municipality",
         "--file", str(TROMSO)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Owner of the road: county. Owner of the lamp or other object: municipality." in done.output
    assert "Proposed unit: City operations (Bydrift) (bydrift)" in done.output
