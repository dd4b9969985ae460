"""DangerPlace: where a dark lamp is dangerous to traffic, such as a crossing or a way to school."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

DANGER_KINDS = ("crossing", "school_way", "other")


class DangerPlace(Base):
    """A point, line or area, WGS84. `source` names the file it came from, `source_ref` its own name in there."""

    __tablename__ = "danger_place"
    __table_args__ = (
        UniqueConstraint("source", "source_ref"),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in DANGER_KINDS)})", name="kind"),
        Index("ix_danger_place_shape", "shape", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    source_ref: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str | None] = mapped_column(String(120))
    shape: Mapped[Any] = mapped_column(Geography("GEOMETRY", 4326, spatial_index=False), deferred=True)
