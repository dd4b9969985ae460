"""Merge: that one report went into another, and what taking them apart again gives back."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Repeated(Protocol):
    """What must be known of the report that another one repeats."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def status(self) -> str:
        """Where it stands."""


class Merge(Base):
    """`report_id` went into `into_id`, and the reports `along` that had gone into it before went too.

    Photos and support stay tied to the report with which they came, so whoever sent them can still have them erased;
    they are shown and counted with the one that stays. `due_before` and `due_after` are of that one.
    """

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("report_id <> into_id", name="two_reports"),
        Index("uq_merge_standing", "report_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_merge_report", "report_id", "id"),
        Index("ix_merge_into", "into_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    into_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    along: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    due_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_after: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def made_due_earlier(self) -> bool:
        """Whether the one that stays took the other's due date."""
        return self.due_before != self.due_after
