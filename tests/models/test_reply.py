"""Placeholders in ready words: our own small signs, and nothing that could run."""

from __future__ import annotations

import pytest

from app.models.reply import fill, shown_placeholders, unknown_placeholders

VALUES = {"reference": "2026-1", "unit": "Bydrift", "due": None}


@pytest.mark.parametrize(
    ("words", "filled"),
    [
        ("Se {reference}.", "Se 2026-1."),
        ("Hei. Vi er ferdige {due}. Takk!", "Hei. Takk!"),
        ("Vi kommer kl. 15 med {unit}. Takk.", "Vi kommer kl. 15 med Bydrift. Takk."),
        ("Hei.\n\nFrist: {due}\nHilsen {unit}", "Hei.\n\nHilsen Bydrift"),
        ("{due}", ""),
        ("Ukjent {navn} står.", "Ukjent {navn} står."),
        ("{reference.__class__} {0} {{reference}}", "{reference.__class__} {0} {2026-1}"),
    ],
)
def test_names_in_braces_are_filled_in_and_a_sentence_without_its_value_is_left_out(words, filled):
    assert fill(words, VALUES) == filled


def test_a_value_with_braces_is_not_filled_in_again():
    assert fill("{unit}", {"unit": "{reference}", "reference": "x"}) == "{reference}"


def test_a_name_that_is_known_later_stays():
    assert fill("Spør {unit}.", {"unit": None}, keep=frozenset({"unit"})) == "Spør {unit}."


@pytest.mark.parametrize(
    ("words", "unknown"),
    [("Se {reference}", []), ("Hei {navn} {navn}", ["{navn}"]), ("{", ["{"]), ("a } b", ["}"]), ("{}", ["{}"])],
)
def test_what_is_unknown_is_named_once(words, unknown):
    assert unknown_placeholders(words) == unknown


def test_placeholders_may_be_written_in_norwegian():
    words = "Melding {referanse} i {Sted}. Frist: {frist}. Ring {telefon}."
    assert unknown_placeholders(words) == []
    values = {"reference": "2026-1", "place": "Storgata", "due": None, "phone": "77"}
    assert fill(words, values) == "Melding 2026-1 i Storgata. Ring 77."
    assert unknown_placeholders("{refferanse}") == ["{refferanse}"]
    assert ("{sted} {place}", "Nearest address") in shown_placeholders("nb")
    assert ("{stad} {place}", "Nearest address") in shown_placeholders("nn")
