"""Coordinates as people write and paste them, and texts that are none."""

from __future__ import annotations

import pytest

from app.services.coordinates import read_coordinates

HERE = (69.65, 18.95)


@pytest.mark.parametrize(
    "text",
    [
        "69.65, 18.95", "69.65,18.95", "69.65 18.95", "69,65 18,95", "69,65, 18,95", "69,65,18,95", "69.65;18.95",
        "69.65° 18.95°", "69.65°N 18.95°E", "69.65° N, 18.95° Ø", "N 69.65 E 18.95", "N69.65 Ø18.95", "n69,65 ø18,95",
        "18.95 E, 69.65 N", "Ø 18,95 N 69,65", "69°39'0\"N 18°57'0\"E", "69° 39′ 0″ N, 18° 57′ 0″ Ø", "69º39'N 18º57'Ø",
        "geo:69.65,18.95", " 69.65 , 18.95 ", "69.65/18.95", "+69.65 +18.95",
        "https://www.google.com/maps/@69.650,18.950,15z", "https://www.openstreetmap.org/#map=17/69.650,18.950",
    ],
)  # fmt: skip
def test_every_way_to_write_a_pair_is_read(text: str) -> None:
    pair = read_coordinates(text)
    assert pair is not None
    assert (round(pair[0], 6), round(pair[1], 6)) == HERE


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("0,0", (0, 0)), ("0, 0", (0, 0)), ("69,18", (69, 18)), ("18.95, 69.65", (18.95, 69.65)),
        ("-69.65 −18.95", (-69.65, -18.95)), ("69.65 S 18.95 V", (-69.65, -18.95)), ("999, 999", (999, 999)),
    ],
)  # fmt: skip
def test_a_pair_that_is_elsewhere_is_read_as_it_stands(text: str, pair: tuple[float, float]) -> None:
    assert read_coordinates(text) == pair


@pytest.mark.parametrize(
    "text",
    ["", "Storgata 5", "5", "69.65", "11-012", "12 14", "9008", "2026-000042-1", "1.2.3.4", "69.65, nord", "E8",
     "NaN, NaN", "inf, inf", "1e5, 1e5", "69.65, 18.95, 5", "1" * 5000, "1," * 3000, "\x00, \x00"],
)  # fmt: skip
def test_what_is_no_pair_is_none(text: str) -> None:
    assert read_coordinates(text) is None
