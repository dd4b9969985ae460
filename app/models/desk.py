"""What the desk's own search reads, and the filters that its people keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class StaffWords(Base):
    """The stems of everything that staff may search in a report, people's names and numbers too; and "=code".

    Made a moment after the report by the worker (app/services/staff_words.py). What has no row yet, or stands in
    StaffWordsDue, is searched in the report itself, so that the search is right at any time.
    """

    __tablename__ = "staff_words"
    __table_args__ = (
        Index("ix_staff_words_found", text("search_words(stems, at)"), postgresql_using="gin",
              postgresql_with={"fastupdate": "off"}),
    )  # fmt: skip

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stems: Mapped[list[str]] = mapped_column(ARRAY(Text))


class StaffWordsDue(Base):
    """A report whose words have changed since; rows are only added and taken, so that nobody waits for another."""

    __tablename__ = "staff_words_due"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)


class SavedFilter(Base):
    """A filter under a name; `query` is what stands in the address. `shared`: everybody at the desk has it."""

    __tablename__ = "saved_filter"
    __table_args__ = (Index("uq_saved_filter_owner_name", "owner_id", text("lower(name)"), unique=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    shared: Mapped[bool] = mapped_column(default=False)
    query: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
