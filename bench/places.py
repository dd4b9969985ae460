"""Search as you type in 50,000 addresses, through the whole server, beside the same SQL in a cursor of this process."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from urllib.parse import urlencode

import psycopg

from app.models.place import found_by
from app.queries.places import statement_for
from bench.harness import Environment, Row, ask, milliseconds, seconds_in_turn

ADDRESSES, STREETS, NAMES = 50_000, 1_500, 3_000
TIMES, GOAL = 64, 3.0
FIRST = (
    "Stor",
    "Sjø",
    "Grønn",
    "Skipper",
    "Myr",
    "Berg",
    "Fiske",
    "Vår",
    "Nord",
    "Sør",
    "Lang",
    "Kirke",
    "Brei",
    "Hav",
)
SECOND = ("stein", "haug", "vik", "nes", "lund", "dal", "bakke", "strand", "mo", "ås")
THIRD = ("gata", "vegen", "bakken", "stien", "svingen", "tunet")
# What somebody types, letter by letter, and its slips.
TYPED = {
    "a street's first letters": ("sto", "stor", "grøn", "fiske", "langvik", "sørås"),
    "a street and a number": ("storvik 5", "grønnlund 12", "fiskeås 3", "berg 7", "nordmo 21", "kirkedal 1"),
    "misspelt": ("storwikgatta", "grønlunvegn", "fiskeåsstigen", "kirkedahlvegen", "lagnstrandbaken", "havnesgaten"),
}


def rows(environment: Environment) -> list[Row]:
    """A row for each way of typing; each request asks something that was not asked just before."""
    url = environment.database("places")
    bare = psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)
    _fill(bare)
    with environment.gatami(url) as server:
        connection = server.connect()

        def through_server(texts: tuple[str, ...]) -> Callable[[int], None]:
            addresses = [f"/places?{urlencode({'q': text, 'quick': 1})}" for text in texts]

            def type_(number: int) -> None:
                status, body = ask(connection, "GET", addresses[number % len(texts)])
                assert status == 200
                assert b'"label"' in body, texts[number % len(texts)]

            return type_

        return [_row(name, texts, through_server(texts), bare) for name, texts in TYPED.items()]


def _row(name: str, texts: tuple[str, ...], through_server: Callable[[int], None], bare: psycopg.Connection) -> Row:
    def through_cursor(number: int) -> None:
        asked = statement_for(texts[number % len(texts)])
        assert asked
        assert bare.execute(asked[0].encode(), asked[1]).fetchall()

    both = [through_server, through_cursor]
    seconds_in_turn(both, times=12)
    ours, alone = seconds_in_turn(both, times=TIMES)
    ratio = ours / alone
    return Row(
        f"place search while typing, {name}", milliseconds(ours), f"{milliseconds(alone)} bare SQL", ratio,
        f"<= {GOAL:.0f}", ratio <= GOAL,
    )  # fmt: skip


def _fill(connection: psycopg.Connection) -> None:
    """Streets with houses along them, and names; made up, all inside the municipality."""
    streets = [a + b + c for c, b, a in itertools.product(THIRD, SECOND, FIRST)]
    streets += [f"Øvre {street}" for street in streets]
    streets = streets[:STREETS]
    with connection.cursor().copy(
        "COPY place (kind, source_ref, label, detail, folded, words, lat, lon) FROM STDIN"
    ) as copy:
        for number in range(ADDRESSES):
            street = streets[number % len(streets)]
            _write(copy, "address", number, f"{street} {number // len(streets) + 1}", "9008 Tromsø")
        for number, street in enumerate(streets):
            _write(copy, "street", number, street, "Tromsø")
        for number in range(NAMES):
            _write(copy, "name", number, f"{streets[number % len(streets)][:-4]}fjellet {number}", None)
    connection.execute("VACUUM ANALYZE place")


def _write(copy: psycopg.Copy, kind: str, number: int, label: str, detail: str | None) -> None:
    folded, words = found_by(label, detail, kind=kind)
    lat, lon = 69.64 + number % 997 / 20_000, 18.92 + number % 499 / 10_000
    copy.write_row((kind, f"{kind}-{number}", label, detail, folded, words, lat, lon))
