"""Addresses and names from files: Kartverket's columns, GeoJSON, bad rows, a second run, a hundred thousand rows."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

import orjson
import pytest
from sqlalchemy import select

from app.errors import Invalid
from app.models import Place
from app.services.mapping_file import MappingMistakes
from app.services.place_import import PlacesImported, import_places
from app.services.place_mapping import PlaceMapping, load_place_mapping
from app.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

KARTVERKET = PROJECT / "examples" / "kartverket_addresses.yaml"
NAMES = PROJECT / "examples" / "ssr_names.yaml"
HEADER = [
    "lokalid", "kommunenummer", "kommunenavn", "adressetype", "adressetilleggsnavn", "adressekode", "adressenavn",
    "nummer", "bokstav", "EPSG-kode", "Nord", "Øst", "postnummer", "poststed",
]  # fmt: skip
PLAIN = PlaceMapping(id="id", label="{label}", position={"lat": "lat", "lon": "lon"})


def kartverket_row(ref: str, street: str, number: str, letter: str = "", north: str = "7732000", east: str = "653000"):
    return [
        ref,
        "5501",
        "TROMSØ",
        "vegadresse",
        "",
        "1",
        street,
        number,
        letter,
        "25833",
        north,
        east,
        "9008",
        "TROMSØ",
    ]


def write_csv(file: Path, rows: list[list[str]], *, delimiter: str = ";", encoding: str = "utf-8") -> Path:
    with file.open("w", newline="", encoding=encoding) as out:
        csv.writer(out, delimiter=delimiter).writerows(rows)
    return file


def places(session: Session) -> dict[str, Place]:
    return {place.label: place for place in session.scalars(select(Place).order_by(Place.id))}


def test_kartverkets_own_file_comes_in_with_its_streets(session: Session, tmp_path: Path) -> None:
    rows = [
        kartverket_row("1", "Prøvegata", "5", "C", "7733010"),
        kartverket_row("2", "Prøvegata", "7", "", "7733050"),
        kartverket_row("3", "Prøvegata", "9", "", "7733100"),
    ]
    file = write_csv(tmp_path / "a.csv", [HEADER, *rows])
    result = import_places(session, file, load_place_mapping(KARTVERKET))
    assert (result.read, result.added, result.streets, result.refused) == (3, 3, 1, [])
    found = places(session)
    one = found["Prøvegata 5C"]
    assert (one.kind, one.detail, one.folded) == ("address", "9008 Tromsø", "provegata 5c")
    # Metres of UTM 33 became degrees: a place in Tromsø.
    assert (round(one.lat, 2), round(one.lon, 1)) == (69.66, 18.9)
    street = found["Prøvegata"]
    assert (street.kind, street.detail, street.lat) == ("street", "Tromsø", found["Prøvegata 7"].lat)


def test_a_second_run_changes_what_changed_and_nothing_else(session: Session, tmp_path: Path) -> None:
    file, mapping = tmp_path / "a.csv", load_place_mapping(KARTVERKET)
    rows = [kartverket_row("1", "Prøvegata", "5"), kartverket_row("2", "Prøvegata", "7")]
    import_places(session, write_csv(file, [HEADER, *rows]), mapping)
    rows[1] = kartverket_row("2", "Nygata", "7")
    result = import_places(session, write_csv(file, [HEADER, *rows, kartverket_row("3", "Nygata", "8")]), mapping)
    assert (result.added, result.changed, result.same) == (1, 1, 1)
    session.expire_all()
    assert {"Prøvegata 5", "Nygata 7", "Nygata 8"} <= set(places(session))
    assert "Prøvegata 7" not in places(session)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_usual_separator_is_found_out(session: Session, tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "label", "lat", "lon"], ["1", "Prøvegata 1, oppgang B", "69,65", "18.95"]]
    result = import_places(session, write_csv(tmp_path / "a.csv", rows, delimiter=delimiter), PLAIN)
    assert (result.added, result.refused) == (1, [])


def test_each_refused_row_is_named_with_its_reason(session: Session, tmp_path: Path) -> None:
    rows = [
        ["id", "label", "lat", "lon"],
        ["1", "Prøvegata 1", "69.65", "18.95"],
        ["", "Prøvegata 2", "69.65", "18.95"],
        ["1", "Prøvegata 3", "69.65", "18.95"],
        ["4", "Prøvegata 4", "nord", "18.95"],
        ["5", "Prøvegata 5", "nan", "18.95"],
        ["6", "Prøvegata 6", "6965", "18.95"],
        ["7", "", "69.65", "18.95"],
        ["8", "x" * 121, "69.65", "18.95"],
        ["9", "Prøvegata 9", "69.65"],
        [],
        ["10", "Prøvegata\x00 \x1b[31m10", "69.65", "18.95"],
    ]
    result = import_places(session, write_csv(tmp_path / "a.csv", rows), PLAIN)
    assert result.refused == [
        (3, "it has no “id”, which is its number"),
        (4, "its number 1 stands twice in the file, first in row 2"),
        (5, "it has no position that can be read as two numbers"),
        (6, "its position is no place on earth in this coordinate system"),
        (7, "its position is no place on earth in this coordinate system"),
        (8, "it has no name or address"),
        (9, "its name or address is longer than 120 characters"),
        (10, "the row has 3 cells, and the header 4"),
    ]
    assert list(places(session)) == ["Prøvegata 1", "Prøvegata [31m10"]


def test_a_file_in_another_encoding_names_its_rows_and_comes_in_once_the_mapping_says_so(
    session: Session, tmp_path: Path
) -> None:
    rows = [["id", "label", "lat", "lon"], ["1", "Prøvegata 1", "69.65", "18.95"]]
    file = write_csv(tmp_path / "a.csv", rows, encoding="latin-1")
    assert "“encoding”" in import_places(session, file, PLAIN).refused[0][1]
    assert import_places(session, file, PLAIN.model_copy(update={"encoding": "iso8859-1"})).added == 1


def test_positions_that_no_conversion_knows_are_refused_and_a_wrong_system_is_named(
    session: Session, tmp_path: Path
) -> None:
    rows = [HEADER, kartverket_row("1", "Prøvegata", "1"), kartverket_row("2", "Prøvegata", "2", north="9e99")]
    file = write_csv(tmp_path / "a.csv", rows)
    result = import_places(session, file, load_place_mapping(KARTVERKET))
    assert (result.added, [number for number, _ in result.refused]) == (1, [3])
    with pytest.raises(Invalid, match="EPSG:1111"), session.begin_nested():
        import_places(session, file, load_place_mapping(KARTVERKET).model_copy(update={"epsg": 1111}))


def test_only_the_rows_that_are_wanted_come_in(session: Session, tmp_path: Path) -> None:
    mapping = load_place_mapping(KARTVERKET).model_copy(update={"only": {"kommunenummer": "5501"}})
    other = kartverket_row("2", "Prøvegata", "2")
    other[1] = "5503"
    file = write_csv(tmp_path / "a.csv", [HEADER, kartverket_row("1", "Prøvegata", "1"), other])
    result = import_places(session, file, mapping)
    assert (result.added, result.left_out) == (1, 1)


def names_file(file: Path, *features: tuple[str, str | None, str | None]) -> Path:
    made = [
        {
            "type": "Feature",
            "properties": {"samisk_navn": sami, "norsk_navn": norwegian, "stedsnummer": ref},
            "geometry": {"type": "Point", "coordinates": [18.9, 69.6]},
        }
        for ref, sami, norwegian in features
    ]
    file.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": made}))
    return file


def test_both_names_of_a_place_are_found_each_with_the_other_beside_it(session: Session, tmp_path: Path) -> None:
    features = [("1", "Čáhppesjávri", "Svartvannet"), ("2", "Geađgečohkka", None), ("2", None, None)]
    result = import_places(session, names_file(tmp_path / "n.geojson", *features), load_place_mapping(NAMES))
    assert result.refused == [(3, "it has no name in samisk_navn, norsk_navn")]
    found = places(session)
    assert {label: (one.detail, one.words) for label, one in found.items()} == {
        "Čáhppesjávri": ("Svartvannet", "cahppesjavri"),
        "Svartvannet": ("Čáhppesjávri", "svartvannet"),
        "Geađgečohkka": (None, "geadgecohkka"),
    }


def test_a_name_that_stands_beside_two_others_comes_in_once(session: Session, tmp_path: Path) -> None:
    features = [("1", "Gukkesvággi", "Langdalen"), ("1", "Guhkesvággi", "Langdalen")]
    import_places(session, names_file(tmp_path / "n.geojson", *features), load_place_mapping(NAMES))
    assert places(session)["Langdalen"].detail == "Gukkesvággi, Guhkesvággi"
    assert len(places(session)) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no column “label”"),
        (b"id;name;lat;lon\n1;a;1;1\n", "no column “label”"),
        (b'{"type": "Feature"}', "no GeoJSON FeatureCollection"),
        (b'{"type": ', "is not JSON"),
    ],
)
def test_a_file_that_does_not_fit_says_why(session: Session, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(Invalid, match=said):
        import_places(session, file, PLAIN)


def test_mistakes_in_a_mapping_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("kind: place\nid: a\nlabel: nothing\nencoding: klingon\n")
    with pytest.raises(MappingMistakes) as caught:
        load_place_mapping(file)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["1", "3", "4"]


def test_a_hundred_thousand_rows_come_in_within_seconds(session: Session, tmp_path: Path) -> None:
    rows = [kartverket_row(str(n), f"Gate {n // 50}", str(n % 50), "", str(7732000 + n % 999)) for n in range(100_000)]
    file = write_csv(tmp_path / "a.csv", [HEADER, *rows])
    began = time.perf_counter()
    result: PlacesImported = import_places(session, file, load_place_mapping(KARTVERKET))
    assert (result.added, result.streets) == (100_000, 2000)
    assert time.perf_counter() - began < 60


def test_an_address_that_left_the_file_leaves_the_register_when_it_is_replaced(
    session: Session, tmp_path: Path
) -> None:
    mapping = load_place_mapping(KARTVERKET)
    rows = [kartverket_row("1", "Prøvegata", "5"), kartverket_row("2", "Gamlevegen", "7", north="7733050")]
    name = Place(kind="name", source_ref="x", label="Prøvvika", lat=69.65, lon=18.95)
    session.add(name)
    import_places(session, write_csv(tmp_path / "a.csv", [HEADER, *rows]), mapping)
    file = write_csv(tmp_path / "b.csv", [HEADER, rows[0]])
    assert (import_places(session, file, mapping).removed, "Gamlevegen 7" in places(session)) == (0, True)
    result = import_places(session, file, mapping, replace=True)
    assert (result.same, result.removed) == (1, 1)
    session.expire_all()
    # Names come from another file, and the street has no house any more.
    assert set(places(session)) == {"Prøvegata 5", "Prøvegata", "Prøvvika"}


@pytest.mark.parametrize("rows", [[], [["2", "Prøvegata"]]])
def test_a_file_with_mistakes_or_with_nothing_replaces_nothing(
    session: Session, tmp_path: Path, rows: list[list[str]]
) -> None:
    mapping = load_place_mapping(KARTVERKET)
    import_places(session, write_csv(tmp_path / "a.csv", [HEADER, kartverket_row("1", "Prøvegata", "5")]), mapping)
    good = [kartverket_row("3", "Prøvegata", "9")] if rows else []
    with pytest.raises(Invalid, match="cannot replace the register"):
        import_places(session, write_csv(tmp_path / "b.csv", [HEADER, *good, *rows]), mapping, replace=True)
    assert "Prøvegata 5" in places(session)
