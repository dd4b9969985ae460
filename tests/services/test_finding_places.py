"""One search for a place: what each kind of text finds, what is left out, and registers that fail."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.lookup.asking import Register
from app.lookup.registers import Registers
from app.models import Asset, Place, Report
from app.models.reference import make_reference, show_reference
from app.services.finding_places import Found, find_places
from tests.application import STORGATA
from tests.lookup.kartverket import address, addresses, name, names
from tests.registers import HTML, FakeRegister

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.routing import Rules
    from app.web.state import AppState

OSLO = (59.91, 10.75)
# Right in itself, but no report has it.
UNKNOWN = make_reference(year=2026, number=42)


@pytest.fixture
def kartverket(make_register: Callable[[], FakeRegister]) -> FakeRegister:
    """Both registers at one address, which know nothing yet."""
    fake = make_register()
    fake.answers = {"/sok": addresses(), "/navn": names()}
    return fake


@pytest.fixture
def registers(kartverket: FakeRegister) -> Registers:
    return Registers(
        addresses=Register("addresses", kartverket.url),
        names=Register("names", kartverket.url),
        roads=Register("roads", ""),
    )


@pytest.fixture
def find(state: AppState, rules: Rules, registers: Registers) -> Callable[..., Found]:
    def look(text: str, **given: object) -> Found:
        return find_places(state.session_factory, registers, rules, text, **given)  # type: ignore[arg-type]

    return look


@pytest.fixture
def places(session: Session) -> None:
    for kind, label, detail, at in (
        ("address", "Prøvegata 5", "9008 Tromsø", STORGATA),
        ("street", "Prøvegata", "Tromsø", STORGATA),
        ("name", "Prøvvika", "Geahččalanluokta", STORGATA),
        ("name", "Prøvsletta", None, OSLO),
    ):
        session.add(Place(kind=kind, source_ref=label, label=label, detail=detail, lat=at[0], lon=at[1]))
    session.flush()


def labels(found: Found) -> list[str]:
    return [hit.label for hit in found.hits]


def test_coordinates_are_a_place(find: Callable[..., Found]) -> None:
    found = find("69,6492 18,9553")
    assert found.only
    assert (found.only.kind, found.only.lat, found.only.lon) == ("coordinates", *STORGATA)


def test_swapped_coordinates_are_offered_and_not_taken(find: Callable[..., Found]) -> None:
    found = find("18.9553, 69.6492")
    assert [(hit.kind, hit.lat, hit.lon) for hit in found.hits] == [("swapped", *STORGATA)]
    assert found.only is None


@pytest.mark.parametrize("text", ["0,0", "0, 0", "59.91, 10.75", "999, 999", "-69.65, -18.95"])
def test_coordinates_elsewhere_are_said_to_be_elsewhere(find: Callable[..., Found], text: str) -> None:
    found = find(text)
    assert (found.hits, found.elsewhere) == ((), 1)
    assert found.nowhere == text.startswith("0,")


def test_the_border_belongs_to_us(find: Callable[..., Found], rules: Rules) -> None:
    lon, lat = rules.service_area.polygons[0].rings[0][0]
    assert find(f"{lat!r}, {lon!r}").only


def test_a_public_report_is_found_and_others_are_as_if_they_were_not(
    find: Callable[..., Found], make_report: Callable[..., Report], session: Session
) -> None:
    report = make_report()
    for typed in (report.reference, show_reference(report.reference), f"#{show_reference(report.reference)}"):
        found = find(typed)
        (hit,) = found.hits
        assert (hit.kind, hit.label, hit.category) == ("report", report.reference, "lamp_dark")
        assert found.only is None, "it may be meant to be read"
    report.private = True
    session.flush()
    assert find(report.reference).hits == ()
    report.private = False
    report.hidden_at = report.created_at
    session.flush()
    assert find(report.reference).hits == ()


@pytest.mark.parametrize("typed", ["2026-000042-0", "#20260000420", "2026-00042-1", show_reference(UNKNOWN), UNKNOWN])
def test_a_number_that_no_report_has_is_said_at_once_and_nobody_else_is_asked(
    find: Callable[..., Found], places: None, kartverket: FakeRegister, typed: str
) -> None:
    found = find(typed)
    assert (found.hits, found.no_report, found.silent) == ((), True, False)
    assert kartverket.asked == []


def test_a_lamp_whose_number_looks_like_a_report_is_found(find: Callable[..., Found], session: Session) -> None:
    session.add(Asset(kind="lamp", source_ref="a", number="2026-000042-0", lat=69.65, lon=18.95))
    session.flush()
    found = find("2026-000042-0")
    assert ([hit.kind for hit in found.hits], found.no_report) == (["lamp"], False)


def test_a_number_on_a_mast_is_found_several_lamps_may_carry_it(find: Callable[..., Found], session: Session) -> None:
    for ref, street in (("a", "Prøvegata"), ("b", None)):
        session.add(Asset(kind="lamp", source_ref=ref, number="TR-0471", lat=69.65, lon=18.95, street=street))
    session.flush()
    for typed in ("TR-0471", "tr 0471", "mast nr. TR-0471"):
        found = find(typed, quick=True)
        assert [(hit.kind, hit.label) for hit in found.hits] == [("lamp", "TR-0471")] * 2


def test_our_own_register_answers_alone_where_it_knows_the_place(
    find: Callable[..., Found], places: None, kartverket: FakeRegister
) -> None:
    for typed in ("Prøvegata 5", "provegata 5", "Prøvegata 5, 9008 Tromsø", "Prøvvika"):
        assert find(typed).hits
    assert kartverket.asked == []


def test_a_search_while_typing_asks_nobody_else(
    find: Callable[..., Found], places: None, kartverket: FakeRegister
) -> None:
    assert find("ukjent sted", quick=True).hits == ()
    assert labels(find("prøveg", quick=True)) == ["Prøvegata"]
    assert find("p", quick=True).hits == ()
    assert kartverket.asked == []


def test_kartverket_is_asked_for_addresses_and_names_and_each_place_comes_once(
    find: Callable[..., Found], places: None, kartverket: FakeRegister
) -> None:
    kartverket.answers["/sok"] = addresses(address("Prøvegata 7"), address("Prøvegata 5", *STORGATA))
    kartverket.answers["/navn"] = names(name("Prøvegata 7 A"), name("Prøvsund", *OSLO))
    found = find("prøvegata 7")
    assert labels(found) == ["Prøvegata 7", "Prøvegata", "Prøvegata 5", "Prøvegata 7 A"]
    assert not found.silent
    assert {path for path, _ in kartverket.asked} == {"/sok", "/navn"}
    assert {asked.get("kommunenummer", asked.get("knr")) for _, asked in kartverket.asked} == {"5501"}


def test_what_lies_outside_our_area_is_counted_and_left_out(find: Callable[..., Found], places: None) -> None:
    found = find("Prøvsletta")
    assert (found.hits, found.elsewhere) == ((), 1)


@pytest.mark.parametrize(
    ("how", "answer"),
    [("500", b"{}"), ("html", HTML), ("nonsense", addresses({"adressetekst": None})), ("gone", None)],
)
def test_a_register_that_fails_is_said_to_and_what_we_know_is_there(
    find: Callable[..., Found], places: None, kartverket: FakeRegister, how: str, answer: object
) -> None:
    kartverket.status = 500 if how == "500" else 200
    kartverket.answers = {"/navn": names()} if answer is None else {"/sok": answer, "/navn": names()}
    found = find("prøvegat")
    assert found.silent
    assert labels(found) == ["Prøvegata"]


def test_slow_registers_are_waited_for_two_seconds_in_all_and_no_connection_is_held(
    find: Callable[..., Found], kartverket: FakeRegister, session: Session
) -> None:
    asked_database: list[float] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *_: asked_database.append(time.monotonic()))
    kartverket.delay = 6.0
    began = time.monotonic()
    found = find("ukjent sted")
    took = time.monotonic() - began
    assert found.silent
    assert 1.9 < took < 3.8
    assert max(asked_database) < began + 1.8


def test_nobody_is_asked_where_the_municipality_has_no_number_or_the_sender_asks_too_much(
    state: AppState, rules: Rules, registers: Registers, kartverket: FakeRegister
) -> None:
    nameless = replace(rules, municipality=rules.municipality.model_copy(update={"number": None}))
    assert find_places(state.session_factory, registers, nameless, "ukjent").hits == ()
    assert find_places(state.session_factory, registers, rules, "ukjent", may_ask=lambda: False).hits == ()
    assert kartverket.asked == []


@pytest.mark.parametrize("text", ["", " ", "%", "_%_", "\x00\x1b[0m", "x" * 5000, "5 " * 3000, "' OR 1=1 --", "<b>"])
def test_odd_texts_find_nothing_and_break_nothing(find: Callable[..., Found], places: None, text: str) -> None:
    found = find(text)
    assert found.hits == ()
    assert len(found.asked) <= 200
