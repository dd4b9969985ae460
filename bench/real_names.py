"""Real place names through gatami: Northern Sámi and Norwegian, typed with the letters that a keyboard has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import SessionFactory, transaction
from app.models import Place
from app.queries.places import search_places
from app.services.place_import import import_places
from app.services.place_mapping import load_place_mapping
from app.settings import PROJECT
from app.text import fold

NAMES = "samiske-stedsnavn-tromso-ssr.geojson"
LOOKED_UP = ("Romsa", "Sallir", "Kvaloya", "tromsoya")
# A letter that was forgotten may make another name of it.
LEAST_WITH_A_SLIP = 0.9


def names_table(folder: Path, database: Callable[[str], SessionFactory], check: Callable[[bool, str], None]) -> Table:
    """The file twice; then each of its names as people type it, and with a letter forgotten in the middle."""
    table = Table(
        "file", "places", "names", "second run changes", "refused", "found first, plain letters", "found with a slip",
        *LOOKED_UP, title="Place names", title_justify="left",
    )  # fmt: skip
    file = folder / NAMES
    if not file.is_file():
        return table
    mapping = load_place_mapping(PROJECT / "examples" / "ssr_names.yaml")
    with transaction(database("names")) as session:
        first, second = (import_places(session, file, mapping) for _ in range(2))
        labels = list(session.scalars(select(Place.label).distinct()))
        plain = sum(_first(session, fold(label)) == fold(label) for label in labels)
        slips = sum(label in _found(session, _forgetful(fold(label))) for label in labels)
        found = [len(_found(session, typed)) for typed in LOOKED_UP]
    check(not first.refused and second.added == second.changed == 0, f"{NAMES}: every name comes in, once")
    check(plain == len(labels), f"{NAMES}: every name is found first when typed without its marks ({plain})")
    check(slips >= LEAST_WITH_A_SLIP * len(labels), f"{NAMES}: a forgotten letter is forgiven ({slips})")
    check(all(found), f"{NAMES}: {', '.join(LOOKED_UP)} are found")
    table.add_row(
        NAMES, str(first.read), str(first.added), str(second.added + second.changed), str(len(first.refused)),
        f"{plain} of {len(labels)}", f"{slips} of {len(labels)}", *map(str, found),
    )  # fmt: skip
    return table


def _found(session: Session, typed: str) -> list[str]:
    return [place.label for place in search_places(session, typed)]


def _first(session: Session, typed: str) -> str:
    return fold(next(iter(_found(session, typed)), ""))


def _forgetful(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + text[middle + 1 :]
