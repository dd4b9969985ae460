"""Words that others must not read: masked by number, and likely personal data found by pattern."""

from __future__ import annotations

import pytest

from app.models.masking import Personal, likely_personal, mask, masked_in, words_of


def found(text: str) -> dict[str, str]:
    """word -> why, in a text."""
    words = text.split()
    return {words[number]: kind.value for number, kind in likely_personal(text).items()}


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("Ring 99887766 nå", ["99887766"], Personal.PHONE),
        ("Ring 998 87 766.", ["998", "87", "766."], Personal.PHONE),
        ("Tlf +47 77 00 00 01", ["+47", "77", "00", "01"], Personal.PHONE),
        ("Skriv til kari.n@example.no!", ["kari.n@example.no!"], Personal.EMAIL),
        ("Født 010190 12345 her", ["010190", "12345"], Personal.NUMBER),
        ("Fnr 01019012345", ["01019012345"], Personal.NUMBER),
        ("Bilen AB 12345 sperrer", ["AB", "12345"], Personal.PLATE),
        ("Bilen AB12345 sperrer", ["AB12345"], Personal.PLATE),
        ("Hei, jeg heter Kari Nordmann og bor her", ["Kari", "Nordmann"], Personal.NAME),
        ("Eg heiter Ola.", ["Ola."], Personal.NAME),
        ("Takk! Vennlig hilsen Per-Åge Lie", ["Per-Åge", "Lie"], Personal.NAME),
        ("My name is Ann Lee", ["Ann", "Lee"], Personal.NAME),
    ],
)
def test_what_is_likely_about_a_person_is_found(text, words, kind):
    assert found(text) == dict.fromkeys(words, kind.value)


@pytest.mark.parametrize(
    "text",
    [
        "Hull i veien ved Storgata 112, 9008 Tromsø",
        "FV 862 er stengt, E8 også",
        "Lyspunkt 123456 og mast 4711",
        "Det skjedde 12.05.2026 klokka 15.30",
        "Vannet er 1000 liter, 20 000 kroner",
        "Jeg heter ikke noe spesielt",
        "",
    ],
)
def test_what_is_about_a_place_is_left_in_peace(text):
    assert found(text) == {}


def test_only_whole_words_go_and_all_blanks_stay():
    text = "Ring  Kari,\n\tnå!  "
    assert mask(text, {1}) == "Ring  […]\n\tnå!  "
    assert masked_in(text, mask(text, {1})) == {1}


@pytest.mark.parametrize("which", [set(), {99}, {-1}])
def test_masking_no_word_of_the_text_masks_nothing(which):
    assert mask("Ring Kari", which) is None


def test_a_mark_that_the_reporter_typed_is_no_masked_word():
    text = "Her […] er det"
    assert mask(text, {1}) is None
    assert masked_in(text, mask(text, {3})) == {3}


def test_the_words_are_the_text_again():
    text = "  Ring Kari\nnå"
    assert "".join(word.before + word.text for word in words_of(text)) == text
