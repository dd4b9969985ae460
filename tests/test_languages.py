"""The four languages: which one a browser gets, what stands in for a missing word, dates, spans and order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.languages import FALLBACKS, LANGUAGES, best_language, sort_key, translations
from app.routing import pick
from app.text import show_ago, show_date, show_datetime, show_number

NOW = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("accept", "got"),
    [
        ("nn-NO,nn;q=0.9,nb;q=0.8,en;q=0.5", "nn"),
        ("no", "nb"),
        ("nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.6,en-US;q=0.5,en;q=0.4", "nb"),
        ("se", "se"),
        ("sme-NO", "se"),
        ("SE_no", "se"),
        ("en;q=0.3, se;q=0.9", "se"),
        ("de-DE,de;q=0.9,en;q=0.1", "en"),
        ("en;q=0, nn;q=0.001", "nn"),
        ("en;q=many, nn", "nn"),
        ("nn;q=0", "nb"),
        ("de", "nb"),
        ("*", "nb"),
        (", ;q=1,,", "nb"),
        (None, "nb"),
    ],
)
def test_a_browser_gets_the_language_it_likes_best(accept: str | None, got: str) -> None:
    assert best_language(accept) == got


def test_where_a_language_is_missing_the_nearest_is_given() -> None:
    assert best_language("nn,en;q=0.9", among=("nb", "en")) == "nb"
    assert best_language("se", among=("en", "nb")) == "nb"
    assert best_language("nb", among=("nn", "en")) == "nn"
    assert best_language("fr", default="de", among=("de", "en")) == "de"
    assert best_language("fr", default="de") == "en"


@pytest.mark.parametrize("lang", ["nn", "se"])
def test_a_word_that_is_missing_is_norwegian_and_never_the_code_s_english(lang: str) -> None:
    # The catalogue of bokmål has these words; a catalogue without them asks it.
    known = translations(lang)
    assert known is translations("nb") or known._fallback is translations("nb")
    assert pick({"en": "Road", "nb": "Veg"}, lang) == "Veg"
    assert pick({"en": "Road"}, lang) == "Road"


def test_every_fallback_is_a_language_we_have() -> None:
    assert {near for all_near in FALLBACKS.values() for near in all_near} <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("lang", "date", "moment", "number"),
    [
        ("nb", "22. november 2026", "22. november 2026 kl. 13:05", "12\xa0345"),
        ("nn", "22. november 2026", "22. november 2026 kl. 13:05", "12\xa0345"),
        ("se", "skábmamánu 22. b. 2026", "skábmamánu 22. b. 2026 dii. 13:05", "12\xa0345"),
        ("en", "22 November 2026", "22 November 2026 at 13:05", "12,345"),
    ],
)
def test_dates_and_numbers_are_written_as_in_the_language(lang: str, date: str, moment: str, number: str) -> None:
    assert show_date(NOW, lang) == date
    assert show_datetime(NOW, lang) == moment
    assert show_number(12345, lang) == number


@pytest.mark.parametrize(
    ("seconds", "nn", "se"),
    [
        (64, "1 minutt", "1 minuhtta"),
        (150, "2 minutt", "2 minuhta"),
        (7_200, "2 timar", "2 diimmu"),
        (3 * 86_400, "3 døgn", "3 beaivvi"),
        (8 * 86_400, "1 veke", "1 vahkku"),
        (70 * 86_400, "2 månadar", "2 mánu"),
        (800 * 86_400, "2 år", "2 jagi"),
    ],
)
def test_spans_are_in_the_right_form_after_a_number(seconds: int, nn: str, se: str) -> None:
    assert show_ago(NOW - timedelta(seconds=seconds), "nn", now=NOW) == nn
    assert show_ago(NOW - timedelta(seconds=seconds), "se", now=NOW) == se


def test_sami_and_norwegian_letters_stand_in_their_places() -> None:
    ordered = ["Álttá", "Anne", "Cato", "Čáhci", "Dag", "Đavvi", "Nu", "Ŋuorru", "Sara", "Šaddu", "Tun", "Ŧuvla"]
    ordered += ["Zeta", "Žuvla", "Ærlig", "Østgata", "ålesund", "Ås"]
    assert sorted(ordered, key=sort_key) == ordered
