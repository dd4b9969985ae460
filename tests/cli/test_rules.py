import pytest
from typer.testing import CliRunner

from app.cli.rules import rules_app
from tests.routing.files import line_of, write_rules


def gatami_rules(*arguments: object):
    return CliRunner().invoke(rules_app, [str(argument) for argument in arguments])


def test_a_sound_file_is_called_good(tmp_path):
    result = gatami_rules("check", write_rules(tmp_path))
    assert result.exit_code == 0
    assert "good. 3 units, 3 categories" in result.output


def test_every_mistake_is_printed_with_file_and_line(tmp_path):
    path = write_rules(tmp_path, ("zoom: 12", "zoom: 99"), ("group: lamps}", "group: lmps}"))
    result = gatami_rules("check", path)
    assert result.exit_code == 1
    assert f"{path}:{line_of('zoom: 99', path=path)}: " in result.output
    assert f"{path}:{line_of('lmps', path=path)}: There is no group “lmps”. Did you mean “lamps”?" in result.output
    assert "2 mistakes." in result.output


def test_explain_prints_every_rule_tried_and_why(tmp_path):
    path = write_rules(tmp_path)
    result = gatami_rules(
        "explain",
        "--file",
        path,
        "--category",
        "hole",
        "--lat",
        69.65,
        "--lon",
        18.95,
        "--answer",
        "size=large",
    )
    assert result.exit_code == 0
    assert "inside the service area; areas there: the town." in result.output
    assert "1. no      Lamps of the county" in result.output
    assert "- the category is “Dark lamp”: no, it is “Hole”" in result.output
    assert "3. MATCHES Large holes in town" in result.output
    assert "Proposed unit: Works (works)" in result.output


def test_explain_speaks_the_municipalitys_language_too(tmp_path):
    result = gatami_rules("explain", "--file", write_rules(tmp_path), "--category", "ice", "--lang", "nb")
    assert "vegen eies av fylkeskommunen: nei, dette er ikke kjent" in result.output


def test_explain_says_what_a_resident_would_be_told_first(tmp_path):
    hole = "    days_to_due: 5\n"
    stopper = '    stoppers: [{number: "1881", area: town, texts: {nb: Ring nå., en: Ring now.}}]\n'
    notice = "    notice: {dates: {from: 12-01, to: 12-31}, texts: {nb: Jul., en: Christmas.}}\n"
    path = write_rules(tmp_path, (hole, hole + stopper + notice))
    asked = ["explain", "--file", path, "--category", "hole"]
    there = gatami_rules(*asked, "--lat", 69.65, "--lon", 18.95, "--at", "2026-12-05T12:00:00").output
    assert "Notice: Christmas." in there
    assert "No form, ring 1881: Ring now." in there
    assert "Notice" not in gatami_rules(*asked).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--category", "bear"], "no category bear"),
        (["--category", "ice", "--road-owner", "duke"], "--road-owner is one of"),
        (["--category", "ice", "--answer", "large"], "question=answer"),
    ],
)
def test_a_wrong_argument_is_a_sentence(tmp_path, arguments, words):
    result = gatami_rules("explain", "--file", write_rules(tmp_path), *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())
