"""On which days a round is driven."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import Invalid
from app.planning.calendar import Recurrence, WeeklyRule, make_rule, read_rule


def test_every_second_tuesday_is_counted_from_the_first_day():
    rule = Recurrence(rule=make_rule(["TU"], every=2), since=date(2026, 10, 6))
    assert rule.days(date(2026, 10, 1), date(2026, 11, 10)) == [
        date(2026, 10, 6),
        date(2026, 10, 20),
        date(2026, 11, 3),
    ]


def test_clocks_that_are_changed_move_no_day():
    """Summer time ends on 25 October 2026 and begins on 28 March 2027."""
    rule = Recurrence(rule=make_rule(["SU"]), since=date(2026, 1, 1))
    assert date(2026, 10, 25) in rule.days(date(2026, 10, 20), date(2026, 10, 30))
    assert date(2027, 3, 28) in rule.days(date(2027, 3, 22), date(2027, 3, 29))


def test_a_season_runs_over_new_year():
    rule = Recurrence(rule=make_rule(["MO"]), since=date(2026, 1, 1), season=("11-01", "04-15"))
    assert rule.days(date(2026, 10, 20), date(2026, 11, 10)) == [date(2026, 11, 2), date(2026, 11, 9)]
    assert rule.days(date(2027, 4, 10), date(2027, 4, 30)) == [date(2027, 4, 12)]
    assert rule.next_days(date(2027, 5, 1), 1) == [date(2027, 11, 1)]


def test_after_the_last_day_nothing_is_driven():
    rule = Recurrence(rule=make_rule(["MO", "TH"], until=date(2026, 11, 26)), since=date(2026, 11, 1))
    assert rule.next_days(date(2026, 11, 20), 5) == [date(2026, 11, 23), date(2026, 11, 26)]


def test_the_form_finds_its_fields_again_in_the_rule():
    assert read_rule(make_rule(["FR", "MO"], every=3, until=date(2027, 5, 1))) == WeeklyRule(
        ("MO", "FR"), 3, date(2027, 5, 1)
    )
    assert read_rule(make_rule(["WE"])) == WeeklyRule(("WE",), 1, None)


@pytest.mark.parametrize(
    ("weekdays", "every", "field"), [([], 1, "weekdays"), (["XX"], 1, "weekdays"), (["MO"], 0, "every")]
)
def test_what_cannot_be_driven_is_said_at_its_field(weekdays, every, field):
    with pytest.raises(Invalid) as refused:
        make_rule(weekdays, every=every)
    assert list(refused.value.fields) == [field]
