"""The rules files that come with the project: Tromsø's own, and two that hold nothing Norwegian."""

import math
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from app.routing import Facts, areas_at, explain, in_service_area, load_rules, propose_unit

ROOT = Path(__file__).resolve().parents[2]
FILES = ["routing_rules.yaml", "examples/boston/rules.yaml", "examples/zuerich/rules.yaml"]


@pytest.fixture(scope="module")
def tromso():
    return load_rules(ROOT / "routing_rules.yaml")


@pytest.mark.parametrize("file", FILES)
def test_the_file_is_sound_and_its_examples_hold(file):
    rules = load_rules(ROOT / file)
    assert rules.examples
    assert "other" in rules.categories


def test_tromso_has_the_units_categories_and_examples_it_needs(tromso):
    assert {"bydrift", "eiendom", "vann_avlop", "park_idrett"} <= set(tromso.units)
    outside = {code for code, unit in tromso.units.items() if unit.outside}
    assert {"troms_fylkeskommune", "statens_vegvesen"} <= outside
    assert len(tromso.categories) >= 28
    assert len(tromso.examples) >= 15
    assert {"lamp_danger", "water_leak"} == {c for c, one in tromso.categories.items() if one.phone_instead}
    assert {"tagging", "abandoned_vehicle", "complaint"} <= {c for c, one in tromso.categories.items() if one.private}


def test_every_unit_of_tromso_can_be_proposed(tromso):
    assert {rule.unit for rule in tromso.rules} | {tromso.fallback.unit} == set(tromso.units)


def test_praise_and_proposals_have_no_date_and_are_answered(tromso):
    for code in ("praise", "proposal"):
        assert tromso.categories[code].days_to_due is None
        assert tromso.categories[code].closes_as == "answered"


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_every_help_is_one_or_two_short_sentences(tromso, lang):
    for category in tromso.categories.values():
        text = category.help_text(lang)
        assert text.endswith((".", "?")), text
        assert len(text) <= 110, text
        assert max(len(sentence.split()) for sentence in re.split(r"[.?] ", text)) <= 18, text


def test_only_made_up_addresses_are_shipped():
    for file in FILES:
        for unit in load_rules(ROOT / file).units.values():
            for channel in unit.channels:
                assert channel.address is None or channel.address.endswith(".example"), channel.address


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [
        ("on Tromsøbrua", 69.6515, 18.9785),
        ("on the quay at Prostneset", 69.6478, 18.9640),
        ("in the sound", 69.66, 18.985),
        ("on Sandnessundbrua", 69.6863, 18.8885),
        ("in Ersfjordbotn", 69.695, 18.605),
        ("on Sommarøya", 69.635, 18.02),
        ("in Ramfjordbotn", 69.53, 19.24),
        ("in Tønsvika", 69.75, 19.11),
    ],
)
def test_the_service_area_holds_bridges_quays_and_villages(tromso, place, lat, lon):
    assert in_service_area(tromso, lat, lon), place


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [
        ("Nordkjosbotn", 69.217, 19.557),
        ("Hansnes", 69.969, 19.622),
        ("Storsteinnes", 69.243, 19.234),
        ("Lyngseidet", 69.576, 20.219),
        ("Finnsnes", 69.229, 17.981),
        ("Oslo", 59.913, 10.752),
        ("nowhere", 0.0, 0.0),
    ],
)
def test_the_service_area_leaves_the_neighbours_out(tromso, place, lat, lon):
    assert not in_service_area(tromso, lat, lon), place


def test_the_service_area_is_coarse_and_has_the_size_of_the_municipality(tromso):
    ring = tromso.service_area.polygons[0].rings[0]
    assert len(ring) < 200
    assert all(round(number, 3) == number for position in ring for number in position)
    middle = math.cos(math.radians(69.65))
    doubled = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
    square_kilometres = abs(doubled) / 2 * middle * 111.3**2
    assert 4_000 < square_kilometres < 6_000


def test_places_in_tromso_lie_in_the_areas_people_would_name(tromso):
    assert areas_at(tromso, 69.6490, 18.9560) == {"sentrum", "tromsoya"}
    assert areas_at(tromso, 69.6455, 18.9940) == {"tromsdalen"}
    assert areas_at(tromso, 69.6960, 18.8600) == {"kvaloysletta"}
    assert areas_at(tromso, 69.6850, 19.0850) == {"kroken"}
    assert areas_at(tromso, 69.6640, 19.0200) == {"tomasjord"}
    assert areas_at(tromso, 69.7050, 19.0100) == {"tromsoya"}


@pytest.mark.parametrize(("file", "lang"), [(FILES[1], "en"), (FILES[2], "de")])
def test_another_municipality_has_nothing_norwegian_in_it(file, lang):
    rules = load_rules(ROOT / file)
    assert rules.languages == (lang,)
    assert rules.municipality.country != "NO"
    view = rules.municipality.map
    assert in_service_area(rules, view.lat, view.lon)
    assert not in_service_area(rules, 69.65, 18.95)
    for category in rules.categories:
        facts = Facts(category=category, lat=view.lat, lon=view.lon, at=datetime(2026, 1, 1, tzinfo=UTC))
        said = propose_unit(rules, facts).reason.text(lang) + "".join(s.text(lang) for s in explain(rules, facts))
        assert not re.search(r"kategorien|vegen|stedet|fordelingsregel", said, re.IGNORECASE)


def test_the_engine_names_no_municipality_country_or_time_zone():
    for path in (ROOT / "app" / "routing").glob("*.py"):
        code = "\n".join(line for line in path.read_text().splitlines() if "such as" not in line)
        found = re.findall(r"Troms|Bydrift|Oslo|Europe/|[\"']NO[\"']|5501", code)
        assert not found, (path.name, found)
