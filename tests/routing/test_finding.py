"""Kinds of reports are found by the words people have for them."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from app.routing import find_categories, load_rules
from tests.routing.phrases import HELD_OUT, PHRASES, TUNED_WITH, UNSEEN

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tromso():
    return load_rules(ROOT / "routing_rules.yaml")


def codes(rules, text, lang="nb"):
    return [category.code for category in find_categories(rules, text, lang)]


def hit_rates(rules, phrases):
    """Shares of the phrases whose kind comes first, and among the first three."""
    places = [codes(rules, text)[:3] for text, _ in phrases]
    first = sum(found[:1] == [wanted] for found, (_, wanted) in zip(places, phrases, strict=True))
    among = sum(wanted in found for found, (_, wanted) in zip(places, phrases, strict=True))
    return first / len(phrases), among / len(phrases)


@pytest.mark.parametrize(
    ("phrases", "least_first", "least_among_three"),
    [(TUNED_WITH, 0.95, 0.99), (HELD_OUT, 0.85, 0.95), (UNSEEN, 0.70, 0.80)],
    ids=["tuned", "held out", "unseen"],
)
def test_what_people_write_finds_the_kind_they_mean(tromso, phrases, least_first, least_among_three):
    first, among = hit_rates(tromso, phrases)
    print(f"{len(phrases)} phrases: first {first:.1%}, among the first three {among:.1%}")
    assert first >= least_first
    assert among >= least_among_three


def test_the_phrases_are_about_every_kind(tromso):
    assert {code for _, code in PHRASES} == set(tromso.categories)


def test_every_kind_is_found_first_by_its_own_name_in_every_language(tromso):
    for category in tromso.categories.values():
        for lang, name in category.names.items():
            assert codes(tromso, name, lang)[0] == category.code, name


@pytest.mark.parametrize(
    ("lang", "words", "code"),
    [
        ("nn", "hol i vegen", "pothole"),
        ("nn", "heile gata er mørk", "lamps_stretch"),
        ("nn", "vindauge på skulen", "school"),
        ("nn", "søpla renn over", "litter_bin"),
        ("se", "ráigi geainnus", "pothole"),
        ("se", "raigi geainnus", "pothole"),
        ("se", "gáhttelámpá ii čuovgga", "lamp_dark"),
        ("se", "muohta", "snow"),
    ],
)
def test_nynorsk_and_northern_sami_find_their_kinds(tromso, lang, words, code):
    assert codes(tromso, words, lang)[0] == code


@pytest.mark.parametrize("word", ["snowplough", "SNØPLOG", "snoplog", "snøplgo", "snøplogen", "sn\u006f\u0338plog"])
def test_spelling_case_marks_endings_and_the_other_language_are_forgiven(tromso, word):
    for lang in ("nb", "en"):
        assert codes(tromso, word, lang)[0] == "snow"


def test_a_word_that_is_still_being_typed_finds_what_it_begins(tromso):
    for begun in ("brø", "brøy", "brøyt", "bro"):
        assert "snow" in codes(tromso, begun)[:3]


@pytest.mark.parametrize(
    "text", ["", "   ", "?", "!!! ...", "ikke", "xyzzyqw", "the of and", "\x00", "%_\\'\";--", "12345"]
)
def test_words_that_say_nothing_find_nothing(tromso, text):
    assert codes(tromso, text) == []


def test_a_whole_story_is_read_by_its_first_words(tromso):
    story = "Hei, jeg lurer på om dere kan fikse lyktestolpen utenfor huset vårt, den er mørk. " + "bla " * 5000
    assert codes(tromso, story)[0] == "lamp_dark"


def test_words_without_meaning_for_a_kind_propose_few(tromso):
    """A proposal that is wrong costs more than none."""
    for text in ("hei, hvordan har dere det", "det er ødelagt", "takk for hjelpen", "kan noen se på dette"):
        assert len(codes(tromso, text)) <= 3, text


@pytest.mark.parametrize(
    ("text", "never"), [("måse", "lamp_danger"), ("dead streetlight", "dead_animal"), ("hul i vegen", "tagging")]
)
def test_a_word_that_is_known_brings_nothing_that_only_looks_alike(tromso, text, never):
    assert never not in codes(tromso, text)


def test_another_municipality_is_searched_in_its_own_words():
    boston = load_rules(ROOT / "examples/boston/rules.yaml")
    zuerich = load_rules(ROOT / "examples/zuerich/rules.yaml")
    assert find_categories(boston, "pot holes", "en")
    assert find_categories(zuerich, "Spielplatz", "de")


def test_a_search_takes_less_than_a_millisecond(tromso):
    codes(tromso, "warm")
    times = []
    for text, _ in (*PHRASES, *UNSEEN):
        begin = perf_counter()
        find_categories(tromso, text, "nb")
        times.append(perf_counter() - begin)
    assert median(times) < 0.001
