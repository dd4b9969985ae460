"""@name in a note."""

from __future__ import annotations

import pytest

from app.models.mention import MOST_NAMES, names_in


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("@Kari, ser du på denne?", ["Kari"]),
        ('Spør @"Kari Nordmann" eller @Ola.', ["Kari Nordmann", "Ola"]),
        ("@Anne-Grete og @Anne-Grete", ["Anne-Grete"]),
        ("«@Øyvind»", ["Øyvind"]),
        ("@«Per Ås»", ["Per Ås"]),
        ("skriv til kari@tromso.example", []),
        ("@ Kari, @123, @@", []),
        ("", []),
    ],
)
def test_names_are_read_as_they_are_written(words, names):
    assert names_in(words) == names


def test_a_flood_of_names_is_cut():
    assert len(names_in(" ".join(f"@N{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(100)))) == MOST_NAMES
