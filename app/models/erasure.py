"""What was erased and when retention last ran: numbers and times, so that neither tells of anybody."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ErasedKind(StrEnum):
    """What of a person can come back with a backup."""

    REPORT = "report"
    SUPPORT = "support"
    PLACE_FOLLOW = "place_follow"


class Erasure(Base):
    """One row that a person had erased, so that restoring an older backup erases it again.

    The number alone could be another row's in another installation, so the time at which the row was made stands
    beside it. `link_hash` is made of the secret link that ended with it: who opens it once more reads why.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in ErasedKind)})", name="kind"),
        Index("ix_erasure_kind_row_id", "kind", "row_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    row_id: Mapped[int] = mapped_column(BigInteger)
    row_created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    link_hash: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RetentionRun(Base):
    """When retention last went through everything, and how much of each kind went then; one row."""

    __tablename__ = "retention_run"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
