"""The search in our own table: any order, any beginning of words, without marks, misspelt, with house numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from app.db import driver
from app.models import Place
from app.models.place import calm, searchable
from app.queries.places import search_places, statement_for

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

STREETS = {"Storgata": "Tromsø", "Storelva": "Kvaløya", "Stakkevollvegen": "Tromsø", "Grønnegata": "Tromsø"}
NAMES = [("Romsa", "Tromsø"), ("Tromsø", "Romsa"), ("Sállir", "Kvaløya"), ("Kvaløya", "Sállir"), ("Kvaløysletta", None),
         ("Čáhppesjávri", "Svartvannet"), ("E8", None)]  # fmt: skip


@pytest.fixture
def places(session: Session) -> None:
    """Four streets with houses 1 to 60, two of them with a letter, and names."""
    for street, town in STREETS.items():
        session.add(Place(kind="street", source_ref=street, label=street, detail=town, lat=69.65, lon=18.95))
        for number in [*range(1, 61), "5A", "5B"]:
            label, ref = f"{street} {number}", f"{street}-{number}"
            session.add(Place(kind="address", source_ref=ref, label=label, detail=f"9008 {town}", lat=69.65, lon=18.95))
    for label, other in NAMES:
        session.add(Place(kind="name", source_ref=label, label=label, detail=other, lat=69.6, lon=18.9))
    session.flush()


def found(session: Session, typed: str) -> list[str]:
    return [place.label for place in search_places(session, typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Storgata 5", ["Storgata 5", "Storgata 5A", "Storgata 5B", "Storgata 50"]),
        ("storg 5", ["Storgata 5", "Storgata 5A", "Storgata 5B"]),
        ("5 storgata", ["Storgata 5", "Storgata 5A", "Storgata 5B"]),
        ("storgata 5 b", ["Storgata 5B"]),
        ("Storgata 5, 9008 Tromsø", ["Storgata 5", "Storgata 5A"]),
        ("9008 tromsø storgata 5", ["Storgata 5", "Storgata 5A"]),
        ("STORGATA", ["Storgata"]),
        ("stor", ["Storelva", "Storgata"]),
        ("storgata tromso", ["Storgata"]),
        ("gronnegata 12", ["Grønnegata 12"]),
        ("Gro\u0308nnegata 12", ["Grønnegata 12"]),
        ("tromso", ["Tromsø"]),
        ("Romsa", ["Romsa"]),
        ("romsa", ["Romsa"]),
        ("sallir", ["Sállir"]),
        ("kvaloya", ["Kvaløya"]),
        ("cahppesjavri", ["Čáhppesjávri"]),
        ("e8", ["E8"]),
        # Slips and the other spelling of the same word.
        ("strogata", ["Storgata"]),
        ("storgatta 5", ["Storgata 5"]),
        ("Stakkevollveien 12", ["Stakkevollvegen 12"]),
        ("grønegata", ["Grønnegata"]),
        ("kvaløja", ["Kvaløya"]),
        # A house that is not there: the street is.
        ("strogata 999", ["Storgata"]),
    ],
)
def test_what_people_type_finds_what_they_mean(session: Session, places: None, typed: str, first: list[str]) -> None:
    assert found(session, typed)[: len(first)] == first


@pytest.mark.parametrize("typed", ["", "  ", "%", "_", "%%%", "'", "\\", "\x00", "!&|():*", "ж", "zzzzqqq", "5" * 5000])
def test_what_is_no_place_finds_nothing(session: Session, places: None, typed: str) -> None:
    assert found(session, typed) == []


def test_wildcards_and_quotes_mean_nothing(session: Session, places: None) -> None:
    assert found(session, "Stor%gata") == found(session, "stor gata")
    assert set(found(session, "storgata' OR 'x'='x 5")) <= {
        f"Storgata {number}" for number in [5, *range(50, 60), "5A", "5B"]
    }
    assert found(session, "storgata % 5_") == found(session, "storgata 5")


def test_ten_at_most_and_nobody_waits_for_a_long_text(session: Session, places: None) -> None:
    assert len(found(session, "s 1")) == 10
    assert len(search_places(session, "storgata 5 " * 1000)) > 0
    statement = statement_for("word " * 1000)
    assert statement is not None
    assert statement[1]["query"].count("&") == 7


def test_every_part_of_the_search_has_its_index(session: Session, places: None) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    for typed in ("storgata", "strogata", "storgata 5", "strogata 5"):
        asked = statement_for(typed)
        assert asked is not None
        plan = "\n".join(line for (line,) in driver(session).execute("EXPLAIN " + asked[0], asked[1]).fetchall())
        assert "ix_place_words" in plan
        assert "ix_place_folded_trigrams" in plan
        assert "Seq Scan" not in plan


def test_searchable_texts_hold_words_and_single_spaces() -> None:
    assert searchable(" Storgata  5 C, 9008_Tromsø!\x00 ") == "storgata 5c 9008 tromso"
    assert searchable("Davit Geađgečohkka") == "davit geadgecohkka"


@pytest.mark.parametrize(
    ("given", "read"),
    [("9008 TROMSØ", "9008 Tromsø"), ("MO I RANA", "Mo i Rana"), ("9008 Tromsø", "9008 Tromsø"), ("", "")],
)
def test_capitals_become_quiet(given: str, read: str) -> None:
    assert calm(given) == read
