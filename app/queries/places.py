"""Search as you type among our own addresses, streets and place names: one statement, each part of it by an index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from app.db import driver
from app.models.place import searchable

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy.orm import Session

MOST = 10
MOST_WORDS = 8
LONGEST = 200
_NUMBER = re.compile(r"[0-9]{1,4}[a-z]?")

# These texts are put together from constants only; what is looked for is a parameter. A place matches when each typed
# word begins one of its words. `kind <> 'address'` has indexes of its own: streets and names are few.
_SHOWN = "kind, label, detail, lat, lon"
_MATCHES = "array_to_tsvector(string_to_array(words, ' ')) @@ %(query)s::tsquery"
_ORDER = "folded <> %(typed)s, NOT starts_with(folded, %(typed)s), length(folded), folded, id"
_HOUSE_ORDER = "house.folded !~ %(house)s, length(house.folded), house.folded, house.id"

# Streets and names; only where these are none, addresses by whatever word they have; only where those are none too,
# streets and names that look alike.
_WITHOUT_NUMBER = f"""
WITH named AS MATERIALIZED (
    SELECT {_SHOWN} FROM place WHERE kind <> 'address' AND {_MATCHES} ORDER BY {_ORDER} LIMIT {MOST}
), addresses AS MATERIALIZED (
    SELECT {_SHOWN} FROM place WHERE NOT EXISTS (SELECT FROM named) AND kind = 'address' AND {_MATCHES}
    ORDER BY {_ORDER} LIMIT {MOST}
), alike AS MATERIALIZED (
    SELECT {_SHOWN} FROM place
    WHERE NOT EXISTS (SELECT FROM named) AND NOT EXISTS (SELECT FROM addresses)
        AND kind <> 'address' AND folded %% %(typed)s
    ORDER BY similarity(folded, %(typed)s) DESC, length(folded), folded, id LIMIT {MOST}
)
TABLE named UNION ALL TABLE addresses UNION ALL TABLE alike
"""  # noqa: S608
# Houses, the number itself before longer ones; names that hold a number; only where there are none, houses with this
# number in streets that look alike, or else those streets.
_WITH_NUMBER = f"""
WITH houses AS MATERIALIZED (
    SELECT {_SHOWN} FROM place house WHERE kind = 'address' AND {_MATCHES} ORDER BY {_HOUSE_ORDER} LIMIT {MOST}
), named AS MATERIALIZED (
    SELECT {_SHOWN} FROM place WHERE kind <> 'address' AND {_MATCHES} ORDER BY {_ORDER} LIMIT 3
), streets AS MATERIALIZED (
    SELECT {_SHOWN}, folded, similarity(folded, %(street)s) AS likeness FROM place
    WHERE NOT EXISTS (SELECT FROM houses) AND NOT EXISTS (SELECT FROM named)
        AND kind <> 'address' AND folded %% %(street)s
    ORDER BY likeness DESC, length(folded), folded, id LIMIT 3
), alike AS MATERIALIZED (
    SELECT house.kind, house.label, house.detail, house.lat, house.lon
    FROM streets JOIN place house ON house.kind = 'address'
        AND house.folded ~>=~ (streets.folded || ' ' || %(number)s)
        AND house.folded ~<~ (streets.folded || ' ' || %(number)s || '~')
    WHERE streets.kind = 'street' ORDER BY likeness DESC, {_HOUSE_ORDER} LIMIT {MOST}
)
(TABLE houses UNION ALL TABLE named UNION ALL TABLE alike
    UNION ALL SELECT {_SHOWN} FROM streets WHERE NOT EXISTS (SELECT FROM alike)) LIMIT {MOST}
"""  # noqa: S608


class PlaceFound(NamedTuple):
    """`kind` is address, street or name; `detail` the town, or a name's other name; degrees WGS84."""

    kind: str
    label: str
    detail: str | None
    lat: float
    lon: float


def search_places(session: Session, text: str) -> list[PlaceFound]:
    """At most ten, the best first. Any order of words, any beginning of words; marks, case and slips are forgiven."""
    return search_with(driver(session), text)


def search_with(connection: psycopg.Connection[tuple[Any, ...]], text: str) -> list[PlaceFound]:
    """The same on the driver's own connection."""
    asked = statement_for(text)
    if asked is None:
        return []
    return [PlaceFound(*row) for row in connection.execute(asked[0].encode(), asked[1])]


def statement_for(text: str) -> tuple[str, dict[str, str]] | None:
    """The statement and its values; None where nothing was typed that a place could be found by."""
    words = searchable(text[:LONGEST]).split()[:MOST_WORDS]
    # A number alone is a house in every street.
    if all(word.isdigit() for word in words):
        return None
    values = {"query": " & ".join(f"'{word}':*" for word in words), "typed": " ".join(words)}
    number = _house_number(words)
    if number is None:
        return _WITHOUT_NUMBER, values
    street = " ".join(word for word in words if not word[0].isdigit())
    return _WITH_NUMBER, values | {"number": number, "house": rf"\m{number}[a-z]?\M", "street": street}


def _house_number(words: list[str]) -> str | None:
    """The number that follows a word, as in "9008 Tromsø Storgata 5"; else the first one."""
    numbers = [place for place, word in enumerate(words) if _NUMBER.fullmatch(word)]
    if not numbers:
        return None
    after_words = [place for place in numbers if place > 0 and not words[place - 1][0].isdigit()]
    return words[(after_words or numbers)[0]]
