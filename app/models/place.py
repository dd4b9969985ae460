"""Places that can be looked up in our own database: addresses, names, and roads with their owners."""

from __future__ import annotations

import re
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import BigInteger, CheckConstraint, Computed, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.text import fold

_WORDS = "array_to_tsvector(string_to_array(words, ' '))"
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_SMALL_WORDS = {"I", "PÅ", "VED", "OG"}
_NUMBER_AND_LETTER = re.compile(r"\b([0-9]+) ([a-z])\b")


def searchable(text: str) -> str:
    """Folded words with single spaces between them and nothing else; "Storgata 5 C" and "storgata 5c" are the same."""
    return _NUMBER_AND_LETTER.sub(r"\1\2", _BETWEEN_WORDS.sub(" ", fold(text)).strip())


def calm(text: str) -> str:
    """ "9008 TROMSØ" as people write it: registers keep the names of towns in capitals."""
    if text != text.upper():
        return text
    words = [
        word.lower() if word in _SMALL_WORDS and place else word.title() for place, word in enumerate(text.split())
    ]
    return " ".join(words)


def found_by(label: str, detail: str | None, *, kind: str) -> tuple[str, str]:
    """`folded` and `words` of a place. The detail of a name is its other name, which has a row of its own."""
    folded = searchable(label)[:160].strip()
    return folded, searchable(f"{label} {detail or ''}")[:320].strip() if kind != "name" else folded


def _folded(context: DefaultExecutionContext) -> str:
    return _found_by(context)[0]


def _words(context: DefaultExecutionContext) -> str:
    return _found_by(context)[1]


def _found_by(context: DefaultExecutionContext) -> tuple[str, str]:
    given: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return found_by(given["label"], given.get("detail"), kind=given["kind"])


class Place(Base):
    """An address, a street as a whole or a place name, degrees WGS84.

    `folded` is the label as `searchable` writes it, `words` all words that it is found by.
    """

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint("kind IN ('address', 'name', 'street')", name="kind"),
        CheckConstraint("words <> '' AND words !~ '^ |  | $'", name="words"),
        UniqueConstraint("kind", "source_ref"),
        Index("ix_place_position", "position", postgresql_using="gist"),
        Index("ix_place_folded", "folded", postgresql_ops={"folded": "text_pattern_ops"}),
        Index(
            "ix_place_folded_trigrams",
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
            postgresql_where=text("kind <> 'address'"),
        ),
        Index("ix_place_words", text(_WORDS), postgresql_using="gin"),
        Index(
            "ix_place_words_of_names", text(_WORDS), postgresql_using="gin", postgresql_where=text("kind <> 'address'")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    source_ref: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str | None] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(160), default=_folded)
    words: Mapped[str] = mapped_column(String(320), default=_words)
    lat: Mapped[float]
    lon: Mapped[float]
    position: Mapped[Any] = mapped_column(
        Geography("POINT", 4326, spatial_index=False),
        Computed("ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography", persisted=True),
        deferred=True,
    )


class Road(Base):
    """A piece of a road and its owner: state, county, municipality, private or unknown. `ref` is for example FV862.

    A road that its source draws by several lines has several rows: parts from 1.
    """

    __tablename__ = "road"
    __table_args__ = (
        UniqueConstraint("source_ref", "part"),
        Index("ix_road_line", "line", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source_ref: Mapped[str] = mapped_column(String(80))
    part: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    name: Mapped[str | None] = mapped_column(String(120))
    ref: Mapped[str | None] = mapped_column(String(40))
    owner: Mapped[str] = mapped_column(String(12), default="unknown", server_default="unknown")
    line: Mapped[Any] = mapped_column(Geography("LINESTRING", 4326, spatial_index=False), deferred=True)
