"""What the service keeps about itself: idempotency keys, the rules file's state, replaced areas, limits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class IdempotencyKey(Base):
    """A key that was used, what came with it, and the report it made; kept for 24 hours, those of forms for a month."""

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
    """Counts for the map at low zooms: changes (+n, -n) as they happen, and their sums, into which they are folded.

    A row per cell would make every new report wait for its neighbours' transactions; rows of changes never wait.
    `level` is a zoom; a cell is 64 px of a Web Mercator tile there. Folded rows stand both for each category and,
    under the code '', for all together. Level 0 counts the statements that changed the map: its version.
    `lon_e6` and `lat_e6` are sums of millionths of a degree, which say where in the cell its reports lie.
    """

    __tablename__ = "map_tally"
    __table_args__ = (
        Index(
            "uq_map_tally_folded", "level", "category_code", "is_open", "cx", "cy",
            unique=True, postgresql_where=text("folded"),
        ),
        Index("ix_map_tally_change", "level", "cx", "cy", postgresql_where=text("NOT folded")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    level: Mapped[int]
    cx: Mapped[int]
    cy: Mapped[int]
    category_code: Mapped[str] = mapped_column(String(40))
    is_open: Mapped[bool]
    n: Mapped[int]
    lon_e6: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lat_e6: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    folded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class RegisterAnswer(Base):
    """What a register said about a place, kept so that intake need not wait for it; `key` is "lat,lon"."""

    __tablename__ = "register_answer"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class LimitBucket(Base):
    """How much somebody may still send: tokens at a time. `key` is a keyed hash, so that no address is kept."""

    __tablename__ = "limit_bucket"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class ServiceFigure(Base):
    """How a category was done lately: reports closed in the last 90 days, in how many days nine of ten of them."""

    __tablename__ = "service_figure"

    category_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    closed: Mapped[int]
    days_for_nine_of_ten: Mapped[float | None]
    in_time: Mapped[float | None]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
