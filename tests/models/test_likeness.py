"""How alike two reports are: what counts for it, what counts against it, and why in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.models.likeness import LIKELY, Beside, Kind, likeness, reasons, words_beside

HERE = Beside(metres=5.0, reach=100.0, same_lamp=None, kind=Kind.SAME, days=0.2)


def test_the_same_place_kind_and_day_are_likely_and_far_away_or_long_ago_are_not():
    assert likeness(HERE) >= LIKELY
    assert likeness(replace(HERE, metres=150.0)) < LIKELY
    assert likeness(replace(HERE, days=200.0)) < LIKELY
    assert likeness(replace(HERE, kind=Kind.GROUP)) < LIKELY


@pytest.mark.parametrize(
    "worse",
    [{"metres": 30.0}, {"days": 10.0}, {"days": -10.0}, {"kind": Kind.KIN}, {"same_lamp": False}, {"alike_words": 0.0}],
)
def test_each_difference_makes_it_less_likely(worse):
    assert likeness(replace(HERE, **worse)) < likeness(HERE)


def test_on_the_same_lamp_it_does_not_matter_where_the_pins_were_put():
    lamp = replace(HERE, same_lamp=True, metres=80.0)
    assert likeness(lamp) == likeness(replace(lamp, metres=0.0)) > likeness(HERE)
    assert likeness(replace(lamp, metres=None)) == likeness(lamp), "nor that one of them has no pin"


def test_a_report_without_a_place_and_a_lamp_is_like_nothing():
    assert likeness(replace(HERE, metres=None)) == 0.0


def test_it_is_never_more_than_one():
    assert likeness(Beside(0.0, 100.0, same_lamp=True, kind=Kind.SAME, days=0.0, alike_words=1.0)) == 1.0


def test_words_count_without_their_endings_and_empty_words_do_not():
    common, part = words_beside("Lyktestolpen er knekt og henger ut i veien", "knekte lyktestolper ved skolen")
    assert common == ("lyktestolpen", "knekt")
    assert part == pytest.approx(2 / 3)
    assert words_beside("Det er veldig mørkt her under brua", "veldig glatt under trappa")[0] == ()


def test_who_says_next_to_nothing_says_neither_for_nor_against():
    assert words_beside("hull", "Et stort hull midt i kjørebanen") == ((), None)
    assert words_beside(None, "Et stort hull midt i kjørebanen") == ((), None)


def test_the_reasons_are_said_in_short_words():
    pair = replace(HERE, metres=12.4, days=2.1, same_lamp=True, common=("knust",), alike_words=0.5)
    assert reasons(pair, "en") == ["same lamp", "12 m away", "2 days before", "same words: knust"]
    assert reasons(pair, "nb") == ["samme lyspunkt", "12 m unna", "2 dager før", "like ord: knust"]
    later = replace(HERE, metres=0.4, days=-1.0, kind=Kind.GROUP, same_lamp=False)
    assert reasons(later, "en") == ["another lamp", "same place", "another kind", "1 day after"]
    assert "the same day" in reasons(HERE, "en")
