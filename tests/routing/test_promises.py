"""By when somebody is answered: the file's own numbers, the municipality's where a category has none."""

import pytest

from app.routing import RulesError, load_rules
from tests.routing.files import write_rules

HOLE = "    days_to_due: 5\n"
HOME = "  timezone: Europe/Oslo\n"


def test_an_old_file_promises_a_first_answer_in_three_working_days_and_words_after_a_month(tmp_path):
    home = load_rules(write_rules(tmp_path)).municipality
    assert home.first_answer_days == 3
    assert home.interim_days is None


def test_a_category_may_promise_something_else(tmp_path):
    path = write_rules(
        tmp_path,
        (HOME, f"{HOME}  first_answer_days: 5\n  interim_days: 30\n"),
        (HOLE, f"{HOLE}    first_answer_days: 1\n    interim_days: 14\n"),
    )
    rules = load_rules(path)
    assert (rules.municipality.first_answer_days, rules.municipality.interim_days) == (5, 30)
    assert (rules.categories["hole"].first_answer_days, rules.categories["hole"].interim_days) == (1, 14)
    assert (rules.categories["lamp"].first_answer_days, rules.categories["lamp"].interim_days) == (None, None)


@pytest.mark.parametrize(
    ("where", "written", "words"),
    [
        (HOLE, "    first_answer_days: 0\n", "“first_answer_days” is “0”; write 1 or more."),
        (HOLE, "    first_answer_days: soon\n", "“first_answer_days” is “soon”; write a whole number."),
        (HOLE, "    interim_days: 400\n", "“interim_days” is “400”; write 365 or less."),
        (HOLE, "    interim_day: 30\n", "Did you mean “interim_days”?"),
        (HOME, "  first_answer_days: 1.5\n", "“first_answer_days” is “1.5”; write a whole number."),
        (HOME, "  interim_days: 1\n", "“interim_days” is “1”; write 5 or more."),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_write(tmp_path, where, written, words):
    path = write_rules(tmp_path, (where, where + written))
    with pytest.raises(RulesError) as refused:
        load_rules(path)
    (problem,) = refused.value.problems
    line = path.read_text().splitlines().index(written.rstrip("\n")) + 1
    assert (problem.line, problem.file) == (line, str(path))
    assert words in problem.sentence


@pytest.mark.parametrize("example", ["zuerich", "boston"])
def test_the_examples_promise_an_answer(example):
    from app.settings import PROJECT

    assert load_rules(PROJECT / "examples" / example / "rules.yaml").municipality.first_answer_days >= 1
