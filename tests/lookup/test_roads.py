"""The road register, played by a real web server; answers have the shape of NVDB's, their values are made up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from app.lookup.asking import Register, RegisterDown
from app.lookup.roads import RoadFound, begin_road
from tests.registers import HTML

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.registers import FakeRegister


def position(
    category: str = "F", *, phase: str | None = "V", metres: float | None = 3.4, **given: Any
) -> dict[str, Any]:
    """One road near the place."""
    system = {"vegkategori": category, "fase": phase, "nummer": 9862}
    short = given.get("kortform", f"{category}V9862 S1D1 m687")
    return {
        "vegsystemreferanse": {
            "vegsystem": {name: value for name, value in system.items() if value is not None},
            "strekning": {"strekning": 1, "delstrekning": 1, "meter": 687.2, "trafikantgruppe": "K"},
            "kortform": short,
        },
        "veglenkesekvens": {"veglenkesekvensid": 1, "relativPosisjon": 0.0249, "kortform": "0.0249@1"},
        "geometri": {"wkt": "POINT (69.65 18.95 12.3)", "srid": 4326},
        "kommune": 5501,
        **({"avstand": metres} if metres is not None else {}),
    }


@pytest.fixture
def fake(make_register: Callable[[], FakeRegister]) -> FakeRegister:
    return make_register()


@pytest.fixture
def register(fake: FakeRegister) -> Register:
    return Register("roads", fake.url)


def ask(fake: FakeRegister, register: Register, answer: object) -> RoadFound | None:
    fake.answers["/posisjon"] = answer
    return begin_road(register, lat=69.65123, lon=18.95456).wait()


def test_it_is_asked_as_its_owner_wants(fake, register):
    ask(fake, register, [])
    assert fake.asked == [
        (
            "/posisjon",
            {"lat": "69.65123", "lon": "18.95456", "maks_avstand": "30", "maks_antall": "10", "srid": "4326"},
        )
    ]
    assert fake.headers[0]["x-client"] == "GataMi"
    assert fake.headers[0]["accept"] == "application/json"


@pytest.mark.parametrize(
    ("category", "owner"),
    [
        ("E", "state"), ("R", "state"), ("F", "county"), ("K", "municipality"), ("P", "private"), ("S", "private"),
        ("U", "unknown"),
    ],
)  # fmt: skip
def test_the_category_says_whose_road_it_is(fake, register, category, owner):
    found = ask(fake, register, [position(category)])
    assert found == RoadFound(owner=owner, ref=f"{category}V9862 S1D1 m687", metres=3.4)


def test_the_nearest_road_that_is_there_counts_and_not_one_that_is_planned(fake, register):
    planned = [position("K", phase=phase, metres=1.0) for phase in ("P", "A", "F", None)]
    assert ask(fake, register, [*planned, position("F"), position("E", metres=9)]).owner == "county"
    assert ask(fake, register, planned) is None


@pytest.mark.parametrize("answer", [None, [], [{}], [{"vegsystemreferanse": {}}], [position(metres=30.1)]])
def test_no_road_near_is_a_fact_and_no_failure(fake, register, answer):
    if answer is not None:
        fake.answers["/posisjon"] = answer
    assert begin_road(register, lat=69.7, lon=18.0).wait() is None
    assert begin_road(register, lat=69.7, lon=18.0).wait() is None
    assert len(fake.asked) == 2


@pytest.mark.parametrize(
    ("short", "ref"),
    [
        ("FV9862 S12D101 m12687 KD1 m20-30 A3 m1 SD1 m2", "FV9862 S12D101 m12687 KD1 m20-30 A3 m1"),
        ("x" * 60, "x" * 40),
        (None, "FV9862"),
        ("  ", "FV9862"),
        ("FV9862\x00 S1", "FV9862"),
        ("FV9862\n S1", "FV9862 S1"),
    ],
)
def test_the_reference_fits_its_column(fake, register, short, ref):
    found = ask(fake, register, [position(kortform=short, metres=None)])
    assert found == RoadFound(owner="county", ref=ref, metres=None)


@pytest.mark.parametrize(
    "answer",
    [
        HTML, b"", {"feil": "x"}, "a text", [[]], [1], [{"avstand": "far"}], [{"avstand": -1}], b'[{"avstand": NaN}]',
        [{"vegsystemreferanse": "FV9862"}],
        [{"vegsystemreferanse": {"vegsystem": {"vegkategori": ["F"], "fase": "V"}}}],
        b"[" + b"{}," * 700_000 + b"{}]",
    ],
)  # fmt: skip
def test_nonsense_is_never_believed(fake, register, answer):
    with pytest.raises(RegisterDown) as caught:
        ask(fake, register, answer)
    assert caught.value.why == "nonsense"


def test_a_broken_register_is_down(fake, register):
    fake.status = 500
    with pytest.raises(RegisterDown):
        ask(fake, register, [position()])


def test_a_slow_register_is_waited_for_two_seconds_and_no_longer(fake, register):
    fake.delay = 9.0
    began = time.monotonic()
    with pytest.raises(RegisterDown) as caught:
        ask(fake, register, [position()])
    assert caught.value.why == "late"
    assert time.monotonic() - began < 6


def test_a_register_without_an_address_is_not_asked():
    with pytest.raises(RegisterDown) as caught:
        begin_road(Register("roads", ""), lat=69.65, lon=18.95).wait()
    assert caught.value.why == "off"
