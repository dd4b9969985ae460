"""Kartverket's addresses and place names: what is asked, what is read, and what is not believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.lookup.addresses import AddressFound, begin_address, begin_search
from app.lookup.asking import Register, RegisterDown
from app.lookup.names import begin_names
from app.queries.places import PlaceFound
from tests.lookup.kartverket import address, addresses, name, names
from tests.registers import HTML, FakeRegister

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def fake(make_register: Callable[[], FakeRegister]) -> FakeRegister:
    return make_register()


@pytest.fixture
def kartverket(fake: FakeRegister) -> Register:
    return Register("addresses", fake.url)


def test_an_address_is_asked_for_in_the_municipality_and_read(fake: FakeRegister, kartverket: Register) -> None:
    fake.answers["/sok"] = addresses(address("Prøvegata 5C"), address("Prøvegata 7", poststed="MO I RANA"))
    assert begin_search(kartverket, "prøveg* 5&c", municipality="5501")() == [
        PlaceFound("address", "Prøvegata 5C", "9008 Tromsø", 69.65, 18.95),
        PlaceFound("address", "Prøvegata 7", "9008 Mo i Rana", 69.65, 18.95),
    ]
    ((path, asked),) = fake.asked
    assert (path, asked["sok"], asked["kommunenummer"], asked["side"]) == ("/sok", "prøveg 5 c", "5501", "0")


def test_the_nearest_address_counts_in_whatever_order_they_come(fake: FakeRegister, kartverket: Register) -> None:
    found = [address(f"Prøvegata {n}", meterDistanseTilPunkt=metres) for n, metres in ((1, 90.5), (2, 12.3), (3, 201))]
    fake.answers["/punktsok"] = addresses(*found)
    assert begin_address(kartverket, lat=69.65, lon=18.95).wait() == AddressFound("Prøvegata 2", "9008 Tromsø", 12.3)
    assert fake.asked[0][1]["radius"] == "200"
    fake.answers["/punktsok"] = addresses(found[2])
    assert begin_address(kartverket, lat=69.65, lon=18.95).wait() is None
    del fake.answers["/punktsok"]
    assert begin_address(kartverket, lat=69.65, lon=18.95).wait() is None


def test_a_place_name_is_read_from_keys_with_norwegian_letters(fake: FakeRegister, kartverket: Register) -> None:
    fake.answers["/navn"] = names(name("Sállir", navneobjekttype="Øy"), name("Gammelt", navnestatus="historisk"))
    assert begin_names(kartverket, "Sállir", municipality="5501")() == [PlaceFound("name", "Sállir", "Øy", 69.6, 18.9)]
    assert fake.asked[0][1] == {
        "sok": "Sállir", "knr": "5501", "utkoordsys": "4258", "treffPerSide": "10", "side": "1",
    }  # fmt: skip


def test_what_cannot_be_read_is_left_out_and_the_rest_counts(fake: FakeRegister, kartverket: Register) -> None:
    broken = [
        address(lat="nord"), address(lat=91), address(lat=None), address(representasjonspunkt=None),
        address(""), address("x" * 200), address("a\x00b"), {}, address(poststed=5),
    ]  # fmt: skip
    fake.answers["/sok"] = addresses(*broken, address("Prøvegata 1"))
    assert [one.label for one in begin_search(kartverket, "p", municipality="5501")()] == ["Prøvegata 1"]
    fake.answers["/navn"] = names(name(lat=None), name("Prøvvika"), name("Prøvvika"))
    assert [one.label for one in begin_names(kartverket, "p", municipality="5501")()] == ["Prøvvika"]


@pytest.mark.parametrize(
    "answer",
    [HTML, b"{}", b'{"adresser": null, "navn": 5}', b'{"adresser": [5], "navn": ["x"]}', addresses({}) | names({})],
)
def test_an_answer_of_another_shape_is_nonsense(fake: FakeRegister, kartverket: Register, answer: object) -> None:
    fake.answers = {"/sok": answer, "/navn": answer, "/punktsok": answer}
    for ask in (
        begin_search(kartverket, "p", municipality="5501"),
        begin_names(kartverket, "p", municipality="5501"),
        begin_address(kartverket, lat=69.65, lon=18.95).wait,
    ):
        with pytest.raises(RegisterDown) as caught:
            ask()
        assert caught.value.why == "nonsense"
