"""Hints at plainer words: what is marked, what is left in peace, and that they can be trusted."""

from __future__ import annotations

import pytest

from app.languages import LANGUAGES
from app.models.plain_language import MOST_HINTS, Hint, HintKind, hints, sentences
from app.models.plain_words import WORDS
from app.services.standard_words import SHIPPED
from app.text import translate

TWENTY = "Vi kommer og ser på lampa di i morgen hvis det ikke blåser for mye på fjellet dagen som kommer"


@pytest.mark.parametrize(
    ("lang", "sentence", "heavy", "plainer"),
    [
        ("nb", "Vedrørende hullet i Storgata.", "Vedrørende", "om"),
        ("nb", "Vi vil iverksette arbeidet.", "iverksette", "sette i gang"),
        ("nb", "Arbeidet er iverksatt.", None, None),
        ("nb", "Det foreligger en anmodning.", "foreligger", "finnes, er"),
        ("nb", "Dette er hensyntatt.", "hensyntatt", "tatt hensyn til"),
        ("nb", "I henhold til planen kommer vi.", "I henhold til", "etter"),
        ("nb", "Vi skal ansette en ny vaktmester.", None, None),
        ("nb", "Firmaet er et foretak i Tromsø.", None, None),
        ("nn", "Vi set i gang, vedrørande holet.", "vedrørande", "om"),
        ("nn", "Vi treng ytterlegare bilete.", "ytterlegare", "meir, fleire"),
        ("en", "We will commence work prior to Monday.", "commence", "begin"),
        ("se", "Mii divvut lámppá.", None, None),
        ("xx", "Vedrørende hullet.", None, None),
    ],
)
def test_a_heavy_word_is_marked_with_a_plainer_one(lang, sentence, heavy, plainer):
    found = [hint for hint in hints(sentence, lang) if hint.kind == HintKind.HEAVY]
    assert found[:1] == ([Hint(HintKind.HEAVY, heavy, plainer)] if heavy else [])


def test_a_sentence_of_twenty_words_is_short_and_one_more_is_long():
    assert len(TWENTY.split()) == 20
    assert hints(f"{TWENTY}.", "nb") == []
    long = hints(f"Kanskje {TWENTY}.", "nb")
    assert [(hint.kind, hint.count) for hint in long] == [(HintKind.LONG, 21)]
    assert long[0].words == "Kanskje Vi kommer og ser på …"


def test_a_date_and_a_time_end_no_sentence():
    assert sentences("Vi kommer 3. mai kl. 15.30 til deg. Da ser vi.\nHilsen oss") == [
        "Vi kommer 3. mai kl. 15.30 til deg.",
        "Da ser vi.",
        "Hilsen oss",
    ]


def test_several_passives_ask_who_does_it_and_one_does_not():
    assert [hint.words for hint in hints("Saken skal vurderes og behandles.", "nb")] == ["vurderes, behandles"]
    assert hints("Lampa skal byttes.", "nb") == []
    assert hints("Den kan finnes og synes i mørket.", "nb") == []


def test_the_same_word_twice_is_one_hint_and_a_flood_of_them_is_cut():
    assert len(hints("Vedrørende det. Vedrørende det.", "nb")) == 1
    assert len(hints(" ".join(WORDS["nb"]).replace("*", ""), "nb")) == MOST_HINTS


@pytest.mark.parametrize("text", ["", " ", "\n\n", "{" * 5000, "a" * 100_000, "æ. " * 9000])
def test_any_text_gets_an_answer_at_once(text):
    assert len(hints(text, "nb")) <= MOST_HINTS


def test_there_are_some_sixty_words_in_each_norwegian_language():
    assert len(WORDS["nb"]) >= 60
    assert len(WORDS["nn"]) >= 60


@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_the_words_that_come_with_the_program_are_plain_themselves(lang):
    for code, one in SHIPPED.items():
        assert hints(translate(one.body, lang), lang) == [], code
