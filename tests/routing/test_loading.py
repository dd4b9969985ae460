import json

import pytest

from app.routing import RuleProblem, RulesError, load_rules
from tests.routing.files import RULES, line_of, write_rules


def problems(path) -> list[RuleProblem]:
    with pytest.raises(RulesError) as caught:
        load_rules(path)
    return caught.value.problems


def only(path) -> RuleProblem:
    found = problems(path)
    assert len(found) == 1, [str(problem) for problem in found]
    assert found[0].file == str(path)
    return found[0]


def test_a_sound_file_is_read_in_its_own_order(tmp_path):
    rules = load_rules(write_rules(tmp_path))
    assert list(rules.categories) == ["lamp", "hole", "ice"]
    assert list(rules.groups) == ["lamps", "road"]
    assert rules.rules[0].name == "Lamps of the county"
    assert rules.categories["hole"].days_to_due == 5
    assert rules.categories["ice"].days_to_due is None
    assert rules.units["county"].outside
    assert not rules.units["works"].outside
    assert rules.categories["hole"].question("size").options[1].name("en") == "Large"


def test_a_name_in_another_language_falls_back_to_the_default(tmp_path):
    rules = load_rules(write_rules(tmp_path))
    assert rules.categories["hole"].name("en") == "Hole"
    assert rules.categories["hole"].name("en-GB") == "Hole"
    assert rules.categories["hole"].name("se") == "Hull"
    assert rules.default_language == "nb"


def test_norway_and_hours_are_text_and_not_yaml_surprises(tmp_path):
    hours = (
        "county}, unit: county}\n  - {name: Lamps,",
        "county, hours: {from: 15:30, to: 07:00}}, unit: county}\n  - {name: Lamps,",
    )
    examples = RULES[RULES.index("examples:") :]
    rules = load_rules(write_rules(tmp_path, hours, (examples, "")))
    assert rules.municipality.country == "NO"
    assert rules.rules[0].when.hours.start == "15:30"


def test_every_mistake_is_named_at_once_with_its_line(tmp_path):
    path = write_rules(
        tmp_path,
        ("country: NO", "country: XX"),
        ("zoom: 12", "zoom: 99"),
        ("names: {nb: Hull, en: Hole}", "names: {nb: Hull}"),
        ("days_to_due: 20", "days_to_do: 20"),
        ("kind: one", "kind: choose"),
        ("unit: county}\n  - {name: Lamps,", "unit: conty}\n  - {name: Lamps,"),
        ("area: town", "area: village"),
        ("file: town.geojson", "file: nowhere.geojson"),
        ("fallback: {name: The desk finds out, unit: desk}", ""),
    )
    found = problems(path)
    for text, words in [
        ("country: XX", "“XX”"),
        ("zoom: 99", "20 or less"),
        ("names: {nb: Hull}", "no text in English"),
        ("days_to_do", "Did you mean “days_to_due”?"),
        ("kind: choose", "'text', 'number', 'one', 'several' or 'date'"),
        ("unit: conty", "Did you mean “county”?"),
        ("area: village", "There is no area “village”"),
        ("nowhere.geojson", "can not be read"),
    ]:
        line = line_of(text, path=path)
        assert any(p.line == line and words in p.sentence for p in found), (text, [str(p) for p in found])
    assert any("fallback is missing" in p.sentence for p in found)
    assert len(found) == 9, [str(problem) for problem in found]


@pytest.mark.parametrize(
    ("change", "line_with", "words"),
    [
        (("  works: {", "  desk: {"), None, "stands twice, first on line 14"),
        (("  lamp:\n", "  Lamp:\n"), None, "small letters"),
        (("when: {group: lamps}", "when: {}"), "when: {}", "no condition"),
        (("group: lamps}", "group: lamps, weather: rain}"), "weather", "The key “weather” is not known here"),
        (("answers: {size: large}", "answers: {size: huge}"), "size: huge", "no option “huge”"),
        (("answers: {size: large}", "answers: {width: large}"), "width", "asks the question “width”"),
        (("name: Lamps,", "name: County roads,"), None, "has the same name"),
        (
            ("road_owner: county}", "road_owner: duke}"),
            "duke",
            "'state', 'county', 'municipality' or 'private'",
        ),
        (
            ("{kind: email, address: works@smallbay.example}", "{kind: email, address: works}"),
            "works}]",
            "address",
        ),
        (("timezone: Europe/Oslo", "timezone: Europe/Osl"), "Europe/Osl", "no time zone"),
        (("  ice:\n    group: road", "  ice:\n    group: snow"), "group: snow", "no group “snow”"),
        (("languages: [nb, en]", "languages: [nb, en, se]"), None, "no text in Northern Sámi"),
        (("en: Hole}", "en: Hole, fr: Trou}"), "Trou", "French, not one of the municipality's languages"),
        (
            ("unit: county\n", "unit: works\n"),
            "report: {category: lamp",
            "the rules give “county” by “Lamps of",
        ),
        (("report: {category: lamp,", "report: {category: lmp,"), "lmp", "Did you mean “lamp”?"),
        (("areas:", "arias:"), "arias:", "Did you mean “areas”?"),
        (("asset_kind: lamp", "similar_to: [hol]"), "similar_to", "Did you mean “hole”?"),
        (("asset_kind: lamp", "similar_metres: 1001"), "similar_metres", "write 1000 or less"),
    ],
)
def test_a_mistake_says_its_line_and_what_to_do(tmp_path, change, line_with, words):
    path = write_rules(tmp_path, change)
    found = problems(path)
    matching = [problem for problem in found if words in problem.sentence]
    assert matching, [str(problem) for problem in found]
    if line_with:
        assert matching[0].line == line_of(line_with, path=path)


def test_a_yaml_mistake_is_named_with_its_line(tmp_path):
    path = write_rules(tmp_path, ("country: NO", 'country: "NO'))
    assert "not valid YAML" in only(path).sentence


def test_a_tab_is_named_as_such(tmp_path):
    path = write_rules(tmp_path, ("  country: NO", "\tcountry: NO"))
    problem = only(path)
    assert problem.line == 3
    assert "not valid YAML" in problem.sentence


def test_a_file_that_is_not_utf_8_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_bytes("a: 1\nb: Tromsø\n".encode("latin-1"))
    assert only(path) == RuleProblem(str(path), 2, "The file is not UTF-8 text; save it as UTF-8.")


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "just words"])
def test_a_file_without_sections_says_which_to_write(tmp_path, content):
    path = tmp_path / "rules.yaml"
    path.write_text(content)
    assert "municipality, groups, units" in only(path).sentence


def test_a_missing_file_is_a_sentence_and_not_a_traceback(tmp_path):
    assert "can not be read (No such file or directory)" in only(tmp_path / "none.yaml").sentence


def test_aliases_are_refused_so_that_a_small_file_can_not_grow(tmp_path):
    lines = ["a: &a [1, 2]"] + [f"b{n}: [*a, *a, *a]" for n in range(3)]
    path = tmp_path / "rules.yaml"
    path.write_text("\n".join(lines))
    assert any("alias" in problem.sentence for problem in problems(path))


@pytest.mark.parametrize(
    ("polygon", "words"),
    [
        ("{", "not JSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', "holds Point"),
        ("[]", "holds something"),
        ({"type": "Polygon", "coordinates": []}, "no outline"),
        ({"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1]]]}, "fewer than four"),
        ({"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2]]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1], [1, 1]]]}, "no surface"),
        (
            {"type": "Polygon", "coordinates": [[[69, 181], [70, 18], [70, 19], [69, 181]]]},
            "longitude before",
        ),
        ({"type": "Polygon", "coordinates": [[["a", 1], [2, 1], [2, 2], ["a", 1]]]}, "is no position"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}, "crosses itself"),
        ({"type": "FeatureCollection", "features": []}, "no polygon"),
    ],
)
def test_a_polygon_that_can_not_be_used_is_named_where_the_rules_name_it(tmp_path, polygon, words):
    path = write_rules(tmp_path)
    text = polygon if isinstance(polygon, str) else json.dumps(polygon)
    (tmp_path / "town.geojson").write_text(text)
    problem = only(path)
    assert words in problem.sentence
    assert problem.line == line_of("town.geojson", path=path)


def test_the_hash_covers_the_polygon_files(tmp_path):
    path = write_rules(tmp_path)
    before = load_rules(path).sha256
    assert load_rules(path).sha256 == before
    moved = (tmp_path / "town.geojson").read_text().replace("18.9", "18.8")
    (tmp_path / "town.geojson").write_text(moved)
    assert load_rules(path).sha256 != before


def test_one_unit_at_most_is_the_desk_itself_and_it_is_ours(tmp_path):
    desk, works, county = "desk: {names", "works: {names", "outside: true"
    rules = load_rules(write_rules(tmp_path, (desk, "desk: {desk: true, names")))
    assert rules.desk_unit == "desk"
    assert load_rules(write_rules(tmp_path)).desk_unit == ""
    two = write_rules(tmp_path, (desk, "desk: {desk: true, names"), (works, "works: {desk: true, names"))
    with pytest.raises(RulesError, match="“desk” is the service desk already"):
        load_rules(two)
    with pytest.raises(RulesError, match="can not be outside"):
        load_rules(write_rules(tmp_path, (county, "outside: true, desk: true")))
