"""Places that can be looked up in our own database: addresses, names, and roads with their owners."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import BigInteger, CheckConstraint, Computed, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Place(Base):
    """An address or a place name, degrees WGS84. `folded` is the label in small letters without marks, to search in."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint("kind IN ('address', 'name')", name="kind"),
        UniqueConstraint("kind", "source_ref"),
        Index("ix_place_position", "position", postgresql_using="gist"),
        Index("ix_place_folded", "folded", postgresql_ops={"folded": "text_pattern_ops"}),
        Index("ix_place_folded_trigrams", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    source_ref: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str | None] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(120))
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
