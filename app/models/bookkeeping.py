"""What the service keeps about itself: idempotency keys, the rules file's state, replaced areas, limits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class IdempotencyKey(Base):
    """A key that was used, what was sent with it, and the report it made; kept for 24 hours."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class RulesState(Base):
    """The rules in force and the error of a newer file, one row, so that every process and the banner agree."""

    __tablename__ = "rules_state"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    error_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ImportedArea(Base):
    """A polygon that replaces one of the rules file's areas; `service` is the area of the whole service."""

    __tablename__ = "imported_area"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    shape: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))
    source: Mapped[str] = mapped_column(String(200))
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MapTally(Base):
    """Counts for the map at low zooms. Rows are changes (+n, -n), summed when read and folded together by the worker.

    A row per cell would make every new report wait for its neighbours' transactions; rows of changes never wait.
    `level` is a zoom; a cell is 64 px of a Web Mercator tile there.
    """

    __tablename__ = "map_tally"
    __table_args__ = (Index("ix_map_tally_cell", "level", "is_open", "cx", "cy"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    level: Mapped[int]
    cx: Mapped[int]
    cy: Mapped[int]
    category_code: Mapped[str] = mapped_column(String(40))
    is_open: Mapped[bool]
    n: Mapped[int]
